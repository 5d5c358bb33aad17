//! Sends what a synchronisation sends over HTTP, and reads what the reply means.
//!
//! A reply counts as the server's only when it is in the server's own words: sign-in pages of networks and proxies
//! answer with any status. Does not touch the store, and does not bound anything: see `line`.

use chrono::DateTime;
use serde_json::Value;
use sync_core::sync::session::{Event, SyncProblem};
use sync_core::sync::statement;

use crate::problem::Problem;
use crate::sync::line::{Call, Exchange, Line};
use crate::sync::packing::Packing;
use crate::sync::request::Request;

/// When a server names no time, ask again after this.
const LATER_MS: u64 = 30_000;

/// What an exchange over HTTP gave.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// What `Retry-After` says, in milliseconds.
    pub(crate) after_ms: Option<u64>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// The server's own problem document. What a proxy or a captive portal says in its place is none,
    /// whatever its status: nobody enrols again for that.
    pub(crate) fn problem(&self) -> Option<Value> {
        let problem: Value = serde_json::from_slice(&self.body).ok()?;
        let own = format!("urn:waymark:problem:{}", problem["code"].as_str()?);
        (problem["type"] == own && problem["status"] == self.status).then_some(problem)
    }

    /// Whether it is an object with a field that the server's answer has.
    pub(crate) fn has(&self, field: &str) -> bool {
        let body: Option<Value> = serde_json::from_slice(&self.body).ok();
        body.is_some_and(|body| body.get(field).is_some())
    }

    /// What a reply means that is not the answer which was asked for.
    pub(crate) fn otherwise(&self) -> Event {
        let problem = self.problem();
        let own = problem.as_ref().map(|problem| problem["code"].as_str().unwrap_or_default().to_owned());
        let said_ms = problem.as_ref().and_then(|problem| problem["after_ms"].as_u64());
        let after_ms = said_ms.or(self.after_ms);
        match (self.status, own) {
            (407 | 511, _) | (0..=399, None) => Event::Foreign { after_ms },
            (408 | 429 | 500..=599, _) => {
                Event::Problem(SyncProblem::Later { after_ms: after_ms.unwrap_or(LATER_MS) })
            }
            (status, own) => Event::Problem(SyncProblem::Other { status, problem: own.unwrap_or_default() }),
        }
    }
}

/// What `Retry-After` says: seconds, or a date. The date is read beside the one of the reply, since the phone's clock may
/// be wrong.
pub(crate) fn milliseconds(retry_after: &str, date: Option<&str>) -> Option<u64> {
    if let Ok(seconds) = retry_after.trim().parse::<u64>() {
        return seconds.checked_mul(1000);
    }
    let parse = |text| DateTime::parse_from_rfc2822(text).ok();
    let left = parse(retry_after)?.signed_duration_since(parse(date?)?);
    u64::try_from(left.num_milliseconds()).ok()
}

/// Sends a sync request.
pub(crate) fn send(line: &mut Line<'_>, request: &Request) -> Result<Exchange, Problem> {
    let mut headers = vec![(statement::HEADER, request.header.as_str()), ("content-encoding", "zstd")];
    // A request that is packed with the dictionary says itself how it may be answered.
    match request.packing {
        Packing::Dictionary => {}
        Packing::Plain => headers.push(("accept-encoding", "zstd")),
    }
    line.post(Call { url: format!("{}/v1/sync", request.server), headers, body: request.body.clone() })
}

/// Sends a part of a sealed outbox.
pub(crate) fn send_sealed(
    line: &mut Line<'_>,
    server: &str,
    header: &str,
    blob: Vec<u8>,
) -> Result<Exchange, Problem> {
    let headers = vec![(statement::HEADER, header), ("content-type", "application/octet-stream")];
    line.post(Call { url: format!("{server}/v1/sync/sealed"), headers, body: blob })
}

/// Sends a look-up, over a line of its own: an officer at the roadside does not wait for a synchronisation.
pub(crate) fn send_check(
    line: &mut Line<'_>,
    server: &str,
    header: &str,
    question: Vec<u8>,
) -> Result<Exchange, Problem> {
    let headers = vec![(statement::HEADER, header), ("content-type", "application/json")];
    line.post(Call { url: format!("{server}/v1/prior-checks"), headers, body: question })
}

