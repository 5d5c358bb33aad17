//! `waymark phone`: a phone in a terminal, over the same device library as a real one.
//!
//! One command a process, or `run`: one JSON object a line on stdin, one answer a line on stdout. `help` prints what
//! `docs/phone-api.md` says.
//! Does not add anything to the library: what it prints is the library's answer.

use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sync_core::command::Command;
use sync_core::query::Query;
use waymark::{Device, Drafts, LogoutOptions, Options, Problem, StoreKey, SyncOptions, Who};

use crate::failure::{Done, Failure, print};
use crate::typed::{secret, secret_text};

/// `waymark phone --store DIR [--server URL] VERB [JSON]`
#[derive(Debug, clap::Args)]
pub(crate) struct PhoneArgs {
    /// Where this phone keeps its store; only `help` needs none.
    #[arg(long, env = "WAYMARK_STORE")]
    store: Option<PathBuf>,
    /// The server's address, such as `http://127.0.0.1:8080`; kept once given.
    #[arg(long, env = "WAYMARK_SERVER")]
    server: Option<String>,
    /// How wrong the phone's clock is, in milliseconds; kept once given.
    #[arg(long, allow_hyphen_values = true)]
    clock_offset_ms: Option<i64>,
    /// `enrol`, `sync`, `check`, `logout`, `run`, a command (`refer`, `contact` …) or a query (`referrals`, `status` …); `help` lists them.
    verb: String,
    /// What it needs, as one JSON object; `-` reads it from stdin. Of `enrol` also the code alone; it is asked for when it is left out. Of `help` the verb to
    /// look up.
    json: Option<String>,
}

/// Runs the phone.
pub(crate) fn run(args: PhoneArgs) -> Done {
    let PhoneArgs { store, server, clock_offset_ms, verb, json } = args;
    if verb == "help" {
        return help(json.as_deref());
    }
    let store = store.ok_or_else(|| Failure::Usage("name the phone's store with --store DIR".to_owned()))?;
    let open = || open(&store, server.clone(), clock_offset_ms);
    if verb == "run" {
        return run_lines(&store, open);
    }
    let request = asked(&verb, json)?;
    if verb != "enrol" {
        must_be_there(&store)?;
    }
    let answer = answer(&open()?, &request).map_err(|problem| refused(&problem))?;
    print(&serde_json::to_string_pretty(&answer).expect("an answer is plain data"));
    Ok(())
}

/// Opens a phone; where there was none, there is one now.
fn open(store: &Path, server: Option<String>, clock_offset_ms: Option<i64>) -> Done<Device> {
    let clock = crate::rehearsal::clock(clock_offset_ms.unwrap_or_default())?;
    // A terminal has no key store: its phone's key lies in a private file beside what it seals.
    let key = StoreKey::in_file(&store.join("phone.key")).map_err(|problem| refused(&problem))?;
    let key = Some(key);
    let options =
        Options { dir: store.to_owned(), key, server, clock, clock_offset_ms, ..Options::default() };
    Device::open(options).map_err(|problem| refused(&problem))
}

/// A phone begins with its enrolment: a store that was mistyped must not become an empty one.
fn must_be_there(store: &Path) -> Done {
    if ["phone.key", "waymark.db"].iter().any(|file| store.join(file).exists()) {
        return Ok(());
    }
    let store = store.display();
    Err(Failure::Usage(format!(
        "there is no phone in {store}: name its directory, or make one with `enrol CODE`"
    )))
}

/// One JSON object a line on stdin, one answer a line on stdout.
fn run_lines(store: &Path, open: impl Fn() -> Done<Device>) -> Done {
    let mut device = None;
    for line in std::io::stdin().lock().lines() {
        let request = parse(&line?);
        if device.is_none() && !request.as_ref().is_ok_and(|request| request["command"] == "enrol") {
            must_be_there(store)?;
        }
        let device = match &mut device {
            Some(device) => device,
            none => none.insert(open()?),
        };
        print(&match request.map(|request| answer(device, &request)) {
            Ok(Ok(answer)) => answer.to_string(),
            Ok(Err(problem)) => json!({ "problem": problem }).to_string(),
            Err(_) => json!({ "problem": { "code": "json" } }).to_string(),
        });
    }
    Ok(())
}

/// The request of a verb, from the words of the command line or from stdin.
fn asked(verb: &str, json: Option<String>) -> Done<Value> {
    let mut request = match json.as_deref() {
        None if verb == "enrol" => json!({ "code": secret(None, "the one-time code")?, "name": PHONE_NAME }),
        None => json!({}),
        Some("-") => {
            let text = if verb == "enrol" { secret_text("the one-time code")? } else { all_of_stdin()? };
            if verb == "enrol" && !text.trim_start().starts_with('{') {
                json!({ "code": text.trim(), "name": PHONE_NAME })
            } else {
                parse(&text)?
            }
        }
        // A code alone is enough: nobody has to write JSON to begin.
        Some(code) if verb == "enrol" && !code.trim_start().starts_with('{') => {
            json!({ "code": code.trim(), "name": PHONE_NAME })
        }
        Some(text) => parse(text).map_err(|failure| with_help(failure, verb))?,
    };
    if verb == "enrol" {
        // Without a code the server would say that the code does not count.
        if request["code"].as_str().is_none_or(|code| code.trim().is_empty()) {
            return Err(with_help(Failure::Usage("code: there is none".to_owned()), verb));
        }
        if request["name"].is_null() {
            request["name"] = PHONE_NAME.into();
        }
    }
    let is_query = Query::verbs().any(|known| known.name == verb);
    let word = if is_query { "query" } else { "command" };
    request[word] = verb.into();
    Ok(request)
}

