//! What the web desk needs beside the store: the time, where the server is reached, who guesses passwords.
//!
//! Does not keep sessions: the store does.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use tokio::sync::Semaphore;

use crate::config::{Limits, People};
use crate::sign_in::throttle::Throttle;

/// Password hashes at a time: each takes 19 MiB and a core.
const HASHES_AT_ONCE: usize = 2;

/// The time in milliseconds since 1970; a test plays its own.
pub(crate) type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

pub(crate) struct Site {
    clock: Clock,
    public_url: Option<String>,
    limits: Limits,
    pub(super) people: People,
    pub(super) throttle: Throttle,
    hashing: Semaphore,
}

impl Site {
    pub(crate) fn new(clock: Clock, public_url: Option<String>, limits: Limits, people: People) -> Self {
        let hashing = Semaphore::new(HASHES_AT_ONCE);
        Self { clock, public_url, limits, people, throttle: Throttle::default(), hashing }
    }

    pub(super) fn now_ms(&self) -> u64 {
        (self.clock)()
    }

    /// Whether browsers reach the server over TLS. It does not speak TLS itself: what stands in front does, and then
    /// the address that people know begins with `https`.
    pub(super) fn is_secure(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// A browser takes a name that begins with `__Host-` only with `Secure`, for this host, and for all its pages.
    pub(super) fn cookie(&self) -> &'static str {
        if self.is_secure() { "__Host-waymark" } else { "waymark" }
    }

    /// An address as people type it; its path alone where nobody has said what the server is called.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_deref().unwrap_or_default())
    }

    pub(super) fn most_bytes(&self) -> usize {
        self.limits.max_request_bytes.min(1 << 18)
    }

    pub(super) fn body_time(&self) -> Duration {
        Duration::from_secs(self.limits.body_seconds)
    }

    /// Where a request comes from, to slow down who guesses. Behind something that stands in front, its word counts:
    /// the last address of `X-Forwarded-For` is the one that it added itself.
    pub(super) fn address_of(&self, request: &HttpRequest) -> String {
        let told = request.headers().get_all("x-forwarded-for").last().and_then(|told| told.to_str().ok());
        let told = told.and_then(|told| told.rsplit(',').next()).map(|told| told.trim().to_owned());
        let peer = request.peer_addr().map(|peer| peer.ip().to_string());
        told.filter(|_| self.public_url.is_some()).or(peer).unwrap_or_default()
    }

    /// Does slow work on a thread that may wait, a few at a time.
    pub(super) async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let _turn = self.hashing.acquire().await.ok()?;
        tokio::task::spawn_blocking(work).await.ok()
    }
}
