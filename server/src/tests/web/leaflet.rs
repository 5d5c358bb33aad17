//! The leaflet: what the person takes along says nothing of the person.
//!
//! Does not test its sentences: see the core's words to read out.

use super::pages::{NUMBER, codes, everybody, planted};
use super::{Desk, between};
use crate::tests::Scheme;

#[test]
fn a_leaflet_carries_what_was_read_out_and_never_the_persons_name() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    for (role, mut browser) in everybody(&desk, &codes) {
        let page = browser.get(&format!("/referrals/{}/leaflet", record.id)).page.clone();
        let reads = matches!(role, "officer" | "supervisor" | "admin" | "second admin");
        assert_eq!(page.status, if reads { 200 } else { 404 }, "{role}: one of its lines is the outcome");
        if !reads {
            continue;
        }
        for part in [
            "It is not shown on a standard DBS check; an enhanced check may show it.",
            "You do not have to admit anything.",
            "Nothing happens to you if you do not go.",
            "You can take back either at any time, from the officer or from the service.",
            "TVP-7KQ2-M4XD-9",
        ] {
            assert!(page.words().contains(part), "{role}: {part}: {}", page.words());
        }
        for part in [NUMBER, "PlantedPolice", "PlantedOutreach", "PlantedCare"] {
            assert!(!page.text.contains(part), "{role}: {part}: {}", page.words());
        }
        // A random key of a form can hold three letters of a name.
        for part in ["Roe", "Alex", "1990"] {
            assert!(!page.words().contains(part), "{role}: {part}: {}", page.words());
        }
    }
}

#[test]
fn a_service_has_a_leaflet_that_says_nothing_of_what_one_person_agreed_to() {
    let scheme = Scheme::new();
    let code = codes(&scheme).remove("worker").expect("a worker");
    let id = scheme.provider;
    let desk = Desk::over(scheme, None);
    let (mut worker, _) = desk.set_up(&code, "worker");
    worker.get(&format!("/services/{id}"));
    let link = between(&worker.page.text, "href=\"/services/", "\">Leaflet").expect("a link to it");
    let page = worker.get(&format!("/services/{link}")).page.clone();
    assert_eq!(page.status, 200, "{}", page.words());
    assert!(page.words().contains("standard DBS check"), "{}", page.words());
    for part in ["You said that they may tell", "As you asked", "A parent", "Your reference"] {
        assert!(!page.words().contains(part), "{part}: {}", page.words());
    }
    for missing in ["00000000-0000-0000-0000-000000000000", "x"] {
        assert_eq!(worker.get(&format!("/services/{missing}/leaflet")).page.status, 404);
    }
}
