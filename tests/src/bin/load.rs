//! `load [small | push | phone | pages COUNT]`: runs the load program. It prints each figure with its bar, and all of them as one line of JSON at the end.
//! `push` measures what the server does with pushes; `phone` a phone alone, in the clear and sealed; `pages` the desk's pages alone, over so many referrals.
//!
//! Build it and the server with `--release`; figures of a debug build say nothing.

use std::process::ExitCode;

use tests::load::{Size, run, run_pages, run_phone, run_push};

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
    let words: Vec<String> = std::env::args().skip(1).collect();
    let report = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => run(whole),
        ["small"] => {
            run(Size { batched: 60, phones: 4, each: 3, busy: 1_000, held: 60, paged: 200, reported: 1_000 })
        }
        ["push"] => run_push(whole),
        ["phone"] => run_phone(whole),
        ["pages", count] if count.parse::<usize>().is_ok_and(|count| count >= 100) => {
            run_pages(Size { paged: count.parse().unwrap_or(whole.paged), ..whole })
        }
        _ => {
            eprintln!("load: nothing, small, push, phone, or pages with a number of referrals from 100 on");
            return ExitCode::from(2);
        }
    };
    println!("{}", report.json());
    ExitCode::SUCCESS
}
