//! The desk in a browser, as people use it: starts what `tests/desk` tests, with the binary that was just built.
//!
//! Fails when node, its packages or Chromium are missing: `make test` installs them. Does not test anything itself.

use std::process::Command;

use tests::{BUILT, root};

#[test]
fn the_desk_works_in_a_browser() {
    let done = Command::new("node")
        .args(["--test", "--test-reporter=spec", "tests/desk/desk.test.js"])
        .current_dir(root())
        .env("WAYMARK_BIN", BUILT.join("waymark"))
        .env("SCREENSHOTS", root().join("target/desk-screenshots"))
        .output()
        .expect("node is installed; `make tools` does it");
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "what failed is at the end:\n{out}\n{err}");
}
