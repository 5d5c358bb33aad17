//! Makes the dictionary of the wire, `schema/dictionary/waymark-1.zdict`, and says what it gains.
//!
//! ```text
//!   invented people ─▶ scenario ─▶ waymark demo --keep ─▶ wire.jsonl ─▶ masked ─▶ zstd --train
//!   the shipped scenario, other people ─▶ waymark demo --keep ─▶ wire.jsonl ─▶ measured
//! ```
//! Before training, names, ids, digests, signatures and long numbers are replaced by random letters
//! of the same kind, so that the dictionary holds words of the protocol and of the forms only. Run
//! by hand, when the wire changes, after `cargo build`; needs the command `zstd`. Does not give the same bytes twice.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tests::{root, run};

const FILE: &str = "schema/dictionary/waymark-1.zdict";
const BYTES: usize = 16 * 1024;
const PEOPLE: usize = 60;
const SMALL_BYTES: usize = 4096;

fn main() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut random = Random(0x5EED);
    let people: Vec<[String; 2]> = (0..PEOPLE).map(|_| [random.name(), random.name()]).collect();
    let scenario = dir.path().join("people.json");
    fs::write(&scenario, scenario_of(&people, &mut random).to_string()).expect("it is written");
    let samples = dir.path().join("samples");
    fs::create_dir(&samples).expect("a directory");
    let mut files = Vec::new();
    for text in messages(&dir.path().join("train"), Some(&scenario)) {
        if text.len() <= SMALL_BYTES {
            let file = samples.join(files.len().to_string());
            fs::write(&file, masked(&text, &people, &mut random)).expect("it is written");
            files.push(file);
        }
    }
    let out = root().join(FILE);
    let (size, id) = (format!("--maxdict={BYTES}"), format!("--dictID={}", schema::dictionary::ID));
    let mut train = Command::new("zstd");
    run(train
        .args(["-q", "-f", "-19", "--train-cover=d=8,steps=40", &size, &id, "-o"])
        .arg(&out)
        .args(&files));
    let made = fs::read(&out).expect("it was made");
    let name = people.iter().flatten().find(|name| contains(&made, name.as_bytes()));
    assert!(name.is_none(), "a name of the training is in the dictionary: {name:?}");
    println!("{FILE}: {} bytes from {} messages", made.len(), files.len());
    evaluate(&made, &messages(&dir.path().join("measure"), None));
}

/// Sizes of messages that the training has not seen.
fn evaluate(dictionary: &[u8], messages: &[String]) {
    let mut packer = zstd::bulk::Compressor::with_dictionary(19, dictionary).expect("it is a dictionary");
    for (what, least, most) in [
        ("under 250 B", 0, 250),
        ("under 1 KB", 250, 1000),
        ("under 4 KB", 1000, 4096),
        ("larger", 4096, usize::MAX),
    ] {
        let of_size: Vec<_> = messages.iter().filter(|text| (least..most).contains(&text.len())).collect();
        let plain: usize = of_size.iter().map(|text| text.len()).sum();
        let alone: usize = of_size
            .iter()
            .map(|t| zstd::bulk::compress(t.as_bytes(), 19).map_or(0, |packed| packed.len()))
            .sum();
        let packed: usize =
            of_size.iter().map(|t| packer.compress(t.as_bytes()).map_or(0, |packed| packed.len())).sum();
        println!(
            "  {what:<12} {:>4} messages: {plain:>7} B, zstd {alone:>6}, with it {packed:>6}",
            of_size.len()
        );
    }
}

/// Plays a scenario and gives every message that went over the wire.
fn messages(keep: &Path, scenario: Option<&Path>) -> Vec<String> {
    let built = std::env::current_exe().expect("a program knows where it lies").with_file_name("waymark");
    let mut demo = Command::new(built);
    demo.args(["demo", "--json", "--keep"]).arg(keep);
    if let Some(scenario) = scenario {
        demo.arg("--scenario").arg(scenario);
    }
    run(&mut demo);
    let wire = fs::read_to_string(keep.join("wire.jsonl")).expect("the wire was kept");
    let exchanges = wire.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line is JSON"));
    let synced = exchanges.filter(|exchange| exchange["path"] == "/v1/sync");
    let both = synced.flat_map(|exchange| [exchange["request"].clone(), exchange["answer"].clone()]);
    both.filter_map(|message| message.as_str().map(str::to_owned)).collect()
}

