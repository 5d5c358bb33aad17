//! The value of a settlement that is none of the sides': one that the register can have, in the form in which it has it.
//!
//! Whoever settles types it; a phone and the desk bring it into its form, and the judge takes it in no other. So what was
//! settled can always be shown. Does not say who may settle: see [`super::judge`].

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::codes::{self, CodeList};
use crate::ids::OrgId;
use crate::referral::act::Disposal;
use crate::referral::act::fields;
use crate::referral::interim;
use crate::shape::BadShape;

/// Brings the value of a settlement into the form in which the register has it.
///
/// # Errors
/// [`BadShape`] of `choice` for a value that the register cannot have.
pub fn settled_value(register: &str, value: &Value) -> Result<Value, BadShape> {
    if let Some(field) = register.strip_prefix("subject/") {
        return of_person(field, value);
    }
    let fits = match register {
        // A snapshot is selected and never edited.
        "eligibility" => false,
        "provider" => is::<OrgId>(value),
        "disposal" => value.is_null() || is::<(Disposal, Option<String>)>(value),
        "crime/offence" => value.as_str().is_some_and(|code| codes::contains(CodeList::Offences, code)),
        "crime/reference" => value.as_str().is_some_and(|typed| !typed.trim().is_empty()),
        "closing_reason" => value.as_str().is_some_and(|code| codes::contains(CodeList::CloseReasons, code)),
        _ => interim::may_be(register, &value.to_string()),
    };
    if fits {
        Ok(value.clone())
    } else {
        Err(BadShape::of("field_wrong", "choice", "not a value that this can have"))
    }
}

/// A name is typed as it is amended, or as its register has it: family name first.
fn of_person(field: &str, value: &Value) -> Result<Value, BadShape> {
    let typed = match (field, value) {
        ("name", Value::Array(parts)) if parts.len() == 2 && parts.iter().all(Value::is_string) => {
            let [family, given] = [0, 1].map(|at| parts[at].as_str().unwrap_or_default().replace(',', " "));
            format!("{family},{given}")
        }
        (_, Value::String(typed)) => typed.clone(),
        (_, other) => other.to_string(),
    };
    fields::SHARED.check(field, &typed).map_err(|bad| BadShape::of(bad.code, "choice", bad.fault))?;
    Ok(if field == "name" { json!(fields::family_and_given(&typed)) } else { value.clone() })
}

fn is<T: DeserializeOwned>(value: &Value) -> bool {
    T::deserialize(value).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settlement_takes_only_a_value_that_its_register_can_have() {
        let org = json!("00000000-0000-0000-0000-0000000000b0");
        for (register, good, bad) in [
            ("attendance/x", json!("attended"), json!("banana")),
            ("appointment/x", json!(1_780_000_000_000_u64), json!("noon")),
            ("consent/contact", json!("no"), json!(true)),
            ("provider", org, json!("the other one")),
            ("disposal", json!(null), json!("arrest")),
            ("disposal", json!(["community_resolution", "8"]), json!(["a caution", null])),
            ("closing_reason", json!("not_engaged"), json!("did not like it")),
            ("closure", json!("open"), json!("ajar")),
            ("acceptance", json!("accepted"), json!("perhaps")),
            ("subject/born", json!("1990-02-28"), json!("1990-02-30")),
            ("subject/name", json!(["Núñez", "Zoë"]), json!(["", "Zoë"])),
        ] {
            assert_eq!(settled_value(register, &good), Ok(good.clone()), "{register}");
            assert!(settled_value(register, &bad).is_err(), "{register}: {bad}");
        }
        assert_eq!(settled_value("subject/name", &json!("Núñez, Zoë")), Ok(json!(["Núñez", "Zoë"])));
        assert!(settled_value("eligibility", &json!("eligible")).is_err());
    }
}
