//! Reads a file of `schema/vectors` from standard input and writes it with what each case gives by this code:
//! `cargo run -p sync-core --example vectors < schema/vectors/folds.json > new.json`.
//!
//! Does not invent cases: what goes in is written by hand.

use std::io::{self, Write as _};

use serde_json::Value;

#[path = "../tests/vectors/cases.rs"]
mod cases;

fn main() -> io::Result<()> {
    let mut file: Value = serde_json::from_reader(io::stdin().lock())?;
    let list = file["cases"].as_array_mut().ok_or_else(|| io::Error::other("no list of cases in it"))?;
    for case in list {
        let of = case["of"].as_str().unwrap_or_default().to_owned();
        case["gives"] = cases::gives(&of, &case["in"]);
    }
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &file)?;
    writeln!(out)
}
