//! Asking the provider over the network, with limits: TLS or this machine, no redirects, so long, so much.
//!
//! What is asked and answered stands in no log and no error. Does not know OpenID Connect.

use std::time::Duration;

use openidconnect::core::CoreErrorResponseType;
use openidconnect::{HttpRequest, HttpResponse, RequestTokenError, StandardErrorResponse};
use reqwest::redirect::Policy;

use super::Unproven;
use crate::config::oidc::{is_on_this_machine, is_reached_safely};
use crate::fault::Fault;

/// Until somebody answers at all …
const CONNECT: Duration = Duration::from_secs(3);
/// … and until they have said everything.
const ANSWER: Duration = Duration::from_secs(8);
/// The largest answer: descriptions and key sets take some kilobytes.
const MOST_BYTES: usize = 256 << 10;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoAnswer {
    #[error("the address is not one that may be asked")]
    Address,
    #[error("nobody answers, or not in time")]
    Silent,
    #[error("the answer is too large")]
    TooLarge,
}

pub(super) struct Web {
    client: reqwest::Client,
    is_on_this_machine: bool,
}

impl Web {
    /// For a provider of this name: one on this machine may be asked without TLS, any other may not.
    pub(super) fn new(issuer: &str) -> Result<Self, Fault> {
        let is_on_this_machine = is_on_this_machine(issuer);
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            // Each worker of the server has a loop of its own: a connection would outlive the one that began it.
            .pool_max_idle_per_host(0)
            .https_only(!is_on_this_machine);
        let client = if is_on_this_machine { client.no_proxy() } else { client };
        let what = "cannot be asked: this machine has no certificates of authorities";
        let client = client.build().map_err(|_| Fault::Option { option: "oidc-issuer", what })?;
        Ok(Self { client, is_on_this_machine })
    }

    /// Whether the provider may name this address, to be asked or to send people to.
    pub(super) fn may_be(&self, address: &str) -> bool {
        is_reached_safely(address) && (self.is_on_this_machine || !is_on_this_machine(address))
    }

    pub(super) async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        if !self.may_be(&request.uri().to_string()) {
            return Err(NoAnswer::Address);
        }
        let request = reqwest::Request::try_from(request).map_err(|_| NoAnswer::Address)?;
        let mut answer = self.client.execute(request).await.map_err(|_| NoAnswer::Silent)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        // What it says then is nothing to go by.
        if status.is_server_error() {
            return Err(NoAnswer::Silent);
        }
        let mut body = Vec::new();
        while let Some(more) = answer.chunk().await.map_err(|_| NoAnswer::Silent)? {
            if body.len() + more.len() > MOST_BYTES {
                return Err(NoAnswer::TooLarge);
            }
            body.extend_from_slice(&more);
        }
        let mut answer = HttpResponse::new(body);
        (*answer.status_mut(), *answer.headers_mut()) = (status, headers);
        Ok(answer)
    }
}

/// Why there is no token for a code.
pub(super) fn refused(
    error: &RequestTokenError<NoAnswer, StandardErrorResponse<CoreErrorResponseType>>,
) -> Unproven {
    match error {
        RequestTokenError::ServerResponse(why) if *why.error() == CoreErrorResponseType::InvalidGrant => {
            Unproven::Code
        }
        // Such as a wrong secret: the operator's to mend, and nobody signs in meanwhile.
        RequestTokenError::ServerResponse(why) => {
            tracing::error!(why = word_of(why.error()), "the identity provider refused this server");
            Unproven::Unreached
        }
        RequestTokenError::Request(_) => Unproven::Unreached,
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => Unproven::Malformed,
    }
}

/// The provider's word, where it is one of the standard's.
fn word_of(why: &CoreErrorResponseType) -> &'static str {
    match why {
        CoreErrorResponseType::InvalidClient => "invalid_client",
        CoreErrorResponseType::InvalidGrant => "invalid_grant",
        CoreErrorResponseType::InvalidRequest => "invalid_request",
        CoreErrorResponseType::InvalidScope => "invalid_scope",
        CoreErrorResponseType::UnauthorizedClient => "unauthorized_client",
        CoreErrorResponseType::UnsupportedGrantType => "unsupported_grant_type",
        CoreErrorResponseType::Extension(_) => "another",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_elsewhere_names_no_address_of_this_machine() {
        let elsewhere = Web::new("https://id.example").expect("it is made");
        assert!(elsewhere.may_be("https://keys.id.example/keys"));
        assert!(!elsewhere.may_be("http://127.0.0.1:8470/metrics"));
        assert!(!elsewhere.may_be("http://id.example/keys"));
        let here = Web::new("http://127.0.0.1:9").expect("it is made");
        assert!(here.may_be("http://127.0.0.1:9/keys"));
        assert!(!here.may_be("http://id.example/keys"));
    }
}
