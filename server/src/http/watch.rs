//! What a request came to: a line in the log, and figures for operators.
//!
//! Both name the route's pattern, such as `/v1/referrals/{id}`, and never an address as it was asked: an address can
//! hold an id, or whatever a stranger typed. Does not see bodies, headers or who asks.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;

/// Upper ends of the buckets of durations, in milliseconds.
const BUCKETS_MS: [u64; 8] = [5, 25, 100, 250, 500, 1_000, 5_000, 30_000];

/// What a request was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Watched {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Debug, Default, Clone)]
struct Took {
    times: u64,
    micros: u64,
    buckets: [u64; BUCKETS_MS.len()],
}

/// The figures since the server started.
#[derive(Default)]
pub(super) struct Watch(Mutex<BTreeMap<Watched, Took>>);

impl Watch {
    fn note(&self, asked: Watched, took: Duration) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = known.entry(asked).or_default();
        noted.times += 1;
        noted.micros += u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        for (bucket, most_ms) in noted.buckets.iter_mut().zip(BUCKETS_MS) {
            *bucket += u64::from(took <= Duration::from_millis(most_ms));
        }
    }

    /// The figures in the text format of Prometheus.
    pub(super) fn text(&self) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let name = "waymark_request_duration_seconds";
        let mut text = format!("# HELP {name} How long requests took.\n# TYPE {name} histogram\n");
        for (Watched { route, method, status }, took) in &known {
            let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
            for (bucket, most_ms) in took.buckets.iter().zip(BUCKETS_MS) {
                let most = seconds(most_ms * 1000);
                text.push_str(&format!("{name}_bucket{{{labels},le=\"{most}\"}} {bucket}\n"));
            }
            text.push_str(&format!("{name}_bucket{{{labels},le=\"+Inf\"}} {}\n", took.times));
            text.push_str(&format!("{name}_sum{{{labels}}} {}\n", seconds(took.micros)));
            text.push_str(&format!("{name}_count{{{labels}}} {}\n", took.times));
        }
        text
    }
}

fn seconds(micros: u64) -> String {
    let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
    let text = format!("{whole}.{rest:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Other methods are a stranger's words: they are not repeated.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

pub(super) async fn note(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let (began, method) = (Instant::now(), word(request.method()));
    let watch = request.app_data::<Data<Watch>>().cloned();
    let response = next.call(request).await?;
    let (took, status) = (began.elapsed(), response.status().as_u16());
    let route = response.request().match_pattern().filter(|route| !route.is_empty());
    let route = route.unwrap_or_else(|| "none".to_owned());
    let duration_ms = took.as_secs_f64() * 1000.0;
    tracing::info!(route, method, status, duration_ms, "request");
    if let Some(watch) = watch {
        watch.note(Watched { route, method, status }, took);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_counted_in_seconds_and_in_every_bucket_that_holds_them() {
        let watch = Watch::default();
        let asked = Watched { route: "/v1/sync".to_owned(), method: "POST", status: 200 };
        watch.note(asked.clone(), Duration::from_millis(30));
        watch.note(asked, Duration::from_millis(1_500));
        let text = watch.text();
        let labels = "route=\"/v1/sync\",method=\"POST\",status=\"200\"";
        for line in [
            format!("_bucket{{{labels},le=\"0.025\"}} 0"),
            format!("_bucket{{{labels},le=\"0.1\"}} 1"),
            format!("_bucket{{{labels},le=\"1\"}} 1"),
            format!("_bucket{{{labels},le=\"30\"}} 2"),
            format!("_bucket{{{labels},le=\"+Inf\"}} 2"),
            format!("_sum{{{labels}}} 1.53"),
            format!("_count{{{labels}}} 2"),
        ] {
            assert!(text.contains(&format!("waymark_request_duration_seconds{line}\n")), "{line}: {text}");
        }
    }
}
