//! Packs the countries' borders: plain they would be a fourteenth of what a phone has to load.

use std::fs::File;
use std::io::{Error, Result, Write};
use std::path::Path;

use country_boundaries::BOUNDARIES_ODBL_60X30;
use flate2::Compression;
use flate2::write::ZlibEncoder;

fn main() -> Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let folder = std::env::var_os("OUT_DIR").ok_or_else(|| Error::other("cargo names no folder for what is made"))?;
    let mut packed = ZlibEncoder::new(File::create(Path::new(&folder).join("borders.zlib"))?, Compression::best());
    packed.write_all(BOUNDARIES_ODBL_60X30)?;
    packed.finish()?;
    Ok(())
}
