//! What is known of the provider: its addresses and its keys, fetched when they are needed and kept for an hour.
//!
//! Does not decide who somebody is: see [`super`].

use std::sync::Arc;

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
    CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, ClaimsVerificationError, ClientId, ClientSecret, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, ProviderMetadata, RedirectUrl, SignatureVerificationError,
};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::web::Web;
use super::{Unproven, Unreached};

/// How long what is known counts.
const KEPT_MS: u64 = 60 * 60_000;
/// A key that is not known has everything fetched again, at most this often.
const ANEW_MS: u64 = 60_000;
/// A provider that did not answer is not asked again before.
const SILENT_MS: u64 = 5_000;

/// The signatures that count. None by a shared secret, and none without one.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What a description may say beside the standard.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Beside {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Beside {}

impl Beside {
    /// Whether each answer says whose it is (RFC 9207).
    pub(super) fn names_itself(&self) -> bool {
        self.authorization_response_iss_parameter_supported
    }
}

pub(super) type Described = ProviderMetadata<
    Beside,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

pub(super) type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

pub(super) struct Known {
    issuer: IssuerUrl,
    web: Web,
    fetched: Mutex<Fetched>,
}

#[derive(Default)]
struct Fetched {
    known: Option<(u64, Arc<Described>)>,
    silent_ms: Option<u64>,
}

impl Known {
    pub(super) fn new(issuer: IssuerUrl, web: Web) -> Self {
        Self { issuer, web, fetched: Mutex::default() }
    }

    pub(super) fn web(&self) -> &Web {
        &self.web
    }

    pub(super) async fn now(&self, now_ms: u64) -> Result<Arc<Described>, Unreached> {
        self.at_most(KEPT_MS, now_ms).await
    }

    /// Fetched again: a key is not known.
    pub(super) async fn anew(&self, now_ms: u64) -> Result<Arc<Described>, Unreached> {
        self.at_most(ANEW_MS, now_ms).await
    }

    /// What was fetched within this time, else what is fetched now; one at a time.
    async fn at_most(&self, age_ms: u64, now_ms: u64) -> Result<Arc<Described>, Unreached> {
        let mut fetched = self.fetched.lock().await;
        if let Some((at_ms, known)) = &fetched.known
            && now_ms.saturating_sub(*at_ms) < age_ms
        {
            return Ok(known.clone());
        }
        if fetched.silent_ms.is_some_and(|at_ms| now_ms.saturating_sub(at_ms) < SILENT_MS) {
            return Err(Unreached);
        }
        match self.fetch().await {
            Ok(known) => {
                let known = Arc::new(known);
                *fetched = Fetched { known: Some((now_ms, known.clone())), silent_ms: None };
                Ok(known)
            }
            Err(why) => {
                tracing::error!(why, "the identity provider cannot be asked");
                fetched.silent_ms = Some(now_ms);
                Err(Unreached)
            }
        }
    }

    async fn fetch(&self) -> Result<Described, &'static str> {
        let web = |request| self.web.ask(request);
        let known = Described::discover_async(self.issuer.clone(), &web).await;
        let known =
            known.map_err(|_| "its description or its keys cannot be fetched, or are another provider's")?;
        let token = known.token_endpoint().ok_or("it names no address for tokens")?;
        // The secret goes to the one address, and people to the other.
        if [token.as_str(), known.authorization_endpoint().as_str()]
            .iter()
            .all(|address| self.web.may_be(address))
        {
            Ok(known)
        } else {
            Err("it names an address that may not be asked")
        }
    }
}

/// This server, as the provider knows it.
pub(super) fn client(known: &Described, id: ClientId, secret: ClientSecret, back: RedirectUrl) -> Client {
    let by_header = known
        .token_endpoint_auth_methods_supported()
        .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
    let auth = if by_header { AuthType::BasicAuth } else { AuthType::RequestBody };
    Client::from_provider_metadata(known.clone(), id, Some(secret)).set_redirect_uri(back).set_auth_type(auth)
}

/// Why a token is not believed.
pub(super) enum Doubt {
    /// By a key that is not known, or not yet.
    UnknownKey,
    Because(Unproven),
}

/// What a token says: signature, issuer, audience, time and nonce are looked at.
pub(super) fn believe(
    client: &Client,
    token: &CoreIdToken,
    nonce: &Nonce,
    now_ms: u64,
) -> Result<CoreIdTokenClaims, Doubt> {
    let now = i64::try_from(now_ms)
        .ok()
        .and_then(DateTime::<Utc>::from_timestamp_millis)
        .unwrap_or(DateTime::<Utc>::MAX_UTC);
    let verifier = client.id_token_verifier().set_allowed_algs(SIGNATURES).set_time_fn(move || now);
    token.claims(&verifier, nonce).cloned().map_err(|error| match error {
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey) => {
            Doubt::UnknownKey
        }
        ClaimsVerificationError::SignatureVerification(_) => Doubt::Because(Unproven::Signature),
        ClaimsVerificationError::Expired(_) => Doubt::Because(Unproven::Expired),
        ClaimsVerificationError::InvalidAudience(_) => Doubt::Because(Unproven::Audience),
        ClaimsVerificationError::InvalidIssuer(_) => Doubt::Because(Unproven::Issuer),
        ClaimsVerificationError::InvalidNonce(_) => Doubt::Because(Unproven::Nonce),
        _ => Doubt::Because(Unproven::Malformed),
    })
}
