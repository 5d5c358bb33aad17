//! A service's day at the desk: inbox, answers, contact, meetings, diary, corrections, and what others see of it.
//!
//! Forms are sent as a browser sends them, with what they were filled with. Does not test what the core decides.

use sync_core::ids::{OpId, Record};
use sync_core::referral::act::{Act, Reach, ReferralSubmitted, YesNo};

use super::pages::{NUMBER, codes, planted};
use super::{Browser, Desk, MINUTE_MS, between, unescaped};
use crate::tests::Scheme;
use crate::tests::phone::new_record;
use crate::tests::pipeline::{agreed, shared, submitted};
use crate::tests::without_care::without_care;

/// A referral that waits for the service's answer, with a number.
fn waiting(scheme: &mut Scheme) -> Record {
    let record = new_record();
    let from = agreed(scheme, record).seq;
    let Act::ReferralSubmitted(body) = submitted(scheme, YesNo::No) else { unreachable!("it is one") };
    let reach = Reach { phone: Some(NUMBER.to_owned()), may: vec!["text".to_owned()], place_and_time: None };
    let act = Act::ReferralSubmitted(ReferralSubmitted { reach, ..body });
    scheme.officer.record(shared(scheme, record), &[], &act);
    scheme.officer.push(&scheme.service, from).expect("it is accepted");
    record
}

/// Fields with what is typed into them.
type Typed = &'static [(&'static str, &'static str)];

fn page(record: Record) -> String {
    format!("/referrals/{}", record.id)
}

fn form(record: Record, deed: &str) -> String {
    format!("/referrals/{}/record/{deed}", record.id)
}

/// What a form holds before anything is typed into it: hidden fields, values, and what is chosen.
fn filled(text: &str, to: &str) -> Vec<(String, String)> {
    let form = between(text, &format!("action=\"{to}\""), "</form>")
        .unwrap_or_else(|| panic!("no form to {to}: {text}"));
    let value =
        |tag: &str, name: &str| between(tag, &format!("{name}=\""), "\"").map(|value| unescaped(&value));
    let mut fields = Vec::new();
    for tag in form.split("<input").skip(1).filter_map(|rest| rest.split('>').next()) {
        let picked = matches!(value(tag, "type").as_deref(), Some("radio" | "checkbox"));
        if !picked || tag.contains(" checked") {
            fields.extend(value(tag, "name").zip(value(tag, " value")));
        }
    }
    for select in form.split("<select").skip(1) {
        let options: Vec<&str> = select.split("<option").skip(1).collect();
        let chosen = options
            .iter()
            .find(|option| option.split('>').next().is_some_and(|tag| tag.contains(" selected")));
        fields.extend(
            value(select, "name").zip(chosen.or(options.first()).and_then(|option| value(option, "value"))),
        );
    }
    for area in form.split("<textarea").skip(1) {
        let typed = area.split_once('>').and_then(|(_, rest)| rest.split_once("</textarea>"));
        fields.extend(value(area, "name").zip(typed.map(|(typed, _)| unescaped(typed))));
    }
    fields
}