/// Reads the reply to a sync request.
pub(crate) fn read(reply: &Reply) -> Result<Event, Problem> {
    let malformed = || Problem::new("answer_malformed", "");
    if reply.status == 200 {
        return match serde_json::from_slice(&reply.body) {
            Ok(answer) => Ok(Event::Answered(Box::new(answer))),
            Err(_) if reply.has("acknowledged") => Err(malformed()),
            Err(_) => Ok(reply.otherwise()),
        };
    }
    let problem = reply.problem().unwrap_or_default();
    let number = |name: &str| problem[name].as_u64();
    let code = problem["code"].as_str().unwrap_or_default();
    Ok(match (code, number("counter"), number("seq")) {
        ("counter_old", Some(counter), _) => Event::Problem(SyncProblem::CounterOld { counter }),
        ("prev_needed", _, _) => Event::Problem(SyncProblem::PrevNeeded),
        ("gap", _, Some(seq)) => Event::Problem(SyncProblem::Gap { seq }),
        ("dictionary_unknown", _, _) => Event::Problem(SyncProblem::DictionaryUnknown),
        ("epoch_other", _, _) => {
            let epochs = serde_json::from_value(problem["epochs"].clone()).map_err(|_| malformed())?;
            Event::Problem(SyncProblem::EpochOther { epochs })
        }
        _ => reply.otherwise(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, after_ms: Option<u64>, body: &str) -> Reply {
        Reply { status, after_ms, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn what_networks_say_in_the_servers_place_is_not_the_servers_word() {
        for (status, body) in [
            (200, "<html>Sign in</html>"),
            (200, "{\"login\": true}"),
            (200, ""),
            (302, ""),
            (407, ""),
            (511, ""),
        ] {
            let event = read(&reply(status, None, body)).expect("it is read");
            assert!(matches!(event, Event::Foreign { .. }), "{status} {body}: {event:?}");
        }
    }

    #[test]
    fn what_passes_means_later_from_anybody_and_the_time_is_a_number() {
        for status in [408, 429, 500, 502, 503, 504, 599] {
            let event = read(&reply(status, Some(120_000), "<html>")).expect("it is read");
            let later = matches!(event, Event::Problem(SyncProblem::Later { after_ms: 120_000 }));
            assert!(later, "{status}: {event:?}");
        }
        let own = r#"{"type": "urn:waymark:problem:try_later", "code": "try_later", "status": 503, "after_ms": 5000}"#;
        let event = read(&reply(503, Some(9000), own)).expect("it is read");
        assert!(matches!(event, Event::Problem(SyncProblem::Later { after_ms: 5000 })), "{event:?}");
        let event = read(&reply(503, None, "")).expect("it is read");
        assert!(matches!(event, Event::Problem(SyncProblem::Later { after_ms: LATER_MS })), "{event:?}");
    }

    #[test]
    fn a_time_to_try_again_is_read_as_seconds_or_beside_the_date_of_the_reply() {
        let date = Some("Wed, 21 Oct 2026 07:28:00 GMT");
        assert_eq!(milliseconds("120", None), Some(120_000));
        assert_eq!(milliseconds("Wed, 21 Oct 2026 07:30:00 GMT", date), Some(120_000));
        for (said, date) in [("soon", date), ("-3", date), ("Wed, 21 Oct 2026 07:30:00 GMT", None)] {
            assert_eq!(milliseconds(said, date), None, "{said}");
        }
        assert_eq!(milliseconds("Wed, 21 Oct 2026 07:00:00 GMT", date), None, "it is over");
    }

    #[test]
    fn the_servers_own_answer_that_cannot_be_read_is_the_servers_fault() {
        let problem = read(&reply(200, None, "{\"acknowledged\": \"many\"}")).expect_err("it is no answer");
        assert_eq!(problem.code, "answer_malformed");
        let own = r#"{"type": "urn:waymark:problem:not_yours", "code": "not_yours", "status": 403}"#;
        let event = read(&reply(403, None, own)).expect("it is read");
        assert!(matches!(event, Event::Problem(SyncProblem::Other { status: 403, .. })), "{event:?}");
    }
}
