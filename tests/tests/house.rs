//! The rules of the house that no compiler checks: who may depend on whom, what lies at the top, what a source file may hold.
//!
//! Reads the repository's files (tracked, and new ones that are not ignored) and asks cargo for the packages.
//! Does not check style that rustfmt and clippy see; `docs/style.md` has the rules in words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

use tests::house::RustSource;

/// Each package with those of the workspace that it may depend on. The binary `waymark` and `tests` hold both sides.
const MAY_DEPEND_ON: [(&str, &[&str]); 6] = [
    ("schema", &[]),
    ("sync-core", &["schema"]),
    ("server", &["schema", "sync-core"]),
    ("mobile-ffi", &["schema", "sync-core"]),
    ("waymark", &["schema", "sync-core", "server", "mobile-ffi"]),
    ("tests", &["schema", "sync-core", "server", "mobile-ffi"]),
];

/// What `sync-core` must not reach, however far down: IO, async, SQL, HTTP, randomness.
const IMPURE: [&str; 11] = [
    "actix-web",
    "futures",
    "getrandom",
    "hyper",
    "libsqlite3-sys",
    "mio",
    "rand",
    "reqwest",
    "rusqlite",
    "tokio",
    "ureq",
];

/// The whole top level, but for dotfiles (settings of tools).
const TOP_LEVEL: [&str; 12] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "README.md",
    "docs",
    "mobile-ffi",
    "schema",
    "server",
    "sync-core",
    "tests",
];

/// Modules of a package from the lowest to the highest: none names one of a higher row, but for [`TEXTS`].
const LAYERS: [(&str, &[&[&str]]); 2] = [
    ("sync-core/src", CORE_LAYERS),
    ("server/src", &[&["store"], &["reconcile"], &["desk"], &["pages", "http"]]),
];

/// All modules of the core: none names one beside it either, so that there is no circle.
const CORE_LAYERS: &[&[&str]] = &[
    &["ids", "clock", "codes", "shape", "shared", "exhibit", "reference", "as_text"],
    &["referral/level", "referral/words"],
    &[
        "access",
        "identity",
        "local_time",
        "op",
        "policy",
        "problem",
        "stamp",
        "referral/controller",
        "referral/stage",
    ],
    &["log", "request", "referral/eligibility", "referral/guards"],
    &["referral/act"],
    &["check", "stream", "referral/cross_stream_rows", "referral/duplicate_crime", "referral/sessions"],
    &["register", "referral/writes"],
    &["referral/erasure", "referral/interim"],
    &["referral/settled"],
    &["referral/conflict"],
    &["referral/fold"],
    &["slots", "referral/admission", "referral/cross_stream", "referral/decided", "referral/facts"],
    &[
        "service",
        "referral/crime",
        "referral/described",
        "referral/effort",
        "referral/items",
        "referral/offer",
        "referral/person",
    ],
    &["referral/disposal", "referral/engagement", "referral/plausible"],
    &["persons", "referral/shown"],
    &["referral/view"],
    &["referral/wording"],
    &["results", "referral/timers"],
    &["sync", "referral/rule_inputs"],
    &["command", "referral/case", "referral/what_if"],
    &["query", "referral/judge"],
    &["phone"],
];

/// The words of the pages, which whoever writes a text for people may use.
const TEXTS: &str = "crate::pages::plain";

const MAX_LINES: usize = 500;