/// Sends the form of the page as it is filled, but for what is typed.
fn send(browser: &mut Browser<'_>, to: &str, typed: &[(&str, &str)]) {
    let mut fields = filled(&browser.page.text, to);
    for (name, value) in typed {
        fields.retain(|(known, _)| known != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    browser.post(to, &fields);
}

/// Opens a form, fills it and sends it; it must be recorded.
fn records(browser: &mut Browser<'_>, to: &str, typed: &[(&str, &str)]) {
    browser.get(to);
    assert_eq!(browser.page.status, 200, "{to}: {}", browser.page.words());
    send(browser, to, typed);
    assert_eq!(browser.page.status, 303, "{to}: {}", browser.page.words());
    browser.get(&browser.page.location.clone());
    assert_eq!(browser.page.status, 200, "{to}: {}", browser.page.words());
}

/// Somebody who counts what they do.
struct Hand<'a, 'd> {
    browser: &'a mut Browser<'d>,
    steps: usize,
}

impl Hand<'_, '_> {
    /// Follows the first link to an address that holds this.
    fn follow(&mut self, part: &str) {
        let links = self.browser.page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let link = links.map(unescaped).find(|link| link.contains(part));
        let link = link.unwrap_or_else(|| panic!("no link to {part}: {}", self.browser.page.words()));
        self.browser.get(&link);
        assert_eq!(self.browser.page.status, 200, "{link}");
        self.steps += 1;
    }

    /// Types into fields, sends, and is led on.
    fn send(&mut self, to: &str, typed: &[(&str, &str)], filled: usize) {
        send(self.browser, to, typed);
        assert_eq!(self.browser.page.status, 303, "{to}: {}", self.browser.page.words());
        self.browser.get(&self.browser.page.location.clone());
        self.steps += filled + 1;
    }
}

#[test]
fn a_lead_takes_on_reaches_books_and_records_the_meeting_in_twelve_steps_from_home() {
    let mut scheme = Scheme::new();
    let record = waiting(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    desk.later(5 * MINUTE_MS);
    lead.get("/");
    let mut hand = Hand { browser: &mut lead, steps: 0 };
    hand.follow("/record/answer");
    // The button is the answer: pressing it fills nothing in.
    hand.send(&form(record, "answer"), &[("answer", "yes")], 0);
    hand.follow("/record/contact");
    hand.send(&form(record, "contact"), &[("result", "reached")], 1);
    hand.follow("/record/book");
    // The meeting begins in some minutes, so that its time comes before the session ends.
    hand.send(&form(record, "book"), &[("date", "2026-05-28"), ("time", "21:40"), ("minutes", "60")], 2);
    hand.browser.desk.later(20 * MINUTE_MS);
    hand.browser.get(&page(record));
    hand.follow("/record/attendance");
    hand.send(&form(record, "attendance"), &[("status", "attended")], 1);
    assert!(hand.steps <= 12, "{} steps", hand.steps);
    let words = lead.page.words();
    for part in
        ["Contact, or a try", "An appointment was made", "Came, or did not come", "came to the assessment"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
}

#[test]
fn new_referrals_wait_with_their_day_and_leave_the_list_with_the_answer() {
    let mut scheme = Scheme::new();
    let record = waiting(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    let (mut officer, _) = desk.set_up(&codes["officer"], "officer");
    lead.get("/inbox");
    for part in ["Roe", "the end of", "Answer", NUMBER] {
        assert!(lead.page.words().contains(part), "{part}: {}", lead.page.words());
    }
    let to = form(record, "answer");
    lead.get(&to);
    send(&mut lead, &to, &[("answer", "no")]);
    assert_eq!(lead.page.status, 422);
    assert!(lead.page.words().contains("Choose why it does not fit"), "{}", lead.page.words());
    records(&mut lead, &to, &[("answer", "no"), ("reason", "out_of_area")]);
    assert!(lead.get("/inbox").page.words().contains("No referral waits"), "{}", lead.page.words());
    officer.get(&page(record));
    assert!(officer.page.words().contains("The service did not take it on"), "{}", officer.page.words());
}

#[test]
fn everything_that_a_service_records_has_a_page_and_is_read_on_the_referral() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    desk.later(5 * MINUTE_MS);
    let deeds: [(&str, Typed, &str); 9] = [
        ("contact", &[("result", "no_answer"), ("note", "Rang twice")], "Rang twice"),
        ("note", &[("note", "Prefers mornings")], "Prefers mornings"),
        ("details", &[("field", "phone"), ("value", "07700 900555")], "07700 900555"),
        ("safe", &[("may-voicemail", "yes")], "a message may be left"),
        ("correct", &[("family", "Rowe"), ("given", "Ana")], "Rowe"),
        ("concern", &[("codes-cuckooing", "yes"), ("told", "the duty desk")], "Home taken over"),
        ("close", &[("reason", "moved_away")], "Why it was closed"),
        ("reopen", &[("reason", "person_returned")], "Opened again"),
        ("stop", &[("reason", "not_now")], "Contact has stopped"),
    ];
    for (deed, typed, shown) in deeds {
        records(&mut lead, &form(record, deed), typed);
        assert!(lead.page.words().contains(shown), "{deed}: {shown}: {}", lead.page.words());
    }
    let about = between(&lead.page.text, "/record/acknowledge?from=&amp;about=", "\"")
        .expect("a link to the concern");
    lead.get(&format!("{}?about={about}", form(record, "acknowledge")));
    assert!(lead.page.words().contains("the duty desk"), "{}", lead.page.words());
    send(&mut lead, &form(record, "acknowledge"), &[]);
    assert_eq!(lead.page.status, 303, "{}", lead.page.words());
    assert!(!lead.get(&page(record)).page.words().contains("Safety concern:"), "{}", lead.page.words());
    let agrees = [("contact", "yes"), ("feedback", "yes")];
    records(&mut lead, &form(record, "agree"), &agrees);
    assert!(!lead.page.words().contains("Contact has stopped"), "{}", lead.page.words());
}

#[test]
fn another_service_is_asked_and_takes_it_over() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let (codes, other) = (codes(&scheme), scheme.other_provider.to_string());
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    let (mut other_lead, _) = desk.set_up(&codes["other lead"], "other lead");
    desk.later(5 * MINUTE_MS);
    assert_eq!(other_lead.get(&form(record, "take-over")).page.status, 404);
    let to = form(record, "transfer");
    lead.get(&to);
    send(&mut lead, &to, &[("to", &other), ("reason", "moved_away")]);
    assert_eq!(lead.page.status, 422, "the person has not agreed");
    records(&mut lead, &to, &[("to", &other), ("reason", "moved_away"), ("agrees", "yes")]);
    assert!(
        other_lead.get("/inbox").page.words().contains("Another service asks you"),
        "{}",
        other_lead.page.words()
    );
    assert!(
        other_lead.page.text.contains(&page(record)) && !lead.get("/inbox").page.text.contains(&page(record))
    );
    records(&mut other_lead, &form(record, "take-over"), &[("answer", "yes")]);
    assert!(!other_lead.get("/inbox").page.words().contains("Another service asks you"));
    other_lead.get(&page(record));
    let words = other_lead.page.words();
    assert!(words.contains("The other service took it"), "{words}");
    for planted in ["PlantedOutreach", "PlantedCare", "PlantedPolice"] {
        assert!(!words.contains(planted), "{planted}");
    }
}

#[test]
fn a_form_with_faults_records_nothing_and_keeps_what_was_typed() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut worker, _) = desk.set_up(&codes["worker"], "worker");
    desk.later(5 * MINUTE_MS);
    let to = form(record, "attendance");
    worker.get(&to);
    send(&mut worker, &to, &[("minutes", "1h"), ("note", "Late bus")]);
    assert_eq!(worker.page.status, 422);
    for part in
        ["Say what became of the appointment", "Minutes must be a whole number", "value=\"1h\"", ">Late bus<"]
    {
        assert!(worker.page.text.contains(part), "{part}: {}", worker.page.words());
    }
    let to = form(record, "contact");
    worker.get(&to);
    let typed = [("date", "2026-05-28"), ("time", "25:00"), ("result", "reached")];
    send(&mut worker, &to, &typed);
    assert!(worker.page.words().contains("Write a time such as 09:30"), "{}", worker.page.words());
    send(&mut worker, &to, &[("date", "2031-01-01"), ("time", "10:00"), ("result", "reached")]);
    assert_eq!(worker.page.status, 422, "nobody was reached in time to come");
    assert!(worker.page.text.contains("href=\"#date\""), "{}", worker.page.words());
    assert!(!worker.get(&page(record)).page.words().contains("Late bus"));
}

#[test]
fn who_records_on_an_old_page_sees_what_came_and_keeps_what_was_typed() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    let (mut worker, _) = desk.set_up(&codes["worker"], "worker");
    desk.later(5 * MINUTE_MS);
    let to = form(record, "contact");
    worker.get(&to);
    records(&mut lead, &form(record, "stop"), &[("reason", "not_stated")]);
    let typed = [("result", "no_answer"), ("note", "Rang at ten")];
    send(&mut worker, &to, &typed);
    assert_eq!(worker.page.status, 409);
    for part in ["something new came", "The person left", "Lead", ">Rang at ten<"] {
        assert!(worker.page.text.contains(part), "{part}: {}", worker.page.words());
    }
    assert!(!worker.page.text.contains(NUMBER), "contact has stopped meanwhile");
    send(&mut worker, &to, &[]);
    assert_eq!(worker.page.status, 303, "{}", worker.page.words());
    assert!(worker.get(&page(record)).page.words().contains("Rang at ten"));
}

