//! The load program: real phones, a real server process, HTTP, and the machine's raw limit in the same run.
//!
//! ```text
//!   scene ─▶ a store, a server process, phones that are enrolled
//!   pushes ─▶ signed beforehand by the real library ─▶ link ─▶ the server     ─┐
//!   phone ─▶ what one phone costs with many referrals                          ├─▶ report: a table, and JSON
//!   raw ─▶ rows a second that this disk takes, 500 in a transaction           ─┘
//! ```
//! Nothing is asserted: figures differ from machine to machine, ratios less.

mod browser;
mod link;
mod pages;
mod phone;
mod pushes;
mod raw;
mod report;
mod results;
pub mod rows;
mod scene;
mod serving;

use std::io::{IsTerminal as _, Write as _};

pub use report::Report;

/// How large a run is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Referrals that one phone pushes in batches.
    pub batched: usize,
    /// Phones that push at once, and referrals of each.
    pub phones: usize,
    /// Referrals of each of them.
    pub each: usize,
    /// Entries of one busy record.
    pub busy: usize,
    /// Referrals on one phone.
    pub held: usize,
    /// Referrals behind the desk's pages; a tenth of them make a conflict.
    pub paged: usize,
    /// Referrals that a report counts.
    pub reported: u64,
}

/// Runs everything.
pub fn run(size: Size) -> Report {
    let mut report = Report::default();
    println!("{:<58} {:>12} {:>10}", "what", "measured", "bar");
    told("the raw limit");
    let raw = raw::rows_a_second();
    report.add("raw: rows/s, 500 a transaction, FULL", raw, None);
    results::report(size, &mut report);
    pages::pages(size, &mut report);
    serving::one_phone(size, raw, &mut report);
    serving::many_phones(size, &mut report);
    serving::busy_record(size, &mut report);
    phone::one_referral(Sealed::Yes, &mut report);
    phone::many_referrals(Sealed::Yes, size, &mut report);
    report
}

/// Only what the server does with pushes.
pub fn run_push(size: Size) -> Report {
    let mut report = Report::default();
    println!("{:<58} {:>12} {:>10}", "what", "measured", "bar");
    let raw = raw::rows_a_second();
    report.add("raw: rows/s, 500 a transaction, FULL", raw, None);
    serving::one_phone(size, raw, &mut report);
    serving::many_phones(size, &mut report);
    serving::busy_record(size, &mut report);
    report
}

/// Only the desk's pages.
pub fn run_pages(size: Size) -> Report {
    let mut report = Report::default();
    pages::pages(size, &mut report);
    report
}

/// Runs what concerns a phone alone: in the clear, and sealed.
pub fn run_phone(size: Size) -> Report {
    let mut report = Report::default();
    println!("{:<58} {:>12} {:>10}", "what", "measured", "bar");
    for (words, sealed) in [("in the clear", Sealed::No), ("sealed", Sealed::Yes)] {
        println!("{words}");
        phone::one_referral(sealed, &mut report);
        phone::many_referrals(sealed, size, &mut report);
    }
    report
}

/// Whether the store of a phone is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sealed {
    Yes,
    No,
}

/// Says on a terminal what is going on.
fn told(what: &str) {
    let mut err = std::io::stderr();
    if err.is_terminal() {
        drop(write!(err, "\r\x1b[K{what} …\r"));
    }
}
