//! The engine as the app sees it. Converts arguments and results, nothing else: no decision, no text for people.

// The scaffolding that uniffi writes is the edge to C; nothing else here is unsafe.
#![allow(unsafe_code)]

use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::Arc;

use cairn::engine::{Config, Engine};
use cairn::{CoreError, SystemClock};

uniffi::setup_scaffolding!();

/// Why a call failed.
#[derive(Debug, thiserror::Error, uniffi::Error)]
#[uniffi(flat_error)]
pub enum CairnException {
    /// The engine says why.
    #[error("{0}")]
    Core(#[from] CoreError),
}

/// The version of the core, as in the changelog.
#[uniffi::export]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// An open engine.
#[derive(uniffi::Object)]
pub struct Core {
    engine: Engine,
}

#[uniffi::export]
impl Core {
    /// Opens the database at `path`, which is made where there is none.
    ///
    /// # Errors
    /// As [`Engine::open`].
    #[uniffi::constructor]
    pub fn open(path: String) -> Result<Arc<Self>, CairnException> {
        // A hasher of the standard library starts from the system's entropy.
        let seed = RandomState::new().hash_one(());
        let config = Config { path: PathBuf::from(path), clock: Arc::new(SystemClock::default()), seed };
        Ok(Arc::new(Self { engine: Engine::open(config)?.engine }))
    }

    /// Makes everything durable and closes the database.
    ///
    /// # Errors
    /// As [`Engine::close`]; closed all the same.
    pub fn shut(&self) -> Result<(), CairnException> {
        Ok(self.engine.close()?)
    }
}
