//! Reads a file of `schema/vectors` from standard input and writes it with what each case gives by this code; with
//! `views` it writes that file whole: `vectors < schema/vectors/folds.json > new.json`, `vectors views > new.json`.
//!
//! Does not invent cases: what goes in is written by hand, or told by the stories beside the tests.

use std::io::{self, Write as _};

use serde_json::{Value, json};

#[path = "../tests/vectors/cases.rs"]
mod cases;
#[path = "../tests/common/mod.rs"]
#[expect(clippy::wildcard_imports, reason = "tests may, and these are theirs")]
#[expect(dead_code, reason = "sync-core's own tests use all of it")]
mod common;
#[path = "../tests/vectors/stories.rs"]
mod stories;

fn main() -> io::Result<()> {
    let mut file = if std::env::args().any(|word| word == "views") {
        json!({
            "about": "All streams of one referral, and what each side sees of it. See README.md.",
            "cases": stories::stories().into_iter().map(case).collect::<Vec<_>>(),
        })
    } else {
        serde_json::from_reader(io::stdin().lock())?
    };
    let list = file["cases"].as_array_mut().ok_or_else(|| io::Error::other("no list of cases in it"))?;
    for case in list {
        let of = case["of"].as_str().unwrap_or_default().to_owned();
        case["gives"] = cases::gives(&of, &case["in"]);
    }
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &file)?;
    writeln!(out)
}

fn case((what, world): (&str, common::World)) -> Value {
    let ops: Vec<_> = world.ids().into_iter().map(|id| world.op(id).clone()).collect();
    json!({ "what": what, "of": "view", "in": ops })
}