#[test]
fn a_form_that_is_sent_twice_is_recorded_once() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut worker, _) = desk.set_up(&codes["worker"], "worker");
    desk.later(5 * MINUTE_MS);
    let to = form(record, "note");
    worker.get(&to);
    let shown = worker.page.clone();
    for _ in 0..2 {
        worker.page = shown.clone();
        send(&mut worker, &to, &[("note", "Said twice")]);
        assert_eq!(worker.page.status, 303, "{}", worker.page.words());
    }
    assert_eq!(worker.get(&page(record)).page.words().matches("Said twice").count(), 1);
    // Whoever goes back to the page and puts it right is told what came since, their own entry, and records the other words.
    worker.page = shown;
    send(&mut worker, &to, &[("note", "Put right")]);
    assert_eq!(worker.page.status, 409, "{}", worker.page.words());
    send(&mut worker, &to, &[]);
    assert_eq!(worker.page.status, 303, "{}", worker.page.words());
    let words = worker.get(&page(record)).page.words();
    assert!(words.contains("Put right") && words.contains("Said twice"), "{words}");
}

#[test]
fn a_walk_in_form_that_is_filled_in_again_for_somebody_else_records_both() {
    let mut scheme = Scheme::new();
    planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut worker, _) = desk.set_up(&codes["worker"], "worker");
    worker.get("/walk-in");
    let shown = worker.page.clone();
    let mut came_in = |family: &str| {
        worker.page = shown.clone();
        let typed = [("family", family), ("given", "Ann"), ("language", "en"), ("agrees", "yes")];
        send(&mut worker, "/walk-in", &typed);
        assert_eq!(worker.page.status, 303, "{}", worker.page.words());
        worker.page.location.clone()
    };
    let (first, again, second) = (came_in("Abelson"), came_in("Abelson"), came_in("Brandreth"));
    assert_eq!(first, again, "it was sent twice");
    assert_ne!(first, second, "another person");
}

