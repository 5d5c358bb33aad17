//! `docs/app-guide.md`: the pieces of each language make one program; each is compiled and played beside a real server.
//!
//! Also that the codes which the guide names exist. Does not check the sentences.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tests::server::Server;
use tests::{BUILT, root, run};

use crate::bindings::{compiled_java, java, python, told};

const KEY: [u8; 32] = [7; 32];

fn guide() -> String {
    fs::read_to_string(root().join("docs/app-guide.md")).expect("the guide is there")
}

/// The pieces of a language, put together in a file.
fn program(language: &str, file: PathBuf) -> PathBuf {
    let guide = guide();
    let fence = format!("```{language}\n");
    let pieces = guide.split(&fence).skip(1).map(|piece| piece.split("```").next().unwrap_or_default());
    let whole: String = pieces.collect();
    assert!(whole.contains("WAYMARK_CODE_KAUR"), "{language}: the program enrols");
    fs::write(&file, whole).expect("the program is written");
    file
}

/// Plays a program twice, as an app is started again, and looks whether the referrals are with the server.
fn plays(command: &mut Command, server: &mut Server) {
    for times in 1..=2 {
        plays_once(command, server, times);
    }
}

fn plays_once(command: &mut Command, server: &mut Server, times: usize) {
    let store = server.dir.path().join("store");
    let command = told(command, server).env("APP_STORE", &store);
    let hex: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    let said = run(command.env("APP_KEY", hex).env("APP_KEY_BASE64", STANDARD.encode(KEY)));
    let lines: Vec<&str> = said.lines().collect();
    let words = ["enrolled: ", "saved: ", "saved here", "synced: "];
    assert_eq!(lines.len(), words.len(), "{said}");
    for (line, word) in lines.iter().zip(words) {
        assert!(line.starts_with(word), "{said}");
    }
    let synced = lines[3].to_lowercase();
    assert!(synced.contains("true"), "{said}");
    let listed = server.administer(&["referral", "list"]);
    assert_eq!(listed["referrals"].as_array().map(Vec::len), Some(times), "the server has the referrals");
}

#[test]
fn the_program_in_c_enrols_refers_and_synchronises() {
    let mut server = Server::start();
    let source = program("c", server.dir.path().join("guide.c"));
    let program = server.dir.path().join("guide");
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-I"]);
    gcc.arg(root().join("mobile-ffi/include")).arg(source).arg("-o").arg(&program).arg("-L").arg(&*BUILT);
    gcc.arg(format!("-Wl,-rpath,{}", BUILT.display())).arg("-l:libwaymark.so");
    run(&mut gcc);
    plays(&mut Command::new(program), &mut server);
}

#[test]
fn the_program_in_python_enrols_refers_and_synchronises() {
    let mut server = Server::start();
    let source = program("python", server.dir.path().join("guide.py"));
    plays(python().arg(source), &mut server);
}

#[test]
fn the_program_in_java_enrols_refers_and_synchronises() {
    let mut server = Server::start();
    let source = program("java", server.dir.path().join("Guide.java"));
    let class_path = compiled_java(&[source], &server.dir.path().join("classes"));
    plays(java(&class_path).arg("Guide"), &mut server);
}

#[test]
fn each_code_that_the_guide_names_is_on_the_list() {
    let list = fs::read_to_string(Path::new(&root()).join("schema/codes/errors.csv")).expect("it is there");
    let known: BTreeSet<&str> = list.lines().filter_map(|line| line.split(',').nth(1)).collect();
    let guide = guide();
    let table = guide.split("| code | what the person reads |").nth(1).expect("the table of codes");
    let rows = table.split("\n\n").next().unwrap_or_default().lines().skip(2);
    let first = rows.filter_map(|row| row.split('|').nth(1));
    let named: Vec<&str> = first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 8, "{named:?}");
    for code in named.into_iter().filter(|code| *code != "upgrade_needed") {
        assert!(known.contains(code), "{code}");
    }
}
