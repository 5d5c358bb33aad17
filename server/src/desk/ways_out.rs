//! What to write where a field is missing or not as it must be: the way out, said beside the field's name.
//!
//! Repeats no value: it may be a name. Does not check.

/// What a field takes.
pub(crate) fn of(field: &str) -> &'static str {
    match field {
        "name" => {
            "write a name of at most 200 bytes, on one line, in letters of one script and without any that nobody sees; a word such as `force`, and an id, stand for something else"
        }
        "telephone" => "write digits, such as 01632 960111; or nothing where there is no number",
        "hours" => "write one line of at most 200 bytes, such as weekdays 9 to 5",
        "areas" => "name each area once, on one line each; none for everywhere",
        "ages" => "write a range such as 10-25, or 18- without an upper end",
        "fallback" => "name another service that takes new referrals: `waymark provider list` shows them",
        "org" => {
            "name an organisation that takes people, by name or id: `force`, or one of `waymark provider list`"
        }
        "role" => {
            "officer, supervisor, admin and auditor are of the force; outreach_worker and provider_lead of a service"
        }
        "reason" => "say why, in a sentence of at most 4,000 letters",
        "override.reason" => "say why a service for other ages is named, in a sentence",
        "choice" => {
            "name one of the entries that were shown, or a value as the sides have it, such as 1990-05-17"
        }
        "as_of" => "write it as the page or `show` printed it last; look again to get a new one",
        "other" => "name two different people, as `waymark person show` prints them",
        "to" => "name a service that takes new referrals: `waymark provider list` shows them",
        "basis" => "one of the list erasure_bases, such as person_asked",
        "pack" => "one of the packs that `waymark force policy` lists",
        "calendar" => "england-and-wales, scotland, northern-ireland, or * for all",
        "label" => "say what the holiday is, on one line",
        "day" => "write a day that exists, such as 2027-06-14",
        "capacity" => "write how many people it takes, from 1",
        "text" => "write a name, a reference or a date of birth",
        "until" => "write a day that is to come, within the next ten years, such as 2034-01-31",
        "records" => "name from 1 to 100 referrals by their ids",
        "limit" => "write a number from 1 to 200",
        "over" => "all, year or quarter",
        "grant_type" => "client_credentials, with a private_key_jwt assertion",
        "query" => "see the parameters that /openapi.json names for this address",
        "body" => "see what /openapi.json names for this address",
        _ => "see what /openapi.json says of this field",
    }
}

#[cfg(test)]
mod tests {
    use crate::desk::Refused;

    #[test]
    fn a_refused_field_is_named_with_what_to_write() {
        for field in ["name", "role", "telephone", "as_of", "never heard of"] {
            let said = Refused::Field(field).to_string();
            let (named, way) = said.split_once(": ").expect("the field, and the way out");
            assert_eq!(named, field);
            assert!(way.len() > 10, "{said}");
        }
    }
}
