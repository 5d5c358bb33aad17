//! `header [--check]`: makes `mobile-ffi/include/waymark.h` of the exports, or compares the two.
//!
//! The header is a build product under review: it is checked in, and a test compiles C against it.
//! Does not build the library.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

/// What the header is made of.
const SOURCES: [&str; 3] = ["src/abi/status.rs", "src/abi/exports.rs", "src/abi/callbacks.rs"];

fn main() -> ExitCode {
    let is_check = match env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(_) => {
            eprintln!("header: the only option is --check");
            return ExitCode::from(2);
        }
    };
    let path = phone_library().join("include/waymark.h");
    let fresh = header();
    if !is_check {
        fs::write(&path, fresh).expect("the header can be written");
        return ExitCode::SUCCESS;
    }
    if fs::read_to_string(&path).is_ok_and(|kept| kept == fresh) {
        return ExitCode::SUCCESS;
    }
    eprintln!("header: waymark.h is not what the exports say; run: cargo run -p tests --bin header");
    ExitCode::FAILURE
}

fn phone_library() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../mobile-ffi")
}

fn header() -> String {
    let library = phone_library();
    let config = cbindgen::Config::from_file(library.join("cbindgen.toml")).expect("cbindgen.toml is valid");
    let builder = SOURCES.iter().fold(cbindgen::Builder::new().with_config(config), |builder, source| {
        builder.with_src(library.join(source))
    });
    let mut text = Vec::new();
    builder.generate().expect("the exports can be read").write(&mut text);
    // cbindgen puts the whole name of the type before each value; the contract says WM_OK.
    String::from_utf8(text).expect("a header is UTF-8").replace("WM_STATUS_", "WM_")
}
