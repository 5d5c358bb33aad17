//! `waymark audit`: who opened which person's record, newest first.
//!
//! Does not decide who may read it: the server's library does.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::{Value, json};
use server::desk::{AuditOf, AuditWanted, Purpose, Query};

use super::commands::person;
use super::referrals::record;
use super::table::table;
use super::worklist::local;
use super::{At, Way, files, say};
use crate::failure::Done;

/// `waymark audit`
#[derive(Debug, clap::Args)]
pub(crate) struct AuditArgs {
    /// Only what this person opened, by name or id; `-` reads it from stdin.
    #[arg(long)]
    user: Option<String>,
    /// Only who opened this referral, by its reference or id.
    #[arg(long, value_name = "REFERRAL")]
    record: Option<String>,
    /// Only what people `opened`, or only what phones were `sent`.
    #[arg(long, value_parser = PossibleValuesParser::new(["opened", "sent"]).map(|word| of(&word)))]
    what: Option<AuditOf>,
    /// A new file that every line is written into as JSON, readable by its owner alone; nothing is printed of them then.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    at: At,
}

fn of(word: &str) -> AuditOf {
    if word == "sent" { AuditOf::Sent } else { AuditOf::Opened }
}

/// Every line that is asked for, to be read or kept elsewhere.
pub(crate) fn audit(args: AuditArgs) -> Done {
    let AuditArgs { user, record, what, out, at } = args;
    // It is there before anything is read: each reading is noted.
    let file = out.as_deref().map(files::reserve).transpose()?;
    let way = Way::open(&at)?;
    let user = user.map(|named| person(&way, &named)).transpose()?;
    let record = record.map(|named| self::record(&way, &named)).transpose()?;
    let lines = way.all("openings", |page| Query::Audit(AuditWanted { user, record, what, page }))?;
    if let (Some(file), Some(out)) = (file, out) {
        file.fill(&format!("{:#}\n", json!({"openings": lines})))?;
        let count = lines.len();
        say(&at, &json!({"file": out, "lines": count}), |_| format!("{count} lines: {}", out.display()));
        return Ok(());
    }
    say(&at, &json!({"openings": lines}), |answer| {
        let rows: Vec<Value> = answer["openings"].as_array().into_iter().flatten().map(shown).collect();
        let columns = [
            ("noted", "when"),
            ("who", "by"),
            ("role", "role"),
            ("what for", "for"),
            ("rows", "rows"),
            ("record", "record"),
        ];
        table(&rows, &columns)
    });
    Ok(())
}

fn shown(line: &Value) -> Value {
    let mut line = line.clone();
    line["when"] = json!(line["at_ms"].as_u64().map(local));
    let purpose: Option<Purpose> = serde_json::from_value(line["purpose"].clone()).ok();
    let opened = line["opened_ms"].as_u64().map(|ms| format!(", on a phone at {} by its clock", local(ms)));
    let on_phone = opened.unwrap_or_default();
    line["for"] = json!(purpose.map(|purpose| format!("{}{on_phone}", purpose.words())));
    line
}
