//! Asking the identity provider who somebody is: OpenID Connect, authorization code with PKCE.
//!
//! ```text
//!   begin:  state, nonce, PKCE verifier kept here, bound to a cookie ─▶ the provider's address
//!   finish: cookie and state fit, once, in time ─▶ code + verifier + secret for a token ─▶ signature, issuer,
//!           audience, nonce, time ─▶ issuer and subject; nothing else of the token counts
//! ```
//! Does not know people, sessions or the store: see [`super::linked`].

mod known;
mod waiting;
mod web;

use openidconnect::core::{CoreAuthenticationFlow, CoreIdToken, CoreIdTokenClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, PkceCodeChallenge, RedirectUrl,
    Scope, TokenResponse as _,
};
use sync_core::ids::Digest;

use super::Token;
use super::linked::Subject;
use crate::config::{Config, Oidc};
use crate::fault::Fault;
use known::{Client, Known};
use waiting::{Away, Waiting};
pub(crate) use waiting::{Home, Wanted};
use web::Web;

/// Where the provider sends people back to.
pub(crate) const BACK: &str = "/sign-in/back";
/// The longest subject (OpenID Connect Core, section 2).
const LONGEST_SUBJECT: usize = 255;
/// The longest name of an account that is shown.
const LONGEST_NAME: usize = 100;

/// The identity provider of this server.
pub(crate) struct IdentityProvider {
    /// What people call their account there.
    pub(crate) label: String,
    issuer: IssuerUrl,
    client: ClientId,
    secret: ClientSecret,
    back: RedirectUrl,
    known: Known,
    waiting: Waiting,
}

/// The provider cannot be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreached;

/// What a browser brings back from the provider.
#[derive(Debug, Default)]
pub(crate) struct Brought {
    pub(crate) state: String,
    pub(crate) code: String,
    /// Who answers (RFC 9207).
    pub(crate) issuer: Option<String>,
    /// The provider's word for why there is no code.
    pub(crate) error: Option<String>,
}

/// Why nobody is known after a way to the provider and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// It did not begin in this browser, or too long ago, or it was finished before.
    NotBegun,
    /// Somebody said no at the provider, or it did not let them in.
    Cancelled,
    /// The provider does not answer.
    Unreached,
    /// The provider refused the code: it was used, or is too old.
    Code,
    /// Somebody else than the provider answered.
    Issuer,
    /// The token is for another server.
    Audience,
    /// The token is for another sign-in.
    Nonce,
    /// The token is too old.
    Expired,
    /// Nobody proves who made the token.
    Signature,
    /// What came is no token.
    Malformed,
}

impl IdentityProvider {
    /// The provider of the configuration, when one is named.
    pub(crate) fn of(config: &Config) -> Result<Option<Self>, Fault> {
        match (&config.oidc, &config.public_url) {
            (Some(named), Some(url)) => Ok(Some(Self::new(named, url)?)),
            (Some(_), None) | (None, _) => Ok(None),
        }
    }

    /// A provider, for a server that people know by this address.
    fn new(named: &Oidc, public_url: &str) -> Result<Self, Fault> {
        let wrong = |option, what| Fault::Option { option, what };
        let issuer = IssuerUrl::new(named.issuer.clone())
            .map_err(|_| wrong("oidc-issuer", "must be an address that begins with https://"))?;
        let back = RedirectUrl::new(format!("{public_url}{BACK}"))
            .map_err(|_| wrong("public-url", "must be an address such as https://waymark.example"))?;
        let unread = "must be a file that holds the secret, readable by this user";
        let secret = std::fs::read_to_string(&named.client_secret_file)
            .map_err(|_| wrong("oidc-client-secret-file", unread))?;
        let secret = Some(secret.trim().to_owned()).filter(|secret| !secret.is_empty());
        let secret = secret.ok_or_else(|| wrong("oidc-client-secret-file", unread))?;
        let web = Web::new(&named.issuer)?;
        Ok(Self {
            label: named.label.clone(),
            known: Known::new(issuer.clone(), web),
            issuer,
            client: ClientId::new(named.client_id.clone()),
            secret: ClientSecret::new(secret),
            back,
            waiting: Waiting::default(),
        })
    }