#[test]
fn packages_depend_on_each_other_in_one_direction() {
    let allowed = BTreeMap::from(MAY_DEPEND_ON);
    let packages = workspace_dependencies();
    let mut faults = Vec::new();
    for (package, dependencies) in &packages {
        let Some(may) = allowed.get(package.as_str()) else {
            faults.push(format!("{package} has no place in the table of this test"));
            continue;
        };
        for dependency in dependencies {
            if packages.contains_key(dependency) && !may.contains(&dependency.as_str()) {
                faults.push(format!("{package} depends on {dependency}"));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_core_reaches_no_io_and_no_randomness() {
    let tree = cargo(&[
        "tree",
        "--offline",
        "-p",
        "sync-core",
        "-e",
        "normal,build",
        "--prefix",
        "none",
        "-f",
        "{p}",
    ]);
    let faults: Vec<String> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| IMPURE.contains(name))
        .map(|name| format!("sync-core reaches {name}"))
        .collect();
    assert!(tree.starts_with("sync-core "), "cargo tree answered something else: {tree}");
    assert_none(&faults);
}

#[test]
fn no_module_names_one_of_a_higher_layer() {
    let sources = rust_sources();
    let mut faults = Vec::new();
    for (package, layers) in LAYERS {
        for (row, modules) in layers.iter().enumerate() {
            for module in *modules {
                let higher = layers[row + 1..].concat();
                faults.extend(names_of(&sources, &format!("{package}/{module}"), &higher));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn the_modules_of_the_core_name_each_other_in_no_circle() {
    let sources = rust_sources();
    let mut faults = Vec::new();
    for row in CORE_LAYERS {
        for module in *row {
            let beside: Vec<&str> = row.iter().copied().filter(|other| other != module).collect();
            faults.extend(names_of(&sources, &format!("sync-core/src/{module}"), &beside));
        }
    }
    let placed: BTreeSet<&str> = CORE_LAYERS.concat().into_iter().collect();
    let modules = sources.iter().filter_map(|(path, _)| module_of_core(path));
    faults.extend(
        modules
            .filter(|module| !placed.contains(module.as_str()))
            .map(|module| format!("{module} has no place among the layers of this test")),
    );
    faults.dedup();
    assert_none(&faults);
}

/// The module of the core that a file belongs to; each one of `referral` stands for itself.
fn module_of_core(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.strip_prefix("sync-core/src/")?.trim_end_matches(".rs").split('/').collect();
    match parts.as_slice() {
        ["lib"] | ["referral", "mod"] => None,
        ["referral", module, ..] => Some(format!("referral/{module}")),
        [module, ..] => Some((*module).to_owned()),
        [] => None,
    }
}

#[test]
fn the_top_level_holds_only_what_the_readme_names() {
    let faults: BTreeSet<String> = files()
        .iter()
        .filter_map(|path| path.split('/').next())
        .filter(|top| !top.starts_with('.') && !TOP_LEVEL.contains(top))
        .map(|top| format!("{top} does not belong at the top level"))
        .collect();
    assert_none(&faults.into_iter().collect::<Vec<_>>());
}

#[test]
fn unsafe_code_lives_in_the_abi_and_its_caller_only() {
    let lawful = |path: &str| {
        path.starts_with("mobile-ffi/src/abi/")
            || matches!(path, "mobile-ffi/src/abi.rs" | "tests/src/c_phone.rs")
    };
    let faults = in_rust_files(
        |path, source| if lawful(path) { Vec::new() } else { source.lines_with_word("unsafe") },
    );
    assert_none(&faults);
}

#[test]
fn no_test_is_ignored() {
    assert_none(&in_rust_files(|_, source| source.ignored_tests()));
}

#[test]
fn no_test_sleeps() {
    let is_test =
        |path: &str| path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs");
    let faults = in_rust_files(|path, source| {
        let first_test_line = if is_test(path) { Some(0) } else { source.first_line_with("#[cfg(test)]") };
        let sleeps =
            ["sleep", "sleep_ms", "sleep_until"].iter().flat_map(|word| source.lines_with_call_of(word));
        sleeps.filter(|line| first_test_line.is_some_and(|first| *line >= first)).collect()
    });
    assert_none(&faults);
}

#[test]
fn rust_files_are_short_enough_to_read() {
    assert_none(&in_rust_files(|_, source| {
        if source.line_count() > MAX_LINES { vec![MAX_LINES + 1] } else { Vec::new() }
    }));
}

#[test]
fn every_rust_file_opens_with_what_it_is_for() {
    assert_none(&in_rust_files(
        |_, source| if source.opens_with_module_doc() { Vec::new() } else { vec![1] },
    ));
}

#[test]
fn no_file_names_a_path_of_somebodys_machine() {
    // In two pieces, so that this file does not accuse itself.
    let homes = [("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/")]
        .map(|(head, tail)| format!("{head}{tail}"));
    let mut faults = Vec::new();
    for path in files() {
        let Ok(text) = fs::read_to_string(root().join(&path)) else { continue };
        for (number, line) in (1..).zip(text.lines()) {
            if homes.iter().any(|home| has_absolute_path(line, home)) {
                faults.push(format!("{path}:{number}: {}", line.trim()));
            }
        }
    }
    assert_none(&faults);
}

/// Whether `line` has `home` where a path begins, and not amid a longer path or a web address.
fn has_absolute_path(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-' | '}' | '*' | '~'))
    })
}

/// Runs `check` on each Rust file; it answers with the numbers of the lines at fault.
fn in_rust_files(check: impl Fn(&str, &RustSource) -> Vec<usize>) -> Vec<String> {
    let mut faults = Vec::new();
    for (path, source) in rust_sources() {
        let lines = check(&path, &source);
        faults.extend(lines.into_iter().map(|line| format!("{path}:{line}")));
    }
    faults
}

/// Each Rust file with its path from the root.
fn rust_sources() -> Vec<(String, RustSource)> {
    let read = |path: String| {
        let text = fs::read_to_string(root().join(&path)).expect("a Rust file is UTF-8");
        (path, RustSource::new(text))
    };
    files().into_iter().filter(|path| path.ends_with(".rs")).map(read).collect()
}

/// The lines of a module, but for its tests, that name one of these modules of the same crate.
fn names_of(sources: &[(String, RustSource)], module: &str, others: &[&str]) -> Vec<String> {
    let is_of = |path: &str| {
        let inside = path.strip_prefix(module).unwrap_or_default();
        let is_test = inside.contains("tests") || inside.contains("conformance");
        (inside == ".rs" || inside.starts_with('/')) && !is_test
    };
    let mut faults = Vec::new();
    for (path, source) in sources.iter().filter(|(path, _)| is_of(path)) {
        let texts = source.lines_with_path(TEXTS);
        let lines = others
            .iter()
            .flat_map(|other| source.lines_with_path(&format!("crate::{}", other.replace('/', "::"))));
        faults.extend(lines.filter(|line| !texts.contains(line)).map(|line| format!("{path}:{line}")));
    }
    faults
}

/// Package name → names of all it depends on, in whatever role (normal, build, dev), for any target.
fn workspace_dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--offline", "--no-deps", "--format-version", "1"]))
            .expect("cargo metadata writes JSON");
    let name = |value: &Value| value["name"].as_str().expect("cargo names everything").to_owned();
    let list = |value: &Value| value.as_array().expect("cargo lists packages and dependencies").clone();
    list(&metadata["packages"])
        .iter()
        .map(|package| (name(package), list(&package["dependencies"]).iter().map(name).collect()))
        .collect()
}

/// The repository's files that exist: tracked, or new and not ignored; paths from the root, with `/`.
fn files() -> Vec<String> {
    let listed =
        run(Command::new("git").args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]));
    let files: Vec<String> = listed
        .split('\0')
        .filter(|path| !path.is_empty() && root().join(path).is_file())
        .map(str::to_owned)
        .collect();
    assert!(files.iter().any(|path| path == "Cargo.toml"), "git lists other files than the repository's");
    files
}

fn cargo(arguments: &[&str]) -> String {
    run(Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).args(arguments))
}

fn run(command: &mut Command) -> String {
    let output = command.current_dir(root()).output().expect("git and cargo can be started");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed: {complaint}");
    String::from_utf8(output.stdout).expect("git and cargo write UTF-8")
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the package lies in the workspace").to_owned()
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "against the rules of the house (docs/style.md):\n  {}", faults.join("\n  "));
}
