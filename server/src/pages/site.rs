//! What the web desk needs beside the store: the time, where the server is reached, what it takes.
//!
//! Does not keep sessions: the store does.

use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::dev::Payload;

use super::answer::Oops;
use super::hashing::Hashing;
use crate::config::{Limits, People};
use crate::http::{Bodies, Face, Problem, Sent, read_body};
use crate::rates::{Limited, Limiter, TooOften};
use crate::sign_in::oidc::IdentityProvider;

/// The largest form.
const MOST_FORM_BYTES: usize = 256 << 10;

/// The time in milliseconds since 1970; a test plays its own.
pub(crate) type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

pub(crate) struct Site {
    clock: Clock,
    public_url: Option<String>,
    speaks_tls: bool,
    is_behind: bool,
    limits: Limits,
    bodies: Bodies,
    pub(super) people: People,
    limiter: Arc<Limiter>,
    identity_provider: Option<Arc<IdentityProvider>>,
    /// What hashes passwords, a few at a time.
    pub(super) hashing: Hashing,
}

impl Site {
    pub(crate) fn new(face: &Face, limiter: Arc<Limiter>) -> Self {
        let (clock, public_url, bodies) = (face.clock.clone(), face.public_url.clone(), face.bodies.clone());
        let (speaks_tls, is_behind) = (face.tls.is_some(), face.is_behind());
        Self {
            clock,
            public_url,
            speaks_tls,
            is_behind,
            limits: face.limits,
            bodies,
            people: face.people,
            limiter,
            identity_provider: face.identity_provider.clone(),
            hashing: Hashing::new(),
        }
    }

    pub(super) fn now_ms(&self) -> u64 {
        (self.clock)()
    }

    /// Whether browsers reach the server over TLS: it speaks TLS itself, or what stands in front does, and then the
    /// address that people know begins with `https`.
    pub(super) fn is_secure(&self) -> bool {
        self.speaks_tls || self.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    /// A browser takes a name that begins with `__Host-` only with `Secure`, for this host, and for all its pages.
    pub(super) fn cookie(&self) -> &'static str {
        if self.is_secure() { "__Host-waymark" } else { "waymark" }
    }

    /// The cookie of somebody who is on the way to the identity provider and back.
    pub(super) fn way_cookie(&self) -> &'static str {
        if self.is_secure() { "__Host-waymark-way" } else { "waymark-way" }
    }

    /// The identity provider by which people may sign in, where the operator has named one.
    pub(super) fn identity_provider(&self) -> Option<&IdentityProvider> {
        self.identity_provider.as_deref()
    }

    /// Whether somebody may set out to the identity provider from an address now.
    pub(super) fn may_set_out(&self, address: &str) -> Result<(), TooOften> {
        self.limiter.take(Limited::OidcSignIns, address, 1, self.now_ms())
    }

    /// An address as people type it; its path alone where nobody has said what the server is called.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_deref().unwrap_or_default())
    }

    /// A form as it was sent.
    pub(super) async fn read(&self, request: &HttpRequest, payload: Payload) -> Result<Sent, Oops> {
        let most = self.limits.max_request_bytes.min(MOST_FORM_BYTES);
        let read = read_body(request, payload, most, &self.limits, self.bodies.room()).await;
        read.map_err(|problem| {
            if problem == Problem::Later {
                Oops::Later
            } else if problem == Problem::TooSlow {
                Oops::TooSlow
            } else {
                Oops::NoForm
            }
        })
    }

    /// Whether a password may be looked at now. Passwords are counted for a name **and** the address that they come
    /// from, and for the address alone: a stranger who guesses makes their own address wait, and the owner signs in
    /// from another one as ever. Nothing is ever locked for a name alone. Names that nobody has wait alike.
    pub(super) fn may_try_password(&self, name: &str, address: &str) -> Result<(), TooOften> {
        let now_ms = self.now_ms();
        self.limiter.take(Limited::Passwords, format!("{name}\n{address}"), 1, now_ms)?;
        self.limiter.take(Limited::PasswordsOfAddress, address, 1, now_ms)
    }

    /// A right password wipes the slate of its name and address.
    pub(super) fn password_was_right(&self, name: &str, address: &str) {
        self.limiter.renew(Limited::Passwords, format!("{name}\n{address}"));
    }

    /// Whether a one-time code may be tried from an address now.
    pub(super) fn may_try_code(&self, address: &str) -> Result<(), TooOften> {
        self.limiter.take(Limited::Codes, address, 1, self.now_ms())
    }

    /// Where a request comes from, to slow down who guesses.
    pub(super) fn address_of(&self, request: &HttpRequest) -> String {
        crate::http::address_of(request, self.is_behind)
    }
}
