//! How a conflict is decided in a terminal: the command for its kind, and what follows from each choice.
//!
//! Owns the sentences alone. Does not say who may settle, or carry anything out: the server does.

use serde_json::Value;

use super::table::text;

/// The lines below a conflict: one command, or two, and what a choice brings with it.
pub(super) fn how(shown: &Value) -> Vec<String> {
    let about = shown["about"].as_str().unwrap_or_default();
    match shown["kind"].as_str().unwrap_or_default() {
        _ if shown["wrote_a_side"] == true => {
            vec!["you wrote a side of it: somebody else must decide, and of two admins who differ a third".to_owned()]
        }
        "duplicate" | "log_fork" if !shown["settled"].is_null() => {
            vec!["what followed from it is not undone by deciding again: act on the referrals themselves".to_owned()]
        }
        "identity" => tie(shown, about),
        "field" => about.strip_prefix("tie/").map_or_else(|| field(shown, about), |pair| tie(shown, pair)),
        "duplicate" if about.starts_with("crime_reference/") || about.starts_with("exhibit/") => vec![
            settle(shown, "--choose ENTRY"),
            "nothing changes in either: it says that somebody has looked at both".to_owned(),
        ],
        "duplicate" => vec![
            settle(shown, "--choose ENTRY"),
            "the referral of this entry goes on; the other is CANCELLED as a duplicate, and contact there stops at once"
                .to_owned(),
            settle(shown, "--admit ENTRY"),
            "both count, whichever is named: nothing is cancelled".to_owned(),
        ],
        "log_fork" => vec![
            settle(shown, "--admit ENTRY"),
            "the server writes the entries of the branch anew, each once".to_owned(),
            settle(shown, "--keep-aside ENTRY"),
            "the branch stays aside for good; right when its phone has enrolled again".to_owned(),
        ],
        "quarantined" => {
            let mut lines = vec![settle(shown, "--admit ENTRY")];
            lines.extend(brings(shown, "admit"));
            lines.push(settle(shown, "--keep-aside ENTRY"));
            lines.push("the entry never takes effect".to_owned());
            lines
        }
        _ => {
            let mut lines = vec![settle(shown, "--choose ENTRY")];
            lines.extend(brings(shown, "choose"));
            lines
        }
    }
}

/// A register: one of the values, or another one where the register takes it.
fn field(shown: &Value, about: &str) -> Vec<String> {
    let mut lines = vec![settle(shown, "--choose ENTRY")];
    if about.starts_with("struck/") {
        lines.push("where it says yes, the entry counts no longer; where it says no, it stands".to_owned());
    }
    if shown["takes_a_value"] == true {
        lines.push("or, when none of them is right:".to_owned());
        lines.push(settle(shown, "--value VALUE"));
    }
    lines
}

/// What the choice of a side does to the referral, where it does more than settle.
fn brings(shown: &Value, choice: &str) -> Vec<String> {
    let sides = shown["sides"].as_array().into_iter().flatten();
    let mut lines: Vec<String> = sides
        .filter_map(|side| {
            let then = match side["kind"].as_str()? {
                "referral.cancelled" => "CANCELS the referral",
                "referral.closed" => "closes the referral",
                "referral.rejected" => "rejects the referral: another service must be found",
                "person.withdrew" => "stops all contact with the person",
                "entry.struck" => "makes the struck entry count no longer",
                _ => return None,
            };
            Some(format!("--{choice} {} {then}", text(&side["op"])))
        })
        .collect();
    let about = shown["about"].as_str().unwrap_or_default();
    let goes_on = about.starts_with("cancelled_") || about.starts_with("closed_");
    if goes_on && choice == "choose" {
        let other = if lines.is_empty() { "the entry of the service" } else { "the other entry" };
        lines.push(format!("with {other} the referral goes on"));
    }
    lines
}

/// Whether two are one person is said by `person link` and `split`, which also answer the question.
fn tie(shown: &Value, pair: &str) -> Vec<String> {
    let (one, other) = pair.split_once('~').unwrap_or((pair, "OTHER"));
    let as_of = text(&shown["as_of"]);
    vec![
        format!("decide with: waymark person link {one} {other} --as-of {as_of}"),
        "they are one person: what one of them did before counts for both".to_owned(),
        format!("or with: waymark person split {one} {other} --as-of {as_of}"),
        "they are two persons".to_owned(),
    ]
}

fn settle(shown: &Value, choice: &str) -> String {
    let (id, as_of, version) = (text(&shown["conflict"]), text(&shown["as_of"]), text(&shown["version"]));
    let decide = if shown["settled"].is_null() { "decide" } else { "decide again" };
    format!(
        "{decide} with: waymark conflicts settle {id} {choice} --reason '…' --as-of {as_of} --version {version}"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(kind: &str, about: &str, sides: Value) -> String {
        let shown = json!({
            "conflict": "c0", "kind": kind, "about": about, "as_of": "p7", "version": "v0",
            "takes_a_value": kind == "field", "sides": sides,
        });
        how(&shown).join("\n")
    }

    #[test]
    fn each_kind_of_conflict_has_its_own_command() {
        let settle = "waymark conflicts settle c0";
        for (kind, about, commands) in [
            ("field", "attendance/d:1", vec![format!("{settle} --choose"), format!("{settle} --value")]),
            ("field", "struck/d:1", vec![format!("{settle} --choose")]),
            (
                "field",
                "tie/a~b",
                vec!["person link a b --as-of p7".into(), "person split a b --as-of p7".into()],
            ),
            (
                "identity",
                "a~b",
                vec!["person link a b --as-of p7".into(), "person split a b --as-of p7".into()],
            ),
            ("crossed", "closed_reached", vec![format!("{settle} --choose")]),
            ("quarantined", "d:1", vec![format!("{settle} --admit"), format!("{settle} --keep-aside")]),
            ("log_fork", "d:1", vec![format!("{settle} --admit"), format!("{settle} --keep-aside")]),
            (
                "duplicate",
                "two_referrals/a~b",
                vec![format!("{settle} --choose"), format!("{settle} --admit")],
            ),
            ("duplicate", "crime_reference/x", vec![format!("{settle} --choose")]),
            ("duplicate", "exhibit/AK1/x", vec![format!("{settle} --choose")]),
        ] {
            let said = lines(kind, about, json!([]));
            for command in commands {
                assert!(said.contains(&command), "{kind} {about}: {said}");
            }
            let is_tie = kind == "identity" || about.starts_with("tie/");
            assert_eq!(said.contains(settle), !is_tie, "{kind} {about}: {said}");
        }
    }

    #[test]
    fn a_choice_that_cancels_a_referral_says_so() {
        let sides =
            json!([{"op": "d:1", "kind": "referral.cancelled"}, {"op": "e:2", "kind": "referral.accepted"}]);
        for about in ["cancelled_accepted", "cancelled_engaged"] {
            let said = lines("crossed", about, sides.clone());
            assert!(said.contains("--choose d:1 CANCELS the referral"), "{said}");
            assert!(said.contains("with the other entry the referral goes on"), "{said}");
        }
        assert!(
            lines("quarantined", "d:1", json!([{"op": "d:1", "kind": "referral.cancelled"}]))
                .contains("CANCELS")
        );
        assert!(lines("duplicate", "same_encounter/a~b", json!([])).contains("CANCELLED"));
        for about in ["crime_reference/x", "exhibit/AK1/x"] {
            assert!(!lines("duplicate", about, json!([])).contains("CANCELLED"), "{about}");
        }
        assert!(!lines("field", "consent/contact", json!([])).to_uppercase().contains("CANCEL"));
    }
}
