//! Who is the same person, and how names and numbers are compared.

use proptest::prelude::*;

use super::*;

fn subject(given: &str, family: &str, born: Option<&str>) -> Subject {
    Subject {
        family: family.to_owned(),
        given: given.to_owned(),
        born: born.map(|day| day.parse().expect("a date")),
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
        ("STRAUẞ", "STRAUSS"),
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

fn answer(a: &Subject, b: &Subject) -> Match {
    compare(a, b, Rules::shipped())
}

fn codes(answer: &Match) -> Vec<ReasonCode> {
    answer.reasons.iter().map(|reason| reason.code).collect()
}

#[test]
fn every_reason_has_its_sentence_and_its_weight() {
    let rules = Rules::shipped();
    for code in ReasonCode::ALL {
        assert!(rules.sentence(*code).ends_with('.'), "{code:?}");
    }
    assert!(rules.points(ReasonCode::FamilyDiffers) < 0);
}

#[test]
fn weights_that_lack_a_reason_or_have_their_bands_the_wrong_way_round_are_refused() {
    let shipped = schema::names::MATCHING;
    let without = shipped.replacen("\"order\"", "\"family_equal\"", 1);
    assert_eq!(Rules::parse(&without), Err(BadRules::Codes));
    let turned = shipped.replacen("\"ask_from\": 45", "\"ask_from\": 450", 1);
    assert_eq!(Rules::parse(&turned), Err(BadRules::Bands));
    assert!(matches!(Rules::parse("{}"), Err(BadRules::Form(_))));
}

#[test]
fn a_name_alone_is_never_the_same_person() {
    let a = subject("Rose Ann", "Featherby-Quill", None);
    let answer = answer(&a, &a);
    assert_eq!(answer.band, Band::Ask);
    let rules = Rules::shipped();
    let best_of_names = rules.points(ReasonCode::FamilyEqual) + rules.points(ReasonCode::GivenEqual);
    assert!(best_of_names < rules.same_from);
}

#[test]
fn confirmed_numbers_that_differ_are_asked_about_whatever_else_agrees() {
    let mut a = subject("Paul", "Clarkby", Some("1988-03-12"));
    let mut b = a.clone();
    let number = |value: &str| Identifier {
        kind: IdentifierKind::Pnc,
        value: value.to_owned(),
        verified: Verified::Yes,
    };
    a.identifiers.push(number("20/9N"));
    b.identifiers.push(number("99/123456X"));
    assert_eq!(answer(&a, &b).band, Band::Ask);
    assert!(answer(&a, &b).has(ReasonCode::NumberDiffers));
    // Another number that is the same does not outweigh it.
    let cro =
        Identifier { kind: IdentifierKind::Cro, value: "265416/21G".to_owned(), verified: Verified::Yes };
    a.identifiers.push(cro.clone());
    b.identifiers.push(cro);
    assert_eq!(answer(&a, &b).band, Band::Ask);
}

#[test]
fn a_number_that_both_only_state_is_asked_about_whatever_the_names() {
    let mut a = with_number(IdentifierKind::Pnc, "20/9N", Verified::No);
    let b = with_number(IdentifierKind::Pnc, "20/9N", Verified::Yes);
    a.family = "Other".to_owned();
    a.given = "Name".to_owned();
    assert_eq!(answer(&a, &b).band, Band::Ask);
}

#[test]
fn numbers_of_two_forces_do_not_contradict_each_other() {
    let a = with_number(IdentifierKind::Force, "TVP-1", Verified::Yes);
    let b = with_number(IdentifierKind::Force, "WMP-2", Verified::Yes);
    assert!(!answer(&a, &b).has(ReasonCode::NumberDiffers));
}

#[test]
fn each_way_in_which_names_agree_has_its_reason() {
    use ReasonCode as Code;
    let cases = [
        (("William", "Fox"), ("Bill", "Fox"), [Code::FamilyEqual, Code::GivenVariant].as_slice()),
        (("Дмитрий", "Щербаков"), ("Dmitri", "Shcherbakov"), &[Code::FamilyEqual, Code::GivenSpelling]),
        (("Jörg", "Müllerby"), ("Jorg", "Muellerby"), &[Code::FamilySpelling, Code::GivenEqual]),
        (("Ann-Marie", "van der Bergh"), ("Annmarie", "Bergh"), &[Code::FamilyEqual, Code::GivenEqual]),
        (("J", "O’Dunnby"), ("John", "O Dunnby"), &[Code::FamilyEqual, Code::GivenInitial]),
        (("Lee", "Sum-Wing"), ("Sum Wing", "Lee"), &[Code::FamilyEqual, Code::GivenEqual, Code::Order]),
        (("Ana", "Mac Donaldby"), ("Ana", "McDonaldby"), &[Code::FamilySpelling, Code::GivenEqual]),
        (("Ana", "Kestrelby"), ("Ana", "Kestreblby"), &[Code::FamilyClose, Code::GivenEqual]),
        (("Ana", "Kestrelby"), ("Tom", "Kestrelby"), &[Code::FamilyEqual, Code::GivenDiffers]),
    ];
    for (a, b, expected) in cases {
        let answer = answer(&subject(a.0, a.1, None), &subject(b.0, b.1, None));
        let mut found = codes(&answer);
        found.sort_unstable();
        assert_eq!(found, expected, "{a:?} and {b:?}");
    }
}

#[test]
fn dates_of_birth_are_compared_as_exactly_as_both_are_known() {
    use ReasonCode as Code;
    let cases = [
        ("1990-03-02", "1990-03-02", Code::BornEqual),
        ("1990-01-01", "1990-01-01", Code::BornNewYear),
        ("1990-03-02", "1990-02-03", Code::BornSwapped),
        ("1990-03-02", "1980-03-02", Code::BornSlip),
        ("1990-03-21", "1990-03-12", Code::BornSlip),
        ("1990-03-02", "1990-03", Code::BornMonthEqual),
        ("1990-03-02", "1990-04", Code::BornDiffers),
        ("1990-03-02", "1990", Code::BornYearEqual),
        ("1990-03", "1991", Code::BornYearNear),
        ("1990-03-02", "~30@2026", Code::BornAgeFits),
        ("1990", "~20@2026", Code::BornAgeOff),
        ("1990-03-02", "1962-11-30", Code::BornDiffers),
    ];
    for (a, b, expected) in cases {
        let answer = answer(&subject("A", "B", Some(a)), &subject("A", "B", Some(b)));
        assert!(answer.has(expected), "{a} and {b}: {:?}", codes(&answer));
    }
}

#[test]
fn a_date_of_birth_reads_as_it_is_written() {
    for text in ["1990-02-28", "1990-02", "1990", "~34@2026"] {
        assert_eq!(text.parse::<Born>().map(|born| born.to_string()), Ok(text.to_owned()));
    }
    for text in ["", "90", "1990-13", "1990-02-30", "~@2026", "~300@2026", "~é@2026", "1990-2-3", "~34"] {
        assert_eq!(text.parse::<Born>(), Err(BadBorn), "{text}");
    }
}

#[test]
fn subjects_that_are_one_person_are_found_by_a_key() {
    let a = subject("William", "Kuzmichov", Some("1990-03-02"));
    let shared = |b: &Subject| search_keys(&a).intersection(&search_keys(b)).count();
    assert!(shared(&subject("Bill", "Other", Some("1990-02-03"))) > 0, "by the day, swapped");
    assert!(shared(&subject("Кузьмичов", "W", None)) > 0, "by a word, whichever field holds it");
    assert_eq!(shared(&subject("Ann", "Thistleby", Some("1971-05-06"))), 0);
}

proptest! {
    #[test]
    fn whatever_two_subjects_are_called_nothing_panics_and_the_order_does_not_matter(
        a in ("\\PC{0,24}", "\\PC{0,24}"),
        b in ("[a-dA-DéЖωşл' .-]{0,16}", "\\PC{0,24}"),
    ) {
        let (a, b) = (subject(&a.0, &a.1, Some("2000-01-01")), subject(&b.0, &b.1, None));
        prop_assert_eq!(answer(&a, &b), answer(&b, &a));
        prop_assert_eq!(answer(&a, &a).band == Band::Same, same_person(&a, &a) == SamePerson::Yes);
    }
}
