//! The identity provider by which people may sign in: which one, and what this server is called there.
//!
//! All or nothing: a provider is asked by issuer, client and secret together. The secret is named by its file, so that it
//! stands neither in a process list nor in the configuration. Does not read that file.

use std::path::PathBuf;

use serde::Deserialize;

use crate::fault::Fault;

const LABEL: &str = "work account";
/// What fits on a button.
const LONGEST_LABEL: usize = 60;

/// What one source names of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OidcSettings {
    /// The provider's name, which is also where its description is found.
    pub issuer: Option<String>,
    /// What the provider calls this server.
    pub client_id: Option<String>,
    /// The file that holds the secret of this server at the provider, and nothing else.
    pub client_secret_file: Option<PathBuf>,
    /// What people call their account there, such as `Thames Valley account`.
    pub label: Option<String>,
}

/// The identity provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oidc {
    /// The provider's name, exactly as it names itself.
    pub issuer: String,
    /// What the provider calls this server.
    pub client_id: String,
    /// The file of the secret.
    pub client_secret_file: PathBuf,
    /// What people call their account there.
    pub label: String,
}

impl OidcSettings {
    pub(super) fn or(self, other: Self) -> Self {
        Self {
            issuer: self.issuer.or(other.issuer),
            client_id: self.client_id.or(other.client_id),
            client_secret_file: self.client_secret_file.or(other.client_secret_file),
            label: self.label.or(other.label),
        }
    }

    /// The provider; none when none is named.
    pub(super) fn checked(self) -> Result<Option<Oidc>, Fault> {
        let wrong = |option, what| Err(Fault::Option { option, what });
        let Self { issuer, client_id, client_secret_file, label } = self;
        let Some(issuer) = issuer else {
            // A secret that lies ready, or a label, asks nobody.
            return if client_id.is_some() {
                wrong("oidc-issuer", "must be named with --oidc-client-id")
            } else {
                Ok(None)
            };
        };
        if !is_reached_safely(&issuer) {
            return wrong("oidc-issuer", "must be an address that begins with https://");
        }
        let Some(client_id) = client_id.filter(|id| !id.trim().is_empty()) else {
            return wrong("oidc-client-id", "must be named with --oidc-issuer");
        };
        let Some(client_secret_file) = client_secret_file else {
            return wrong("oidc-client-secret-file", "must be named with --oidc-issuer");
        };
        let label = label.map_or_else(|| LABEL.to_owned(), |label| label.trim().to_owned());
        if label.is_empty() || label.chars().count() > LONGEST_LABEL || label.chars().any(char::is_control) {
            return wrong("oidc-label", "must have 1 to 60 letters, on one line");
        }
        Ok(Some(Oidc { issuer, client_id, client_secret_file, label }))
    }
}

/// Whether nobody between can read or change what is asked: TLS, or this machine.
pub(crate) fn is_reached_safely(address: &str) -> bool {
    if let Some(host) = address.strip_prefix("https://") {
        return !host.is_empty();
    }
    is_on_this_machine(address)
}

/// Whether an address without TLS does not leave this machine.
pub(crate) fn is_on_this_machine(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("http://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|known| {
        let port = host.strip_prefix(known);
        port.is_some_and(|port| port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
    })
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(issuer: &str) -> OidcSettings {
        OidcSettings {
            issuer: Some(issuer.to_owned()),
            client_id: Some("waymark".to_owned()),
            client_secret_file: Some("secret".into()),
            label: None,
        }
    }

    #[test]
    fn a_provider_is_asked_over_tls_or_on_this_machine() {
        for (issuer, is_safe) in [
            ("https://id.example/tenant", true),
            ("http://127.0.0.1:9000", true),
            ("http://[::1]/x", true),
            ("http://localhost:9000/", true),
            ("http://id.example", false),
            ("http://127.0.0.1.example", false),
            ("http://localhost@id.example", false),
            ("http://localhost:9000@id.example", false),
            ("https://", false),
            ("id.example", false),
        ] {
            assert_eq!(named(issuer).checked().is_ok(), is_safe, "{issuer}");
        }
    }

    #[test]
    fn it_is_named_whole_or_not_at_all() {
        let none = OidcSettings { client_secret_file: Some("lies ready".into()), ..OidcSettings::default() };
        assert_eq!(none.checked(), Ok(None));
        let whole = named("https://id.example");
        assert!(OidcSettings { client_id: None, ..whole.clone() }.checked().is_err());
        assert!(OidcSettings { client_secret_file: None, ..whole.clone() }.checked().is_err());
        assert!(OidcSettings { issuer: None, ..whole.clone() }.checked().is_err());
        assert!(OidcSettings { label: Some("\n".to_owned()), ..whole.clone() }.checked().is_err());
        let label = whole.checked().map(|oidc| oidc.map(|oidc| oidc.label));
        assert_eq!(label, Ok(Some("work account".to_owned())));
    }
}
