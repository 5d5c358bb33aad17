//! `load [small|phone]`: runs the load program. `phone` alone measures a phone, in the clear and sealed. It prints each figure with its bar, and all of them as one line of JSON at the end.
//!
//! Build it and the server with `--release`; figures of a debug build say nothing.

use std::process::ExitCode;

use tests::load::{Size, run, run_phone};

fn main() -> ExitCode {
    let whole = Size {
        batched: 1_000,
        phones: 32,
        each: 20,
        busy: 10_000,
        held: 3_000,
        paged: 10_000,
        reported: 100_000,
    };
    let word = std::env::args().nth(1);
    let size = match word.as_deref() {
        None | Some("phone") => whole,
        Some("small") => {
            Size { batched: 60, phones: 4, each: 3, busy: 1_000, held: 60, paged: 200, reported: 1_000 }
        }
        Some(_) => {
            eprintln!("load: the words are small and phone");
            return ExitCode::from(2);
        }
    };
    let report = if word.as_deref() == Some("phone") { run_phone(size) } else { run(size) };
    println!("{}", report.json());
    ExitCode::SUCCESS
}
