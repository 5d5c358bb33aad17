//! A server that listens, and terminals that sign what they send; or forge it.
//!
//! Does not check answers: the tests do.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use aws_lc_rs::signature::{EcdsaKeyPair, KeyPair as _};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::phone::{Phone, sign};
use super::{Scheme, config, contract};
use crate::keys::{base64url, random, sha256};
use crate::store::sqlite::inspect_file;
use crate::time::now_ms;
use crate::{Config, Limits, Rates, Running, Server, issuer};

pub(super) struct Live {
    pub(super) data: TempDir,
    running: Option<Running>,
    pub(super) address: SocketAddr,
    pub(super) officer: Phone,
    pub(super) lead: Phone,
    pub(super) admin: Phone,
    /// The server's own key, to forge tokens that only their claims give away.
    pub(super) server_key: EcdsaKeyPair,
    pub(super) issuer: String,
}

pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Value,
    pub(super) text: String,
}

impl Reply {
    pub(super) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Live {
    pub(super) fn new() -> Self {
        Self::over(Scheme::new())
    }

    /// Serves a scheme's store as it is now.
    pub(super) fn over(scheme: Scheme) -> Self {
        Self::within(scheme, Rates::unlimited())
    }

    /// The same where some things may be done only so often.
    pub(super) fn within(scheme: Scheme, rates: Rates) -> Self {
        let limits = Limits { body_seconds: 1, bodies_bytes: 8 << 20, ..Limits::default() };
        let Scheme { data, service, officer, lead, admin, .. } = scheme;
        let algorithm = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
        let held = service.service.key.held().last().expect("the server has a key");
        let server_key = EcdsaKeyPair::from_pkcs8(algorithm, &held.secret);
        let server_key = server_key.expect("the server has a key");
        drop(service);
        let config = Config { limits, rates, ..config(data.path()) };
        let running = Server::start(config).expect("the server starts");
        let file = data.path().join("waymark.sqlite");
        let epoch = inspect_file(&file, |read| Ok(read.server()?.epoch)).expect("the store is read");
        let [officer, lead, admin] = [officer, lead, admin].map(|phone| Phone { epoch, ..phone });
        let (address, issuer) = (running.address, issuer(admin.enrolled.force));
        let running = Some(running);
        Self { data, running, address, officer, lead, admin, server_key, issuer }
    }

    /// Starts again on the same store, at another address.
    pub(super) fn again(&mut self) {
        self.stop();
        let config = Config { rates: Rates::unlimited(), ..config(self.data.path()) };
        let running = Server::start(config).expect("the server starts");
        self.address = running.address;
        self.running = Some(running);
    }

    /// Gives the store back.
    pub(super) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().expect("it stops");
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request with exactly these headers beside host and length.
    pub(super) fn send(&self, method: &str, path: &str, headers: &[(&str, String)], body: &[u8]) -> Reply {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if method != "GET" {
            head.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        let body = if method == "GET" { b"" } else { body };
        let reply = self.exchange(head.as_bytes(), body);
        contract::check(method, path, &reply);
        reply
    }

    /// Sends these bytes.
    pub(super) fn exchange(&self, head: &[u8], body: &[u8]) -> Reply {
        let mut stream = TcpStream::connect(self.address).expect("the server listens");
        stream.write_all(head).expect("it is sent");
        // Who is refused by the head need not take the body.
        drop(stream.write_all(body));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        let body = serde_json::from_str(text).unwrap_or_default();
        Reply { status, head: head.to_ascii_lowercase(), body, text: text.to_owned() }
    }

    /// Asks for a token with this assertion and proof.
    pub(super) fn ask_token(&self, assertion: &str, proofs: &[String]) -> Reply {
        let form = format!(
            "grant_type=client_credentials&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion={assertion}"
        );
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded".to_owned())];
        headers.extend(proofs.iter().map(|proof| ("dpop", proof.clone())));
        self.send("POST", "/v1/token", &headers, form.as_bytes())
    }

    /// What a device says of itself.
    pub(super) fn assertion(&self, phone: &Phone) -> Value {
        let now = now_s();
        json!({
            "iss": phone.device, "sub": phone.device, "aud": self.issuer, "iat": now, "exp": now + 60,
            "jti": base64url(&random::<16>()),
        })
    }

    pub(super) fn token(&self, phone: &Phone) -> String {
        let header = json!({"alg": "ES256", "typ": "JWT"});
        let assertion = jwt(&phone.key, &header, &self.assertion(phone));
        let proof = proof(&phone.key, "POST", &self.url("/v1/token"), None);
        let reply = self.ask_token(&assertion, &[proof]);
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body["access_token"].as_str().expect("a token").to_owned()
    }

    /// The headers of a request by a phone with a token.
    pub(super) fn signed(
        &self,
        phone: &Phone,
        token: &str,
        method: &str,
        path: &str,
    ) -> Vec<(&'static str, String)> {
        let path = path.split('?').next().unwrap_or_default();
        let proof = proof(&phone.key, method, &self.url(path), Some(token));
        vec![("authorization", format!("DPoP {token}")), ("dpop", proof)]
    }

    pub(super) fn get(&self, phone: &Phone, path: &str) -> Reply {
        let token = self.token(phone);
        self.send("GET", path, &self.signed(phone, &token, "GET", path), b"")
    }

    pub(super) fn post(&self, phone: &Phone, path: &str, body: &Value) -> Reply {
        let token = self.token(phone);
        let mut headers = self.signed(phone, &token, "POST", path);
        headers.push(("content-type", "application/json".to_owned()));
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// A token that the server's own key signs over these claims.
    pub(super) fn forged(&self, header: &Value, claims: &Value) -> String {
        jwt(&self.server_key, header, claims)
    }

    /// The header of the server's tokens.
    pub(super) fn token_header(&self) -> Value {
        json!({"alg": "ES256", "typ": "at+jwt", "kid": thumbprint(&self.server_key)})
    }

    /// The claims of a good token.
    pub(super) fn claims(&self, phone: &Phone) -> Value {
        let now = now_s();
        json!({
            "iss": self.issuer, "aud": self.issuer, "sub": phone.device, "iat": now, "nbf": now,
            "exp": now + 600, "jti": "x", "cnf": {"jkt": thumbprint(&phone.key)},
        })
    }
}

pub(super) fn now_s() -> u64 {
    now_ms() / 1000
}

pub(super) fn jwt(key: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let signed = [header, claims].map(|part| base64url(part.to_string().as_bytes())).join(".");
    let signature = base64url(&sign(key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn coordinates(key: &EcdsaKeyPair) -> (String, String) {
    let (x, y) = key.public_key().as_ref()[1..].split_at(32);
    (base64url(x), base64url(y))
}

pub(super) fn jwk(key: &EcdsaKeyPair) -> Value {
    let (x, y) = coordinates(key);
    json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})
}

fn thumbprint(key: &EcdsaKeyPair) -> String {
    let (x, y) = coordinates(key);
    base64url(&sha256(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#).as_bytes()).0)
}

/// The claims of a good proof.
pub(super) fn proof_claims(method: &str, url: &str, token: Option<&str>) -> Value {
    let mut claims = json!({"htm": method, "htu": url, "iat": now_s(), "jti": base64url(&random::<16>())});
    if let Some(token) = token {
        claims["ath"] = base64url(&sha256(token.as_bytes()).0).into();
    }
    claims
}

pub(super) fn proof(key: &EcdsaKeyPair, method: &str, url: &str, token: Option<&str>) -> String {
    let header = json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": jwk(key)});
    jwt(key, &header, &proof_claims(method, url, token))
}
