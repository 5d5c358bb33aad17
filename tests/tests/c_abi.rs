//! The phone library as C sees it: compiled against the checked-in header, run against a real server.
//!
//! Linked with `libwaymark.so`, with `libwaymark.a`, and run under Valgrind; then random calls from three threads, as many
//! as `WAYMARK_RANDOM_CALLS` and `WAYMARK_VALGRIND_CALLS` say. Misuse of the exports is
//! tested beside them, in `mobile-ffi/src/abi/tests.rs`. Does not look into the library.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::boundary::Boundary;
use tests::server::Server;
use tests::{BUILT, root, run};

/// What `rustc --print native-libs` names for a static library of ours on Linux.
const STATIC_NEEDS: [&str; 4] = ["-lpthread", "-ldl", "-lm", "-lgcc_s"];

/// The example, compiled and run beside a real server.
struct Example(Server);

impl Example {
    fn new() -> Self {
        Self(Server::start())
    }

    /// Runs the example on a fresh store; `under` is what runs it, when not the system.
    fn plays(&self, example: &Path, under: &[&OsStr]) -> String {
        let words = under.iter().copied().chain([example.as_os_str()]).collect::<Vec<_>>();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).arg(self.0.phone_store()).args([&self.0.address, &self.0.code]);
        run(&mut command)
    }

    /// Compiles the example against the header.
    fn compile(&self, link: &[&OsStr]) -> PathBuf {
        let example = self.0.dir.path().join("roadside");
        let library = root().join("mobile-ffi");
        let mut gcc = Command::new("gcc");
        gcc.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-g", "-I"]);
        gcc.arg(library.join("include")).arg(library.join("examples/roadside.c")).arg("-o").arg(&example);
        run(gcc.args(link));
        example
    }

    fn compile_shared(&self) -> PathBuf {
        let rpath = format!("-Wl,-rpath,{}", BUILT.display());
        self.compile(&["-L".as_ref(), BUILT.as_os_str(), rpath.as_ref(), "-l:libwaymark.so".as_ref()])
    }
}

fn assert_played(printed: &str) {
    assert!(printed.ends_with("the referral is with the server\n"), "{printed}");
}

#[test]
fn the_example_refers_through_the_shared_library() {
    let example = Example::new();
    assert_played(&example.plays(&example.compile_shared(), &[]));
}

#[test]
fn the_example_refers_through_the_static_library() {
    let example = Example::new();
    let archive = BUILT.join("libwaymark.a");
    let link = [archive.as_os_str()].into_iter().chain(STATIC_NEEDS.iter().map(OsStr::new));
    assert_played(&example.plays(&example.compile(&link.collect::<Vec<_>>()), &[]));
}

#[test]
fn the_sanitizers_find_no_fault_and_no_leak() {
    let example = Example::new();
    let rpath = format!("-Wl,-rpath,{}", BUILT.display());
    let sanitize = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-L"].map(OsStr::new);
    let link = [BUILT.as_os_str(), rpath.as_ref(), "-l:libwaymark.so".as_ref()];
    assert_played(&example.plays(&example.compile(&[&sanitize[..], &link].concat()), &[]));
}

#[test]
fn valgrind_finds_no_fault_and_no_leak() {
    let example = Example::new();
    let valgrind = valgrind();
    let under: Vec<_> = valgrind.iter().map(OsStr::new).collect();
    assert_played(&example.plays(&example.compile_shared(), &under));
}

fn valgrind() -> Vec<String> {
    let known = format!("--suppressions={}", root().join("tests/valgrind.supp").display());
    let words = ["valgrind", "--quiet", &known, "--error-exitcode=9", "--leak-check=full"];
    let leaks = ["--show-leak-kinds=definite", "--errors-for-leak-kinds=definite"];
    words.into_iter().chain(leaks).map(str::to_owned).collect()
}

/// How many calls are made, as a variable says.
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Every status that random calls meet: all but a fault of the library, and a callback that calls back by itself.
fn assert_met(printed: &str, statuses: &[u8]) {
    assert!(printed.ends_with("every call was answered\n"), "{printed}");
    for status in statuses {
        assert!(printed.contains(&format!("status {status}: ")), "no call met {status}:\n{printed}");
    }
}

#[test]
fn random_calls_are_clean_under_the_address_sanitizer() {
    let boundary = Boundary::new();
    let program = boundary.compile(&["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]);
    let calls = number("WAYMARK_RANDOM_CALLS", 6_000);
    let printed = boundary.call(&program, &[], calls, number("WAYMARK_SEED", 1));
    println!("{printed}");
    assert_met(&printed, &[0, 1, 2, 3, 4, 5, 10, 12]);
    assert!(!printed.contains("\n0 referrals"), "{printed}");
}

#[test]
fn random_calls_are_clean_under_valgrind() {
    let boundary = Boundary::new();
    let program = boundary.compile(&[]);
    let valgrind = valgrind();
    let under: Vec<_> = valgrind.iter().map(OsStr::new).collect();
    let calls = number("WAYMARK_VALGRIND_CALLS", 200);
    let printed = boundary.call(&program, &under, calls, number("WAYMARK_SEED", 1));
    println!("{printed}");
    assert_met(&printed, &[0, 2, 3, 10]);
}

#[test]
fn the_header_is_what_the_exports_say() {
    let mut check = Command::new(env!("CARGO_BIN_EXE_header"));
    run(check.arg("--check"));
}

#[test]
fn the_header_compiles_alone_as_c11_and_c23() {
    let header = root().join("mobile-ffi/include/waymark.h");
    for language in [["-std=c11", "-xc"], ["-std=c2x", "-xc"]] {
        let mut gcc = Command::new("gcc");
        run(gcc.args(["-Wall", "-Wextra", "-Werror", "-fsyntax-only"]).args(language).arg(&header));
    }
}
