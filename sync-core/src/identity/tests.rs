//! Who is the same person, and how names and numbers are compared.

use proptest::prelude::*;

use super::*;

fn subject(given: &str, family: &str, born: Option<&str>) -> Subject {
    Subject {
        family: family.to_owned(),
        given: given.to_owned(),
        date_of_birth: born.map(|day| day.parse().expect("a date")),
        identifiers: Vec::new(),
    }
}

fn with_number(kind: IdentifierKind, value: &str, verified: Verified) -> Subject {
    let mut subject = subject("Any", "Body", None);
    subject.identifiers.push(Identifier { kind, value: value.to_owned(), verified });
    subject
}

#[test]
fn names_are_compared_without_accents_case_and_punctuation() {
    let cases = [
        ("O’Brien-Núñez", "OBRIEN NUNEZ"),
        ("Müller", "muller"),
        ("Strauß", "STRAUSS"),
        ("Łukasz Wójcik", "lukasz wojcik"),
        ("ΟΔΟΣ", "οδος"),
        ("  van der  Berg ", "Van-der-Berg"),
        ("ﬁona", "Fiona"),
        ("Søren Ærø", "soren aero"),
    ];
    for (one, other) in cases {
        assert_eq!(normalise_name(one), normalise_name(other), "{one} and {other}");
    }
    assert_eq!(normalise_name("O'Brien"), "obrien");
}

#[test]
fn vowel_signs_are_letters_not_accents() {
    assert_ne!(normalise_name("राम"), normalise_name("रमा"));
}

#[test]
fn one_name_and_birthday_are_one_person() {
    let a = subject("Ann-Marie", "Núñez", Some("1990-02-03"));
    let b = subject("Ann Marie", "NUNEZ", Some("1990-02-03"));
    assert_eq!(same_person(&a, &b), SamePerson::Yes);
}

#[test]
fn another_birthday_or_none_is_not_known_to_be_the_same() {
    let a = subject("Ann", "Lee", Some("1990-02-03"));
    for born in [Some("1990-03-02"), None] {
        assert_eq!(same_person(&a, &subject("Ann", "Lee", born)), SamePerson::No);
    }
    let nobody = subject("Ann", "Lee", None);
    assert_eq!(same_person(&nobody, &nobody), SamePerson::No, "what is missing matches nothing");
}

#[test]
fn nameless_subjects_born_on_one_day_are_not_one_person() {
    let a = subject("", " - ", Some("1990-02-03"));
    assert_eq!(same_person(&a, &a), SamePerson::No);
}

#[test]
fn a_verified_number_makes_one_person_of_two_names() {
    let a = with_number(IdentifierKind::Pnc, "2020/0000009N", Verified::Yes);
    let mut b = with_number(IdentifierKind::Pnc, "20/9n", Verified::Yes);
    b.family = "Other".to_owned();
    assert_eq!(same_person(&a, &b), SamePerson::Yes);
    let stated = with_number(IdentifierKind::Pnc, "20/9N", Verified::No);
    assert_eq!(same_person(&a, &stated), SamePerson::No);
}

#[test]
fn the_same_digits_of_another_kind_are_another_number() {
    let nhs = with_number(IdentifierKind::Nhs, "943 476 5919", Verified::Yes);
    let force = with_number(IdentifierKind::Force, "943 476 5919", Verified::Yes);
    assert_eq!(same_person(&nhs, &force), SamePerson::No);
    assert_eq!(same_person(&nhs, &nhs), SamePerson::Yes);
}

#[test]
fn pnc_ids_are_written_in_one_way() {
    let cases = [
        ("20/9N", Some("2020/0000009N")),
        ("99/123456X", Some("1999/0123456X")),
        ("1999/1234567B", Some("1999/1234567B")),
        (" 1999/1234567b ", Some("1999/1234567B")),
        ("19991234567B", Some("1999/1234567B")),
        ("20/9M", None),
        ("200/9N", None),
        ("20/N", None),
        ("", None),
        ("20/é", None),
    ];
    for (text, canonical) in cases {
        assert_eq!(canonical_pnc(text, 2026).as_deref(), canonical, "{text}");
    }
}

#[test]
fn cro_numbers_are_written_in_one_way() {
    let cases = [
        ("265416/21G", Some("265416/21G")),
        ("85227/65l", Some("085227/65L")),
        ("SF05/482703J", Some("SF05/482703J")),
        ("SF39/83404L", Some("SF39/83404L")),
        ("265416/21H", None),
        ("SF05/4827031J", None),
        ("265416", None),
    ];
    for (text, canonical) in cases {
        assert_eq!(canonical_cro(text).as_deref(), canonical, "{text}");
    }
}

#[test]
fn marks_that_a_space_kept_apart_have_one_order() {
    let name = normalise_name("\u{20d4} \u{f71}");
    assert_eq!(name, normalise_name("\u{f71}\u{20d4}"));
    assert_eq!(normalise_name(&name), name);
}

proptest! {
    #[test]
    fn a_normalised_name_stays_as_it_is(name: String) {
        let once = normalise_name(&name);
        prop_assert_eq!(normalise_name(&once), once);
    }

    #[test]
    fn the_answer_does_not_depend_on_who_is_asked_first(a in "[a-cA-C' -]{0,4}", b in "[a-cA-C' -]{0,4}") {
        let (a, b) = (subject(&a, "x", Some("2000-01-01")), subject(&b, "X", Some("2000-01-01")));
        prop_assert_eq!(same_person(&a, &b), same_person(&b, &a));
    }

    #[test]
    fn no_text_makes_the_readers_panic(text: String) {
        let _ = (canonical_pnc(&text, 2026), canonical_cro(&text));
    }
}
