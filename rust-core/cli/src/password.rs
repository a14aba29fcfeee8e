//! Where a password comes from: a prompt, a file or a pipe. Never an argument, which every program on the machine can read.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use cairn::vault::{Password, RecoveryCode, Unlock};
use clap::Args;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// A longer first line is a mistaken file, not a password.
const LONGEST: u64 = 4_096;

/// What opens a vault that there is.
#[derive(Args)]
pub struct Opening {
    /// A file whose first line is the password; - for stdin. Without it, it is asked for.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Open it with the printed recovery code, which is asked for, or is the first line of the password file.
    #[arg(long)]
    recovery_code: bool,
}

impl Opening {
    /// Asks for it.
    pub fn unlock(&self) -> Result<Unlock, Failure> {
        if self.recovery_code {
            let typed = read(self.password_file.as_deref(), "Recovery code: ")?;
            return Ok(Unlock::Recovery(RecoveryCode::parse(&typed).map_err(Failure::vault_input)?));
        }
        Ok(Unlock::Password(ask(self.password_file.as_deref())?))
    }
}

/// The password of a vault that there is.
pub fn ask(file: Option<&Path>) -> Result<Password, Failure> {
    Ok(Password::new(&read(file, "Password: ")?))
}

/// A password for a new vault; at a prompt it is asked for twice.
pub fn choose(file: Option<&Path>, prompt: &str) -> Result<Password, Failure> {
    let typed = read(file, prompt)?;
    let password = Password::new(&typed);
    password.check_new().map_err(Failure::vault_input)?;
    if file.is_none() && *read(None, "The same again: ")? != *typed {
        return Err(Failure::File("the two passwords differ".to_owned()));
    }
    Ok(password)
}

fn read(file: Option<&Path>, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    let Some(path) = file else {
        if !io::stdin().is_terminal() {
            return Err(Failure::File(
                "nobody is there to type the password: give --password-file FILE, or - to read it from stdin"
                    .to_owned(),
            ));
        }
        return Ok(Zeroizing::new(rpassword::prompt_password(prompt)?));
    };
    let name = path.display().to_string();
    let failed = |error| Failure::Read { path: name.clone(), error };
    let mut text = Zeroizing::new(String::new());
    let input: &mut dyn Read =
        if path == Path::new("-") { &mut io::stdin() } else { &mut File::open(path).map_err(failed)? };
    input.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() || text.len() as u64 == LONGEST {
        return Err(Failure::File(format!("{name}: its first line is no password")));
    }
    Ok(Zeroizing::new(line.to_owned()))
}