    /// Begins a way to the provider: what the browser keeps in a cookie, and where it goes.
    pub(crate) async fn begin(&self, wanted: Wanted, now_ms: u64) -> Result<(Token, String), Unreached> {
        let client = self.client(now_ms).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut ask = client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        if wanted.is_shown() {
            // Whoever links an account sees which one it is.
            ask = ask.add_scope(Scope::new("profile".to_owned())).add_scope(Scope::new("email".to_owned()));
        }
        let (address, state, nonce) = ask.set_pkce_challenge(challenge).url();
        let cookie = Token::new();
        self.waiting.goes(cookie.hash(), Away { state, nonce, verifier, wanted }, now_ms);
        Ok((cookie, address.to_string()))
    }

    /// Ends a way to the provider: what was wanted, and whose account it is. It ends once, however it ends.
    pub(crate) async fn finish(
        &self,
        cookie: Digest,
        brought: Brought,
        now_ms: u64,
    ) -> Result<Home, Unproven> {
        let away = self.waiting.comes(cookie, &brought.state, now_ms);
        let Away { nonce, verifier, wanted, .. } = away.ok_or(Unproven::NotBegun)?;
        let known = self.known.now(now_ms).await.map_err(|Unreached| Unproven::Unreached)?;
        let answers = match &brought.issuer {
            Some(issuer) => issuer.as_str() == self.issuer.as_str(),
            None => !known.additional_metadata().names_itself(),
        };
        if !answers {
            return Err(Unproven::Issuer);
        }
        match brought.error.as_deref() {
            Some("server_error" | "temporarily_unavailable") => return Err(Unproven::Unreached),
            Some(_) => return Err(Unproven::Cancelled),
            None if brought.code.is_empty() => return Err(Unproven::Cancelled),
            None => {}
        }
        let client = known::client(&known, self.client.clone(), self.secret.clone(), self.back.clone());
        let ask =
            client.exchange_code(AuthorizationCode::new(brought.code)).map_err(|_| Unproven::Malformed)?;
        let web = |request| self.known.web().ask(request);
        let token = ask
            .set_pkce_verifier(verifier)
            .request_async(&web)
            .await
            .map_err(|error| web::refused(&error))?;
        let token = token.id_token().ok_or(Unproven::Malformed)?;
        let claims = self.believed(&client, token, &nonce, now_ms).await?;
        let subject = claims.subject().to_string();
        if subject.is_empty() || subject.len() > LONGEST_SUBJECT {
            return Err(Unproven::Malformed);
        }
        let who = Subject { issuer: self.issuer.to_string(), subject };
        Ok(Home { wanted, who, shown: shown(&claims) })
    }

    /// Keeps an account until whoever it is to be linked to has said yes to it.
    pub(crate) fn ask_whether(&self, home: Home, now_ms: u64) -> Token {
        let cookie = Token::new();
        self.waiting.waits(cookie.hash(), home, now_ms);
        cookie
    }

    /// The account that waits for a yes.
    pub(crate) fn asked(&self, cookie: Digest, now_ms: u64) -> Option<Home> {
        self.waiting.asked(cookie, now_ms)
    }

    /// The same, which waits no more.
    pub(crate) fn said_yes(&self, cookie: Digest, now_ms: u64) -> Option<Home> {
        self.waiting.said_yes(cookie, now_ms)
    }

    async fn client(&self, now_ms: u64) -> Result<Client, Unreached> {
        let known = self.known.now(now_ms).await?;
        Ok(known::client(&known, self.client.clone(), self.secret.clone(), self.back.clone()))
    }

    /// What a token says, once it is the provider's own, for this server and this sign-in, and still counts.
    async fn believed(
        &self,
        client: &Client,
        token: &CoreIdToken,
        nonce: &Nonce,
        now_ms: u64,
    ) -> Result<CoreIdTokenClaims, Unproven> {
        match known::believe(client, token, nonce, now_ms) {
            Ok(claims) => return Ok(claims),
            Err(known::Doubt::Because(why)) => return Err(why),
            // Providers change their keys: it may be a new one.
            Err(known::Doubt::UnknownKey) => {}
        }
        let known = self.known.anew(now_ms).await.map_err(|Unreached| Unproven::Unreached)?;
        let client = known::client(&known, self.client.clone(), self.secret.clone(), self.back.clone());
        known::believe(&client, token, nonce, now_ms).map_err(|doubt| match doubt {
            known::Doubt::UnknownKey => Unproven::Signature,
            known::Doubt::Because(why) => why,
        })
    }
}

/// What an account is called there: for its person to see, and nothing else.
fn shown(claims: &CoreIdTokenClaims) -> String {
    let email = claims.email().map(|email| email.as_str());
    let username = claims.preferred_username().map(|name| name.as_str());
    let name = username.or(email).unwrap_or_default();
    name.chars().filter(|letter| !letter.is_control()).take(LONGEST_NAME).collect()
}
