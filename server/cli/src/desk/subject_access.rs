//! `waymark subject-access`: what is held about a person, written into files that somebody reviews and gives out.
//!
//! ```text
//!   begin ─▶ draft (JSON, and HTML to read) ─ leave-out ─▶ draft ─ release ─▶ noted on the server ─▶ the file to give out
//! ```
//! Prints numbers and the names of files, and nothing of what is held. Does not decide who may do it: the server's library does.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use server::desk::{Command, GivenOut, Query, Recipient};
use server::export::{Export, FORM, Reason, State, digest_of};
use server::{export_as_html, now_ms, private};

use super::referrals::record;
use super::{At, Way, files, say};
use crate::failure::{Done, Failure};
use crate::words::words;

/// `waymark subject-access …`
#[derive(Debug, clap::Subcommand)]
pub(crate) enum SubjectAccessCommand {
    /// Writes a draft of everything that your own organisation holds on the person of a referral, and who read it.
    Begin {
        #[command(flatten)]
        at: At,
        /// A referral of the person, by its reference or id; more of them when you know that they are the same person's.
        #[arg(required = true)]
        referrals: Vec<String>,
        /// The draft, which must not be there; a page to read is written beside it, as `.html`.
        #[arg(long)]
        out: PathBuf,
    },
    /// Marks entries of a draft that are not given out, with the reason.
    LeaveOut {
        /// The draft.
        draft: PathBuf,
        /// The numbers of the entries, as the page shows them.
        #[arg(required = true)]
        entries: Vec<u32>,
        /// `third_party`, `safeguarding`, `investigation` or `privilege`; or `none`: it is given out after all.
        #[arg(long, value_parser = reason)]
        reason: Marked,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Notes that a draft is given out, and writes the file that is: without what was marked.
    Release {
        #[command(flatten)]
        at: At,
        /// The draft, looked through.
        draft: PathBuf,
        /// `person`, or `representative`: somebody who acts for them.
        #[arg(long, value_parser = words::<Recipient>(&["person", "representative"]))]
        to: Recipient,
        /// The file to give out, which must not be there; a page to print is written beside it, as `.html`.
        #[arg(long)]
        out: PathBuf,
    },
}

/// What an entry is marked with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marked(Option<Reason>);

fn reason(word: &str) -> Result<Marked, String> {
    let codes = || Reason::ALL.map(Reason::code).join(", ");
    match Reason::ALL.into_iter().find(|reason| reason.code() == word) {
        Some(reason) => Ok(Marked(Some(reason))),
        None if word == "none" => Ok(Marked(None)),
        None => Err(format!("{} or none", codes())),
    }
}

/// What is held about a person.
pub(crate) fn subject_access(command: SubjectAccessCommand) -> Done {
    match command {
        SubjectAccessCommand::Begin { at, referrals, out } => begin(&at, &referrals, &out),
        SubjectAccessCommand::LeaveOut { draft, entries, reason, json } => {
            leave_out(&draft, &entries, reason, json)
        }
        SubjectAccessCommand::Release { at, draft, to, out } => release(&at, &draft, to, &out),
    }
}

fn begin(at: &At, referrals: &[String], out: &Path) -> Done {
    let way = Way::open(at)?;
    let page = page_beside(out)?;
    // The files are there before anything is read: each reading is noted.
    let (file, shown) = files::both(out, &page)?;
    let draft = drafted(&way, referrals);
    if draft.is_err() {
        drop(std::fs::remove_file(out));
        drop(std::fs::remove_file(&page));
    }
    let draft = draft?;
    files::fill(file, &text_of(&draft))?;
    files::fill(shown, &export_as_html(&draft))?;
    said(at, &draft, out, |what| {
        format!(
            "The draft holds {what}.\nRead {}, mark what is left out with `waymark subject-access leave-out`, then `waymark subject-access release`.",
            page.display()
        )
    });
    Ok(())
}

/// Everything that is held on the person of some referrals, each record once.
fn drafted(way: &Way, referrals: &[String]) -> Done<Export> {
    let mut draft: Option<Export> = None;
    for named in referrals {
        let id = record(way, named)?;
        let is_there = |draft: &Export| draft.records.iter().any(|record| record.record == id);
        if draft.as_ref().is_some_and(is_there) {
            continue;
        }
        let found: Export = serde_json::from_value(way.query(&Query::SubjectAccess(id, now_ms()))?)
            .map_err(|_| Failure::Environment("the server's answer cannot be read".to_owned()))?;
        match &mut draft {
            None => draft = Some(found),
            Some(draft) => draft.add(found.records),
        }
    }
    draft.ok_or_else(|| Failure::Usage("name a referral".to_owned()))
}

fn leave_out(file: &Path, entries: &[u32], Marked(reason): Marked, as_json: bool) -> Done {
    let mut draft = read(file)?;
    for number in entries {
        if !draft.mark(*number, reason) {
            return Err(Failure::Usage(format!("the draft has no entry {number}: look at its page")));
        }
    }
    private::write(file, text_of(&draft).as_bytes())?;
    private::write(&page_beside(file)?, export_as_html(&draft).as_bytes())?;
    let marked = draft.entries().filter(|entry| entry.leave_out.is_some()).count();
    let answer = json!({"left_out": marked, "entries": draft.entries().count()});
    let words = format!("{marked} of {} entries are left out", draft.entries().count());
    crate::failure::print(&if as_json { format!("{answer:#}") } else { words });
    Ok(())
}

fn release(at: &At, draft: &Path, to: Recipient, out: &Path) -> Done {
    let (seen, page) = (read(draft)?, page_beside(out)?);
    // The files are there before it is noted: nothing is noted that could not be written.
    let (file, shown) = files::both(out, &page)?;
    let noted = Way::open(at).and_then(|way| give_out(&way, &seen, to));
    if noted.is_err() {
        drop(std::fs::remove_file(out));
        drop(std::fs::remove_file(&page));
    }
    let (given, text) = noted?;
    files::fill(file, &text)?;
    files::fill(shown, &export_as_html(&given))?;
    said(at, &given, out, |what| format!("{what} to give out: {}. It is noted.", out.display()));
    Ok(())
}

/// Of a draft only its marks count: what is given out is read again, so that nothing in it is older than an erasure, or typed
/// in. Notes it, and gives it with its text.
fn give_out(way: &Way, seen: &Export, to: Recipient) -> Done<(Export, String)> {
    let referrals: Vec<String> = seen.records.iter().map(|record| record.record.to_string()).collect();
    let now = drafted(way, &referrals)?.marked_as(seen).ok_or_else(|| {
        Failure::Usage(
            "your organisation holds something else now than this draft says: begin a new one, and look through it".to_owned(),
        )
    })?;
    let records = now.records.iter().map(|record| record.record).collect();
    let given = now.given_out(to, now_ms());
    let text = text_of(&given);
    let controller = given.controller.org;
    way.command(&Command::GiveOut(GivenOut { controller, records, to, digest: digest_of(&text) }))?;
    Ok((given, text))
}

/// Numbers alone: what is held stands in the file.
fn said(at: &At, export: &Export, file: &Path, words: impl FnOnce(&str) -> String) {
    let (records, entries) = (export.records.len(), export.entries().count());
    let answer: Value = json!({"file": file, "records": records, "entries": entries});
    let records = if records == 1 { "1 record".to_owned() } else { format!("{records} records") };
    say(at, &answer, |_| words(&format!("{records} with {entries} entries")));
}

fn text_of(export: &Export) -> String {
    format!("{:#}\n", json!(export))
}

fn read(file: &Path) -> Done<Export> {
    let wrong =
        || Failure::Usage(format!("{} is no draft of `waymark subject-access begin`", file.display()));
    let text = std::fs::read_to_string(file).map_err(|_| wrong())?;
    let draft: Export = serde_json::from_str(&text).map_err(|_| wrong())?;
    if draft.form != FORM || draft.state != State::Draft {
        return Err(wrong());
    }
    Ok(draft)
}

/// The page beside a file.
fn page_beside(file: &Path) -> Done<PathBuf> {
    let page = file.with_extension("html");
    if page == file {
        return Err(Failure::Usage("name the file .json: its page is written as .html".to_owned()));
    }
    Ok(page)
}
