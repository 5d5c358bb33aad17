//! What the header says, and what the shared library shows: each function's comment has everything that a caller must know,
//! and nothing is exported that the header does not have.
//!
//! Whether it is true of threads, callbacks and re-entry is tested beside the exports, in
//! `mobile-ffi/src/abi/tests/promises.rs`. Does not compile C: `c_abi.rs` does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use tests::{BUILT, root, run};

/// What a function's comment says, in this order.
const SAYS: [&str; 7] =
    ["Parameters:", "Returns:", "Memory:", "Threads:", "Re-entry:", "Callbacks:", "Blocks:"];

fn header() -> String {
    fs::read_to_string(root().join("mobile-ffi/include/waymark.h")).expect("the header is there")
}

/// Each function of the header with the comment above it.
pub(crate) fn functions() -> BTreeMap<String, String> {
    let header = header();
    let mut functions = BTreeMap::new();
    for piece in header.split("/*").skip(1) {
        let Some((comment, code)) = piece.split_once("*/") else { continue };
        let Some((declared, _)) = code.trim_start().split_once('(') else { continue };
        let name = declared.split([' ', '*']).next_back().unwrap_or_default();
        if name.starts_with("wm_") {
            functions.insert(name.to_owned(), comment.to_owned());
        }
    }
    functions
}

/// The version of the interface that the header names.
pub(crate) fn abi_version() -> String {
    let header = header();
    let line = header.lines().find_map(|line| line.strip_prefix("#define WM_ABI_VERSION "));
    line.expect("the header names it").trim().to_owned()
}

#[test]
fn each_functions_comment_says_what_a_caller_must_know() {
    let functions = functions();
    assert_eq!(functions.len(), header().matches(");\n").count() - typedefs(), "no function is overlooked");
    for (name, comment) in functions {
        let begins = |line: &str| SAYS.into_iter().find(|word| line.trim().starts_with(word));
        let said: Vec<&str> = comment.lines().filter_map(begins).collect();
        assert_eq!(said, SAYS, "{name}");
        for word in SAYS {
            let after = comment.split(word).nth(1).unwrap_or_default().trim();
            assert!(
                after.chars().next().is_some_and(char::is_alphabetic) || after.starts_with('`'),
                "{name}: {word}"
            );
        }
    }
}

/// Types of functions, which the header declares too.
fn typedefs() -> usize {
    header().lines().filter(|line| line.starts_with("typedef") && line.contains("(*")).count()
}

/// The symbols of a shared library that others can use.
fn exported(library: &Path) -> BTreeSet<String> {
    let listed = run(Command::new("nm").args(["-D", "--defined-only"]).arg(library));
    listed.lines().filter_map(|line| line.split_whitespace().next_back()).map(str::to_owned).collect()
}

#[test]
fn the_shared_library_exports_what_the_header_has_and_nothing_else() {
    let exported = exported(&BUILT.join("libwaymark.so"));
    assert_eq!(exported, functions().into_keys().collect());
}
