//! The published description of the HTTP face, as other people's tools read it: validators, a client that is made of it, and a
//! tester that tries every address as everybody.
//!
//! The tools are in `target/contract` and `tests/contract/node_modules`; `make tools` installs them. That the answers of our own
//! tests are as the description says is tested in `server/src/tests/contract.rs`.

use std::path::PathBuf;
use std::process::Command;
use std::thread;

use tests::server::Server;
use tests::{root, run};

use crate::bindings::told;

const ROLES: [&str; 6] = ["officer", "supervisor", "outreach_worker", "provider_lead", "admin", "auditor"];

fn contract() -> PathBuf {
    root().join("tests/contract")
}

fn description() -> PathBuf {
    root().join("schema/openapi.yaml")
}

/// A tool of the virtual environment.
fn tool(name: &str) -> Command {
    let bin = root().join("target/contract/bin");
    let mut tool = Command::new(bin.join(name));
    tool.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default()));
    tool.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(contract());
    tool
}

#[test]
fn the_description_is_valid_and_lint_finds_nothing() {
    run(tool("openapi-spec-validator").arg(description()));
    let mut redocly = Command::new("npx");
    let lint = ["redocly", "lint", "--config", "redocly.yaml", "--max-problems", "1000"];
    let said = redocly.args(lint).arg(description()).current_dir(contract()).output().expect("npx is there");
    let text = String::from_utf8_lossy(&said.stdout) + String::from_utf8_lossy(&said.stderr);
    assert!(said.status.success() && !text.contains("Warning was generated"), "{text}");
}

#[test]
fn a_client_made_of_the_description_lists_referrals_and_settles_a_conflict() {
    let server = Server::with(&[("REID".to_owned(), "provider_lead"), ("ADMIN".to_owned(), "admin")]);
    let made = server.dir.path().join("waymark_client");
    let generate = ["generate", "--meta", "none", "--fail-on-warning", "--path"];
    run(tool("openapi-python-client").args(generate).arg(description()).arg("--output-path").arg(&made));
    // The phones' package, and the client, beside the tools of the environment.
    let paths = [root().join("mobile-ffi/bindings/python"), server.dir.path().to_owned()];
    let paths = std::env::join_paths(paths).expect("no path has a colon");
    let mut story = tool("python");
    story.arg(contract().join("client.py")).arg(server.dir.path()).env("PYTHONPATH", paths);
    assert_eq!(run(told(&mut story, &server)), "settled\n");
}

#[test]
fn each_role_may_ask_what_the_document_says_of_ours_and_of_others() {
    let mut people = ROLES.map(|role| (role.to_owned(), role)).to_vec();
    people.push(("OTHER_OFFICER".to_owned(), "officer"));
    let mut server = Server::with(&people);
    server.add_service("Kennet", &[("OTHER_LEAD", "provider_lead")]);
    let mut roles = tool("python");
    roles.arg(contract().join("roles.py")).arg(server.dir.path());
    roles.env("PYTHONPATH", root().join("mobile-ffi/bindings/python"));
    let said = run(told(&mut roles, &server));
    assert!(said.ends_with("requests as 6 roles\n"), "{said}");
}

#[test]
fn every_code_of_the_list_is_met_but_for_those_that_are_known_not_to_be() {
    let people = [("REID", "provider_lead"), ("ONE", "officer"), ("OTHER", "officer")];
    let server = Server::with(&people.map(|(name, role)| (name.to_owned(), role)));
    let mut codes = tool("python");
    codes.arg(contract().join("codes.py")).arg(server.dir.path());
    codes.env("PYTHONPATH", root().join("mobile-ffi/bindings/python"));
    let said = run(told(&mut codes, &server));
    assert!(said.ends_with(" codes\n"), "{said}");
}

#[test]
fn the_document_says_of_every_address_who_may_ask_it() {
    let document = std::fs::read_to_string(root().join("docs/http-api.md")).expect("it is there");
    let shape = |path: &str| -> Vec<String> {
        let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
        parts.map(str::to_owned).collect()
    };
    let rows = document.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let said: Vec<(&str, Vec<String>)> = rows
        .filter_map(|(request, _)| request.split_once(' '))
        .map(|(method, path)| (method, shape(path)))
        .collect();
    for (method, path) in addresses().iter().filter(|(_, path)| !is_signed_by_phones(path)) {
        assert!(said.contains(&(method.as_str(), shape(path))), "{method} {path} is not in the table");
    }
}

/// Each address of the description with its method.
fn addresses() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(description()).expect("it is there");
    let (mut found, mut path) = (Vec::new(), String::new());
    for line in text.lines() {
        if let Some(of) = line.strip_prefix("  /") {
            path = format!("/{}", of.trim_end_matches(':'));
        } else if ["    get:", "    post:"].contains(&line) {
            found.push((line.trim().trim_end_matches(':').to_uppercase(), path.clone()));
        }
    }
    assert!(found.len() > 40, "{found:?}");
    found
}

/// What needs no token: it is authenticated otherwise, or not at all.
fn is_signed_by_phones(path: &str) -> bool {
    let others = ["/v1/enrol", "/v1/sync", "/v1/sync/sealed", "/v1/prior-checks", "/v1/token"];
    !path.starts_with("/v1/") || others.contains(&path)
}

/// Tries every address as somebody of a role. What the server answers must be as described, whatever is asked.
fn as_role(server: &Server, role: &str, seed: u64) {
    let mut tester = tool("st");
    tester.args(["run", "--url", &server.address, "--seed", &seed.to_string(), "--max-examples", "5"]);
    tester.args(["--phases", "coverage,fuzzing", "--continue-on-failure", "--no-color", "--warnings", "off"]);
    tester.arg(description()).env("SCHEMATHESIS_HOOKS", "hooks");
    tester.env("WAYMARK_SERVER", &server.address).env("WAYMARK_CODE", &server.codes[role]);
    let said = tester.output().expect("the tester runs");
    let text = String::from_utf8_lossy(&said.stdout);
    assert!(said.status.success(), "as {role}, WAYMARK_SEED={seed}:\n{text}");
    let all = addresses().len();
    assert!(text.contains(&format!("Tested: {all}\n")), "as {role}: less was tried than {all}\n{text}");
}

#[test]
fn whatever_anybody_asks_is_answered_as_described() {
    // The suite asks the same each time; `make soak` asks something else.
    let seed = std::env::var("WAYMARK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    println!("WAYMARK_SEED={seed}");
    let server = Server::with(&ROLES.map(|role| (role.to_owned(), role)));
    // Side by side: each waits for the server most of the time, and together they take less than three minutes.
    thread::scope(|scope| {
        for role in ROLES {
            let server = &server;
            scope.spawn(move || as_role(server, role, seed));
        }
    });
}
