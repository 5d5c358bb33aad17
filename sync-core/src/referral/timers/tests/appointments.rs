//! What is due about appointments: booked, asked for, not given, missed.

use super::*;

/// A Monday in winter.
const MONDAY: &str = "2026-02-02T10:00:00Z";
/// The Thursday after it.
const THURSDAY: &str = "2026-02-05T14:00:00Z";

fn first(
    story: &Story,
    desk: WorklistOf,
    reader: Reader,
    now_ms: u64,
) -> Option<(Timer, DueState, &'static str)> {
    let item = order(std::slice::from_ref(story), desk, reader, now_ms).into_iter().next();
    item.map(|item| (item.first.timer, item.first.state, item.reason))
}

#[test]
fn an_appointment_is_on_the_list_for_its_day_until_what_became_of_it_is_recorded() {
    let mut story = Story::accepted(1, at(MONDAY)).contact(at(MONDAY) + HOUR, "reached", "phone", "reached");
    let body = json!({"at_ms": at(THURSDAY), "meeting": "assessment", "minutes": 60});
    let booked = story.tell(WORKER, at(MONDAY) + HOUR, "appointment.booked", body);
    let seen = |story: &Story, now: &str| first(story, WorklistOf::Provider, Reader::Provider, at(now));
    let timer = Timer::Appointment;
    let before = Some((timer, DueState::Upcoming, "An appointment is booked."));
    assert_eq!(seen(&story, "2026-02-03T10:00:00Z"), before);
    let on_the_day = Some((timer, DueState::Due, "An appointment is today."));
    assert_eq!(seen(&story, "2026-02-05T08:00:00Z"), on_the_day);
    let after = Some((timer, DueState::Overdue, "What became of the appointment is not recorded."));
    assert_eq!(seen(&story, "2026-02-05T15:30:00Z"), after);
    let moved = json!({"appointment": booked.seq, "at_ms": at("2026-02-06T14:00:00Z")});
    let moved = story.clone().and(WORKER, at(MONDAY) + 2 * HOUR, "appointment.moved", moved);
    assert_eq!(seen(&moved, "2026-02-05T15:30:00Z"), before);
    let body = json!({
        "appointment": booked.seq, "meeting": "assessment", "status": "attended", "minutes": 60, "at_ms": at(THURSDAY),
    });
    let met = story.and(WORKER, at(THURSDAY) + HOUR, "attendance.recorded", body);
    assert_eq!(met.timer(timer, at(THURSDAY) + DAY), None);
}

#[test]
fn a_time_that_an_officer_asked_for_waits_for_the_service_until_one_is_booked() {
    let asked = json!({"at_ms": at(THURSDAY), "meeting": "assessment"});
    let story =
        Story::accepted(1, at(MONDAY)).and(OFFICER, at(MONDAY) + HOUR, "appointment.requested", asked);
    let due = story.timer(Timer::AppointmentAsked, at(MONDAY) + 2 * HOUR).expect("it is due");
    assert_eq!((due.turn, due.at_ms, due.state), (Turn::Worker, at(THURSDAY), DueState::Due));
    let force = story.due(Reader::Force, at(MONDAY) + 2 * HOUR);
    assert!(!force.iter().any(|due| due.timer == Timer::AppointmentAsked), "it is the service's");
    let booked = json!({"at_ms": at(THURSDAY) + DAY, "meeting": "assessment", "minutes": 60});
    let booked = story.and(WORKER, at(MONDAY) + 3 * HOUR, "appointment.booked", booked);
    assert_eq!(booked.timer(Timer::AppointmentAsked, at(MONDAY) + 4 * HOUR), None);
}

