//! Whom this phone trusts to be the server: the roots that the app gave, or else those of the system.
//!
//! On Android the system's are behind its virtual machine, which this library does not reach: there the app gives roots.
//! Does not check certificates itself.

use std::net::IpAddr;

use reqwest::{Certificate, Client, ClientBuilder, Url};

use crate::problem::Problem;

/// Whether this library can ask the system whom it trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SystemRoots {
    /// It can.
    Reached,
    /// It cannot: asking would panic.
    OutOfReach,
}

impl SystemRoots {
    /// Of the system that this library was built for.
    pub(crate) fn here() -> Self {
        if cfg!(target_os = "android") { Self::OutOfReach } else { Self::Reached }
    }
}

/// The certificates that one store's server may be signed by.
#[derive(Debug, Clone)]
pub(crate) struct Roots {
    given: Vec<Certificate>,
    system: SystemRoots,
}

impl Roots {
    /// Reads the roots of a scheme, as PEM; none were given: those of the system.
    pub(crate) fn read(pem: Option<&str>, system: SystemRoots) -> Result<Self, Problem> {
        let malformed = || Problem::at("roots_malformed", "roots", "");
        let given = match pem {
            None => Vec::new(),
            Some(pem) => Certificate::from_pem_bundle(pem.as_bytes()).map_err(|_| malformed())?,
        };
        let roots = Self { given, system };
        if pem.is_some() {
            if roots.given.is_empty() {
                return Err(malformed());
            }
            // What is no certificate is found only when a client is made of it.
            roots.of(Client::builder())?.build().map_err(|_| malformed())?;
        }
        Ok(roots)
    }

    /// A client that trusts nobody else.
    pub(crate) fn of(&self, client: ClientBuilder) -> Result<ClientBuilder, Problem> {
        match (self.given.is_empty(), self.system) {
            (false, _) => Ok(client.tls_certs_only(self.given.iter().cloned())),
            (true, SystemRoots::Reached) => Ok(client),
            (true, SystemRoots::OutOfReach) => Err(Problem::new("roots_missing", "")),
        }
    }
}

/// An address that can be a server's, without the stroke at its end.
pub(crate) fn address(text: &str) -> Result<String, Problem> {
    let malformed = |why: &str| Problem::at("address_malformed", "server", why);
    let url = Url::parse(text.trim()).map_err(|_| malformed(""))?;
    // What travels names people: in the clear it leaves no machine.
    if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&url)) {
        return Err(malformed("it begins with https://"));
    }
    let has_more = url.query().is_some() || url.fragment().is_some();
    if url.host_str().is_none_or(str::is_empty) || has_more || url.port() == Some(0) {
        return Err(malformed(""));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(malformed("it names nobody"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether an address never leaves the machine: as in a trial or a test.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_without_its_last_stroke() {
        for (given, kept) in [
            ("https://waymark.example", "https://waymark.example"),
            ("https://Waymark.example/", "https://waymark.example"),
            (" http://127.0.0.1:8080/ ", "http://127.0.0.1:8080"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://police.example/waymark/", "https://police.example/waymark"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(address(given).as_deref(), Ok(kept));
        }
    }

    #[test]
    fn what_cannot_be_an_address_is_said_to_be_none() {
        for given in [
            "",
            "waymark.example",
            "ftp://waymark.example",
            "http://waymark.example",
            "http://192.168.1.4:8080",
            "http://localhost.example",
            "http://[2001:db8::1]",
            "https://",
            "https://waymark.example:99999",
            "https://waymark.example:0",
            "https://way mark.example",
            "https://waymark.example?a=b",
            "https://waymark.example#a",
            "https://ana:secret@waymark.example",
            "file:///etc/passwd",
        ] {
            let problem = address(given).expect_err(given);
            assert_eq!(
                (problem.code.as_str(), problem.field.as_deref()),
                ("address_malformed", Some("server"))
            );
            assert!(!problem.to_string().contains("secret"));
        }
    }

    #[test]
    fn roots_that_cannot_be_read_are_said_at_once() {
        let wrong = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for pem in ["", "no certificate", wrong] {
            let problem = Roots::read(Some(pem), SystemRoots::Reached).expect_err(pem);
            assert_eq!(problem.code, "roots_malformed");
        }
    }

    #[test]
    fn a_system_whose_roots_are_out_of_reach_is_never_asked_for_them() {
        let roots = Roots::read(None, SystemRoots::OutOfReach).expect("nothing is given");
        assert_eq!(roots.of(Client::builder()).expect_err("nobody is trusted").code, "roots_missing");
        assert!(
            Roots::read(None, SystemRoots::Reached).and_then(|roots| roots.of(Client::builder())).is_ok()
        );
    }
}