#[test]
fn a_mistake_is_struck_and_taken_back_by_whoever_may_and_nobody_else() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut worker, _) = desk.set_up(&codes["worker"], "worker");
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    desk.later(5 * MINUTE_MS);
    records(&mut worker, &form(record, "contact"), &[("result", "reached"), ("note", "Of another person")]);
    let links = worker.page.text.split("/record/strike?from=&amp;about=").skip(1);
    let ops: Vec<OpId> = links.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
    let op = *ops.last().expect("a link");
    worker.get(&format!("{}?about={op}", form(record, "strike")));
    send(&mut worker, &form(record, "strike"), &[("reason", " ")]);
    assert_eq!(worker.page.status, 422, "{}", worker.page.words());
    send(&mut worker, &form(record, "strike"), &[("reason", "entered for another person")]);
    assert_eq!(worker.page.status, 303, "{}", worker.page.words());
    worker.get(&page(record));
    assert!(worker.page.words().contains("Struck as a mistake"), "{}", worker.page.words());
    worker.get(&format!("{}?about={op}", form(record, "strike-back")));
    send(&mut worker, &form(record, "strike-back"), &[("reason", "it was right")]);
    assert_eq!(worker.page.status, 303, "{}", worker.page.words());
    assert!(
        lead.get(&page(record)).page.text.contains(&format!("strike?from=&amp;about={op}")),
        "a lead may"
    );
    records(&mut lead, &form(record, "contact"), &[("result", "no_answer")]);
    let links = lead.page.text.split("/record/strike?from=&amp;about=").skip(1);
    let of_lead: Vec<OpId> = links.filter_map(|rest| rest.split('"').next()?.parse().ok()).collect();
    let of_lead = *of_lead.last().expect("a link");
    assert!(!worker.get(&page(record)).page.text.contains(&format!("about={of_lead}")), "not theirs");
    let not_theirs = format!("{}?about={of_lead}", form(record, "strike"));
    worker.get(&not_theirs);
    assert_eq!(worker.page.status, 404, "{}", worker.page.words());
}

#[test]
fn a_week_and_a_day_show_whom_the_service_meets_and_numbers_only_when_asked_for() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut worker, _) = desk.set_up(&codes["worker"], "worker");
    let (mut other, _) = desk.set_up(&codes["other lead"], "other lead");
    let (mut officer, _) = desk.set_up(&codes["officer"], "officer");
    desk.later(5 * MINUTE_MS);
    let typed = [("date", "2026-06-02"), ("time", "10:30"), ("place", "Newbury")];
    records(&mut worker, &form(record, "book"), &typed);
    worker.get("/diary?week=2026-W23");
    for part in ["1 June", "10:30", "Roe", "Newbury", "Assessment"] {
        assert!(worker.page.words().contains(part), "{part}: {}", worker.page.words());
    }
    assert!(!worker.get("/diary?week=2026-W24").page.words().contains("Roe"));
    assert!(!worker.get("/diary").page.words().contains("Roe"), "another week");
    assert_eq!(worker.get("/diary?week=soon").page.status, 404);
    worker.get("/diary/2026-06-02/print");
    assert!(
        worker.page.words().contains("R.") && !worker.page.words().contains("Roe"),
        "{}",
        worker.page.words()
    );
    assert!(!worker.page.text.contains(NUMBER));
    assert!(worker.get("/diary/2026-06-02/print?numbers=yes").page.text.contains(NUMBER));
    records(&mut worker, &form(record, "stop"), &[("reason", "not_stated")]);
    assert!(!worker.get("/diary/2026-06-02/print?numbers=yes").page.text.contains(NUMBER));
    for path in ["/diary?week=2026-W23", "/diary/2026-06-02/print?numbers=yes"] {
        let words = other.get(path).page.words();
        assert!(!words.contains("10:30") && other.page.status == 200, "{words}");
        assert_eq!(officer.get(path).page.status, 404, "{path}");
    }
}

