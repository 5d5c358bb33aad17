//! What the workspace depends on, against `.deny.toml`: licences, sources, banned crates, wildcards.
//!
//! Reads what cargo resolves, for every platform. The file has the form that `cargo deny` reads, which nobody has to
//! build for this. Does not look for known vulnerabilities.

use std::collections::BTreeMap;
use std::process::Command;

use serde::Deserialize;
use tests::root;

#[derive(Deserialize)]
struct Allowed {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    package: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Banned>,
}

#[derive(Deserialize)]
struct Banned {
    #[serde(rename = "crate")]
    package: String,
    reason: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    license: Option<String>,
    source: Option<String>,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    req: String,
    path: Option<String>,
}

fn allowed() -> Allowed {
    let text = std::fs::read_to_string(root().join(".deny.toml")).expect("the list is there");
    toml::from_str(&text).expect("it is TOML")
}

fn packages() -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--locked", "--all-features", "--format-version", "1"]).current_dir(root());
    let output = command.output().expect("cargo can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice::<Metadata>(&output.stdout).expect("cargo writes JSON").packages
}

/// Whether one of the licences that an SPDX expression offers is enough: `AND` binds closer than `OR`, and some write `/`.
fn suffices(expression: &str, allow: &[String]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let found = any(&mut rest, allow);
    assert!(rest.is_empty(), "{expression} cannot be read");
    found
}

fn any(rest: &mut &[&str], allow: &[String]) -> bool {
    let mut found = all(rest, allow);
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        found |= all(rest, allow);
    }
    found
}

fn all(rest: &mut &[&str], allow: &[String]) -> bool {
    let mut found = one(rest, allow);
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        found &= one(rest, allow);
    }
    found
}

fn one(rest: &mut &[&str], allow: &[String]) -> bool {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let found = any(rest, allow);
            *rest = rest.strip_prefix(&[")"]).expect("brackets are closed");
            found
        }
        // A licence with an exception is another one: it would have to be allowed by its whole name.
        [licence, "WITH", exception, after @ ..] => {
            *rest = after;
            allow.contains(&format!("{licence} WITH {exception}"))
        }
        [licence, after @ ..] => {
            *rest = after;
            allow.iter().any(|known| known == licence)
        }
        [] => panic!("a licence is missing"),
    }
}

#[test]
fn every_licence_is_one_that_may_be_shipped() {
    let Licences { allow, exceptions } = allowed().licenses;
    let exceptions: BTreeMap<_, _> =
        exceptions.into_iter().map(|known| (known.package, known.allow)).collect();
    for package in packages() {
        let expression = package.license.unwrap_or_default();
        let also = exceptions.get(&package.name).cloned().unwrap_or_default();
        let enough = !expression.is_empty() && suffices(&expression, &[allow.clone(), also].concat());
        assert!(enough, "{} is under ‘{expression}’, which is not in .deny.toml", package.name);
    }
}

#[test]
fn nothing_banned_and_no_wildcard_is_depended_on() {
    let banned: BTreeMap<_, _> =
        allowed().bans.deny.into_iter().map(|banned| (banned.package, banned.reason)).collect();
    let packages = packages();
    assert!(packages.len() > 100, "cargo lists the whole tree");
    for package in &packages {
        assert_eq!(banned.get(&package.name), None, "{} is banned", package.name);
        let own = package.source.is_none();
        let registry =
            package.source.as_deref() == Some("registry+https://github.com/rust-lang/crates.io-index");
        assert!(own || registry, "{} comes from {:?}", package.name, package.source);
        for dependency in package.dependencies.iter().filter(|dependency| own && dependency.path.is_none()) {
            assert_ne!(dependency.req, "*", "{} takes any version of {}", package.name, dependency.name);
        }
    }
}

#[test]
fn an_expression_is_read_as_it_is_meant() {
    let allow = ["MIT", "ISC"].map(str::to_owned);
    for (expression, enough) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("Unlicense/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("GPL-3.0 OR MIT AND ISC", true),
        ("(GPL-3.0 OR MIT) AND ISC", true),
        ("MIT WITH some-exception", false),
        ("ISC AND (GPL-2.0 OR (MIT AND GPL-3.0))", false),
    ] {
        assert_eq!(suffices(expression, &allow), enough, "{expression}");
    }
}