/// People who are referred, contacted and seen, with a sync after almost every act.
fn scenario_of(people: &[[String; 2]], random: &mut Random) -> Value {
    let shipped =
        fs::read_to_string(root().join("tests/scenarios/west-berkshire.json")).expect("the scenario");
    let mut scenario: Value = serde_json::from_str(&shipped).expect("it is JSON");
    let mut story = Vec::new();
    for (number, [family, given]) in people.iter().enumerate() {
        let name = format!("p{number}");
        let record = format!("${name}.record");
        let drug = random.one_of(&["cannabis", "heroin", "crack", "cocaine", "mdma", "ketamine", "unknown"]);
        let officer = random.one_of(&["kaur", "obi"]);
        let born =
            format!("{}-{:02}-{:02}", 1955 + random.below(50), 1 + random.below(12), 1 + random.below(28));
        let phone = format!("07700 {:06}", 920_000 + random.below(9_999));
        let refer = json!({ "command": "refer", "family": family, "given": given, "born": born, "drug": drug,
            "reach": { "phone": phone, "may": ["text", "voicemail"] } });
        let engaged = random.below(4) > 0;
        story.push(json!({ "on": officer, "do": refer, "as": name }));
        story.push(json!({ "sync": [officer, "moss"] }));
        let act = |on: &str, mut what: Value| {
            what["record"] = json!(record);
            [json!({ "on": on, "do": what }), json!({ "sync": [on] })]
        };
        story.extend(act("moss", json!({ "command": "accept" })));
        story.push(json!({ "sync": ["reid"] }));
        let reached =
            json!({ "command": "contact", "what": "reached", "channel": "phone", "result": "reached" });
        story.extend(act("reid", reached));
        if !engaged {
            story.extend(act("moss", json!({ "command": "close", "on": "today", "reason": "not_engaged" })));
            continue;
        }
        let booking = format!("b{number}");
        story.push(json!({ "on": "reid", "as": booking, "do": { "command": "book", "record": record,
            "meeting": "assessment", "at_ms": "now", "minutes": 60 } }));
        story.push(json!({ "sync": ["reid"] }));
        for (meeting, status, minutes) in [
            ("assessment", random.one_of(&["attended", "did_not_attend"]), 40 + random.below(20)),
            ("session", "attended", 60),
        ] {
            let mut attend =
                json!({ "command": "attend", "meeting": meeting, "status": status, "minutes": minutes });
            if meeting == "assessment" {
                attend["appointment"] = json!(format!("${booking}.ops.0.op"));
            }
            story.extend(act("reid", attend));
        }
        story.push(json!({ "sync": [officer, "hale", "reid"] }));
    }
    scenario["story"] = story.into();
    scenario["encounters"] = json!([]);
    scenario["planted"] = json!({});
    scenario
}

/// The text with every run that says something of somebody replaced by random characters.
fn masked(text: &str, people: &[[String; 2]], random: &mut Random) -> String {
    let mut text = text.to_owned();
    for name in people.iter().flatten() {
        text = text.replace(name.as_str(), &random.name());
    }
    let mut masked = String::new();
    for run in text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')) {
        let is_random = run.len() > 60
            // Codes of offences begin with a capital and are words of the forms.
            || !run.starts_with(|c: char| c.is_ascii_uppercase()) && run.bytes().filter(u8::is_ascii_digit).count() > 4
            || run.chars().take_while(char::is_ascii_hexdigit).count() > 14;
        masked.extend(run.chars().map(|c| if is_random { random.alike(c) } else { c }));
    }
    masked
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// SplitMix64: no more is needed here.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn one_of<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.below(list.len() as u64)).expect("it is below a length")]
    }

    /// A name that nobody has, of six to nine letters.
    fn name(&mut self) -> String {
        let first = char::from(self.one_of(b"BDFGKLMNPRSTVWZ"));
        let rest = (0..5 + self.below(4)).map(|i| {
            char::from(if i % 2 == 0 { self.one_of(b"aeiou") } else { self.one_of(b"bdfgklmnprstvwz") })
        });
        std::iter::once(first).chain(rest.collect::<Vec<_>>()).collect()
    }

    /// Another character of the same kind.
    fn alike(&mut self, c: char) -> char {
        match c {
            '0'..='9' => char::from(self.one_of(b"0123456789")),
            'a'..='f' => char::from(self.one_of(b"0123456789abcdef")),
            'g'..='z' | 'A'..='Z' => {
                char::from(self.one_of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz"))
            }
            other => other,
        }
    }
}