#[test]
fn nobody_else_opens_a_form_of_the_service_or_sends_one() {
    let mut scheme = Scheme::new();
    let (record, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    for role in ["other lead", "officer", "supervisor", "admin", "auditor"] {
        let (mut browser, _) = desk.set_up(&codes[role], role);
        for deed in ["answer", "contact", "note", "strike", "nothing"] {
            assert_eq!(browser.get(&form(record, deed)).page.status, 404, "{role} {deed}");
        }
        browser.get("/");
        let key = filled(&browser.page.text, "/sign-out");
        for (deed, field) in [("note", "note"), ("contact", "result")] {
            let mut fields = key.clone();
            fields.push((field.to_owned(), "reached".to_owned()));
            fields.push(("channel".to_owned(), "phone".to_owned()));
            browser.post(&form(record, deed), &fields);
            let none = browser.page.clone();
            // The form of a page that nobody was shown names no page.
            let refused = if role == "other lead" { 400 } else { 404 };
            assert_eq!(none.status, refused, "{role} {deed}: {}", none.words());
            browser.post(&form(new_record(), deed), &fields);
            assert_eq!(browser.page.text, none.text, "{role}: a foreign record and none look alike");
        }
    }
}

#[test]
fn a_search_finds_by_name_reference_and_birth_what_is_ones_own_to_see() {
    let mut scheme = Scheme::new();
    let (_, _) = planted(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    for role in ["lead", "worker", "officer", "supervisor", "admin", "other lead", "other officer", "auditor"]
    {
        let (mut browser, _) = desk.set_up(&codes[role], role);
        let reads = matches!(role, "lead" | "worker" | "officer" | "supervisor" | "admin");
        for text in ["Roe", "roe", "TVP-7KQ2-M4XD-9", "tvp7kq2m4xd9"] {
            browser.get("/search");
            send(&mut browser, "/search", &[("q", text)]);
            assert_eq!(browser.page.status, 200, "{role} {text}");
            let found = browser.page.text.contains("?from=search");
            assert_eq!(found, reads, "{role} {text}: {}", browser.page.words());
            assert!(!browser.page.text.contains(NUMBER), "{role}");
        }
        send(&mut browser, "/search", &[("q", "Somebody Else")]);
        assert!(browser.page.words().contains("Nothing found here"), "{role}");
        send(&mut browser, "/search", &[("q", " ")]);
        assert_eq!(browser.page.status, 422, "{role}");
    }
}

#[test]
fn where_no_care_is_kept_no_form_asks_for_it_and_the_pages_say_why() {
    let mut scheme = without_care();
    let record = waiting(&mut scheme);
    let codes = codes(&scheme);
    let desk = Desk::over(scheme, None);
    let (mut lead, _) = desk.set_up(&codes["lead"], "lead");
    records(&mut lead, &form(record, "answer"), &[("answer", "yes")]);
    lead.get(&page(record));
    let offers = |lead: &Browser<'_>, deed: &str| lead.page.text.contains(&form(record, deed));
    assert!(offers(&lead, "details") && !offers(&lead, "note") && !offers(&lead, "measure"));
    assert!(lead.page.words().contains("are not kept here"), "{}", lead.page.words());
    records(&mut lead, &form(record, "contact"), &[("result", "reached")]);
    for (deed, typed) in [("note", ("note", "Calm.")), ("measure", ("at", "start"))] {
        let to = form(record, deed);
        lead.get(&to);
        assert_eq!(lead.page.status, 404, "{deed}");
        // Somebody who makes up the form reads that nothing was recorded.
        lead.get(&form(record, "contact"));
        let mut fields = filled(&lead.page.text, &form(record, "contact"));
        fields.extend([typed, ("work_days", "3")].map(|(name, value)| (name.to_owned(), value.to_owned())));
        lead.post(&to, &fields);
        assert_eq!(lead.page.status, 422, "{deed}");
        assert!(lead.page.words().contains("This server keeps no care records"), "{}", lead.page.words());
    }
    lead.get("/results/outcomes");
    assert!(lead.page.words().contains("This server keeps no care records"), "{}", lead.page.words());
    assert!(!lead.page.text.contains("action=\"/results/outcomes\""), "there is nothing to tell");
    let (mut admin, _) = desk.set_up(&codes["admin"], "admin");
    admin.get("/results/outcomes");
    assert!(admin.page.words().contains("This server keeps no care records"), "{}", admin.page.words());
}
