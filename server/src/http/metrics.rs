//! `/metrics` and `/version`: what operators read.
//!
//! Does not name anybody, any device or any record: counts, bytes, seconds and routes alone.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use schema::sql::SERVER;
use serde_json::json;
use sync_core::op::VOCABULARY;
use sync_core::sync::push::{OLDEST_PROTOCOL, PROTOCOL};

use super::problem::Problem;
use super::watch::Watch;
use super::{Face, Shared};
use crate::config::Metrics;
use crate::store::Store as _;

/// One figure: its name with its unit, what it is, its type, its value.
type Figure = (&'static str, &'static str, &'static str, u64);

/// `GET /metrics` – what the server counts, as Prometheus reads it. Whoever asks from this machine gets it; anybody else,
/// and whatever something in front passes on, finds nothing here, unless `metrics = "anyone"` is configured.
pub(super) async fn metrics(
    service: Shared,
    face: Data<Face>,
    watch: Data<Watch>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let is_here = request.peer_addr().is_some_and(|peer| peer.ip().is_loopback());
    let passed_on = ["x-forwarded-for", "forwarded"].iter().any(|name| request.headers().contains_key(*name));
    if face.metrics == Metrics::Here && (!is_here || passed_on) {
        return Err(Problem::NotFound);
    }
    let held = service.store.read(|read| {
        let backup_ms = read.backups()?.last().map_or(0, |backup| backup.taken_ms);
        Ok((read.point()?.place, read.pending()?.len() as u64, backup_ms))
    });
    let (entries, waiting, backup_ms) = held.await?;
    let bodies = face.limits.bodies_bytes.saturating_sub(face.bodies.free_bytes()) as u64;
    let writable = u64::from(!service.store.is_full());
    let figures: [Figure; 5] = [
        ("waymark_entries_total", "Entries that have their place in the history.", "counter", entries),
        ("waymark_entries_waiting", "Entries that wait for others which have not arrived.", "gauge", waiting),
        ("waymark_bodies_bytes", "What bodies of requests take in memory now.", "gauge", bodies),
        ("waymark_disk_writable", "1 while the store's disk takes writes.", "gauge", writable),
        (
            "waymark_newest_backup_timestamp_seconds",
            "When the newest verified backup was taken; 0: never.",
            "gauge",
            backup_ms / 1000,
        ),
    ];
    let mut text = String::new();
    for (name, help, kind, value) in figures {
        text.push_str(&format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"));
    }
    text.push_str(&watch.text());
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

/// `GET /version` – the versions of the software, the protocol, the vocabulary and the store.
pub(super) async fn version() -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "version": env!("CARGO_PKG_VERSION"), "protocol": PROTOCOL, "oldest_protocol": OLDEST_PROTOCOL,
        "vocabulary": VOCABULARY, "store": SERVER.len(),
    }))
}
