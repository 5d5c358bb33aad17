//! `schemas [--check]`: makes `schema/json/ops` of the op kinds and `schema/json/phone` of the phone's requests, answers
//! and events, or compares the two.
//!
//! They are checked in, so that another implementation can read them. Does not validate anything: a test does.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use serde_json::{Value, json};
use sync_core::referral::act::{KINDS, json_schemas};

fn main() -> ExitCode {
    let is_check = match env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(_) => {
            eprintln!("schemas: the only option is --check");
            return ExitCode::from(2);
        }
    };
    let mut stale = Vec::new();
    for (path, fresh) in schemas() {
        if !is_check {
            fs::create_dir_all(path.parent().expect("a file lies in a folder"))
                .expect("the folder can be made");
            fs::write(&path, fresh).expect("the schema can be written");
        } else if fs::read_to_string(&path).ok().as_ref() != Some(&fresh) {
            stale.push(path);
        }
    }
    if stale.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!(
        "schemas: {} of them are not what the code says; run: cargo run -p tests --bin schemas",
        stale.len()
    );
    ExitCode::FAILURE
}

fn schemas() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/json");
    let named = ops().into_iter().map(|(name, schema)| (folder.join("ops").join(name), schema));
    let phone = tests::phone_api::schemas().into_iter();
    let phone = phone.map(|(name, schema)| (folder.join("phone").join(name), schema));
    named.chain(phone).map(|(path, schema)| (path, format!("{schema:#}\n"))).collect()
}

fn ops() -> Vec<(String, Value)> {
    let schemas = json_schemas().into_iter().zip(KINDS);
    let schemas = schemas.map(|((kind, schema), info)| {
        let mut schema: Value = schema.into();
        schema["$id"] = json!(format!("urn:waymark:op:{kind}"));
        schema["title"] = json!(kind);
        let compartments: Vec<&str> =
            info.compartments.iter().map(|compartment| compartment.word()).collect();
        schema["x-compartments"] = json!(compartments);
        (format!("{kind}.schema.json"), schema)
    });
    schemas.collect()
}