#[test]
fn a_time_that_was_not_given_is_told_to_who_asked_and_to_the_service() {
    let mut story = Story::accepted(1, at(MONDAY));
    let asked = json!({"at_ms": at(THURSDAY), "meeting": "assessment", "slot": Uuid::from_u128(7)});
    let asked = story.tell(OFFICER, at(MONDAY) + HOUR, "appointment.requested", asked);
    let declined = json!({"request": asked.seq, "reason": "full"});
    story.tell(SERVER, at(MONDAY) + 2 * HOUR, "appointment.declined", declined);
    let turns = |story: &Story, reader: Reader| -> Vec<Turn> {
        let due = story.due(reader, at(MONDAY) + 3 * HOUR).into_iter();
        due.filter(|due| due.timer == Timer::AppointmentDeclined).map(|due| due.turn).collect()
    };
    assert_eq!(turns(&story, Reader::Server), [Turn::Worker, Turn::Police]);
    assert_eq!(turns(&story, Reader::Force), [Turn::Police]);
    let told = json!({"to": "person"});
    let told = story.clone().and(OFFICER, at(MONDAY) + 2 * HOUR + 1, "notice.given", told);
    assert_eq!(turns(&told, Reader::Server), [Turn::Worker], "the person knows");
    let booked = json!({"at_ms": at(THURSDAY), "meeting": "assessment", "minutes": 60});
    let booked = told.and(WORKER, at(MONDAY) + 2 * HOUR + 2, "appointment.booked", booked);
    assert_eq!(turns(&booked, Reader::Server), []);
    let again = json!({"at_ms": at(THURSDAY) + DAY, "meeting": "assessment", "slot": Uuid::from_u128(8)});
    let again = story.and(OFFICER, at(MONDAY) + 2 * HOUR + 1, "appointment.requested", again);
    assert_eq!(turns(&again, Reader::Server), [], "another is asked for");
}

#[test]
fn one_that_was_missed_calls_for_another() {
    let met = at("2026-02-10T10:00:00Z");
    let missed = Story::accepted(1, at(MONDAY)).met(met, "assessment", "did_not_attend");
    let due = missed.timer(Timer::Missed, met + 2 * HOUR).expect("it is due");
    assert_eq!((due.turn, due.state), (Turn::Worker, DueState::Due));
    assert_eq!(missed.tried(met + 3 * HOUR, "phone").timer(Timer::Missed, met + DAY), None);
}

#[test]
fn a_wrong_number_asks_for_another_until_one_is_known_or_the_person_is_reached() {
    let wrong =
        Story::accepted(1, at(MONDAY)).contact(at(MONDAY) + HOUR, "attempted", "phone", "wrong_details");
    let due = |story: &Story| {
        story.timer(Timer::WrongDetails, at(MONDAY) + DAY).map(|due| (due.turn, due.opens_ms))
    };
    assert_eq!(due(&wrong), Some((Turn::Worker, at(MONDAY) + HOUR)));
    let force = wrong.due(Reader::Force, at(MONDAY) + DAY);
    assert!(
        !force.iter().any(|due| due.timer == Timer::WrongDetails),
        "the police do not read how often somebody rang"
    );
    let learnt = json!({"field": "phone", "value": "07700 900999"});
    let learnt = wrong.clone().and(WORKER, at(MONDAY) + 2 * HOUR, "details.learnt", learnt);
    assert_eq!(due(&learnt), None);
    let reached = wrong.contact(at(MONDAY) + 2 * HOUR, "reached", "visit", "reached");
    assert_eq!(due(&reached), None);
}

#[test]
fn a_transfer_waits_for_the_service_that_is_asked() {
    let story = Story::accepted(1, at(MONDAY));
    let to = json!({"to": Uuid::from_u128(77), "reason": "moved", "consent": "yes"});
    let mut asked = story;
    let request = asked.tell(WORKER, at(MONDAY) + HOUR, "transfer.requested", to);
    let due = |story: &Story| story.timer(Timer::Transfer, at(MONDAY) + 2 * HOUR).map(|due| due.turn);
    assert_eq!(due(&asked), Some(Turn::Lead));
    let declined = json!({"request": request.seq, "reason": "full"});
    let declined = asked.and(WORKER, at(MONDAY) + 2 * HOUR, "transfer.declined", declined);
    assert_eq!(due(&declined), None);
}