fn all_of_stdin() -> Done<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}

/// What the list of devices calls a phone that was enrolled with a code alone.
const PHONE_NAME: &str = "Phone in a terminal";

/// What is wrong with the JSON, and where the form of the verb stands.
fn with_help(failure: Failure, verb: &str) -> Failure {
    let form = match verb {
        "enrol" => r#"write {"code": "…", "name": "…"}, or the code alone"#.to_owned(),
        "check" => r#"write {"family": "…", "given": "…", "born": "1987-04-12"}"#.to_owned(),
        "sync" => r#"write {"max_ms": 20000}, or nothing"#.to_owned(),
        "logout" => r#"write {"drafts": "drop"}, or nothing"#.to_owned(),
        verb => format!("`waymark phone help {verb}` shows an example"),
    };
    match failure {
        Failure::Usage(sentence) => Failure::Usage(format!("{sentence}: {form}")),
        other @ (Failure::Check(_) | Failure::Environment(_)) => other,
    }
}

/// What is printed of the verbs: the same page as everybody reads.
const PHONE_API: &str = include_str!("../../../docs/phone-api.md");

/// What a phone does beside the commands and queries of the library's page: name, in a line, with an example.
const OWN_VERBS: [(&str, &str, &str); 4] = [
    (
        "enrol",
        "Makes this store the phone of whoever the one-time code is for.",
        "waymark phone --store phone --server http://127.0.0.1:8470 enrol CODE\n\
         waymark phone --store phone enrol '{\"code\": \"CODE\", \"name\": \"PC Kaur\"}'\n\n\
         The code counts once, for ten minutes; `-` reads it from stdin. The server's address is kept.",
    ),
    (
        "sync",
        "Sends what waits and takes in what is new.",
        "waymark phone --store phone sync\nwaymark phone --store phone sync '{\"max_ms\": 20000}'\n\n\
         Without signal everything is kept and sent the next time.",
    ),
    (
        "logout",
        "Ends this phone's work for its person; refused while anything waits to be sent.",
        "waymark phone --store phone logout\nwaymark phone --store phone logout '{\"drafts\": \"drop\"}'\n\n\
         Half-filled forms stop it too, unless they are dropped.",
    ),
    (
        "run",
        "Does one JSON object a line from stdin, and prints an answer a line.",
        "echo '{\"query\": \"status\"}' | waymark phone --store phone run",
    ),
];

/// Prints every verb in a line, or the section of one.
fn help(of: Option<&str>) -> Done {
    let verbs = || Command::verbs().chain(Query::verbs());
    let Some(name) = of else {
        for (name, summary, _) in OWN_VERBS {
            print(&format!("{name:<18}{summary}"));
        }
        for verb in verbs() {
            print(&format!("{:<18}{}", verb.name, verb.summary));
        }
        return Ok(());
    };
    if let Some((name, summary, example)) = OWN_VERBS.iter().find(|(own, ..)| *own == name) {
        print(&format!("{name}\n\n{summary}\n\n{example}"));
        return Ok(());
    }
    if !verbs().any(|verb| verb.name == name) {
        let own = OWN_VERBS.iter().map(|(name, ..)| *name);
        let known: Vec<&str> = own.chain(verbs().map(|verb| verb.name)).collect();
        return Err(Failure::Usage(format!("{name} is no verb of the phone; one of: {}", known.join(", "))));
    }
    let section = PHONE_API.split("\n### ").find(|section| section.starts_with(&format!("{name}\n")));
    let section = section.unwrap_or_default();
    // The last section of a chapter ends where the next chapter begins.
    print(section.split("\n## ").next().unwrap_or_default().trim_end());
    Ok(())
}

fn parse(text: &str) -> Done<Value> {
    let value = serde_json::from_str(text).map_err(|error| {
        Failure::Usage(format!("line {}, column {}: not JSON", error.line(), error.column()))
    })?;
    match value {
        Value::Object(_) => Ok(value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Failure::Usage("a phone takes one JSON object".to_owned()))
        }
    }
}

fn answer(device: &Device, request: &Value) -> Result<Value, Problem> {
    if request.get("query").is_some() {
        return device.query(request);
    }
    match request["command"].as_str() {
        Some("enrol") => {
            let text = |key: &str| request[key].as_str().unwrap_or_default().to_owned();
            device.enrol(&text("code"), &text("name"))
        }
        Some("check") => {
            let mut question = request.clone();
            question.as_object_mut().map(|fields| fields.remove("command"));
            device.check(&question)
        }
        Some("logout") => {
            let drafts = if request["drafts"] == "drop" { Drafts::Drop } else { Drafts::Keep };
            device.logout(LogoutOptions { drafts })
        }
        Some("sync") => device.sync(SyncOptions {
            max_ms: request["max_ms"].as_u64().unwrap_or(20_000),
            max_bytes: request["max_bytes"].as_u64(),
        }),
        Some(_) | None => device.execute(request),
    }
}

/// One sentence that says what to do; `run` gives the whole problem instead.
fn refused(problem: &Problem) -> Failure {
    let field = problem.field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default();
    let sentence = format!("{field}{problem}").trim_end().to_owned();
    match problem.who {
        Who::Caller => Failure::Usage(sentence),
        Who::Peer | Who::Later => Failure::Environment(sentence),
        Who::Data => Failure::Check(sentence),
    }
}
