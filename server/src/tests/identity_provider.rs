//! A small identity provider: a real server on this machine that signs in whoever comes, with real signatures.
//!
//! It checks what providers check – the client and its secret, where people are sent back to, PKCE, that a code is used
//! once – and plays the tricks that a test asks for. Its accounts have no password: whoever comes is [`Said::subject`].
//! Stands alone, so that the tests of the binary use it too.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

pub(crate) const CLIENT: &str = "waymark";
pub(crate) const SECRET: &str = "planted-client-secret";

/// What the provider does otherwise than it should, or than it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trick {
    None,
    /// It answers everything with 500.
    Down,
    /// Its keys are a file without end.
    Endless,
    /// Its description names another issuer.
    OtherDescription,
    /// Somebody says no.
    Denied,
    /// Another provider's name comes back with the code.
    OtherBack,
    /// The same is missing although the description promises it.
    NoBack,
    OtherIssuer,
    OtherAudience,
    /// The audience is this server, and another one.
    MoreAudience,
    OtherNonce,
    NoNonce,
    Expired,
    /// Signed by a key that is not its own, under the name of its own.
    Forged,
    /// Signed by a key whose name nobody knows.
    UnknownKey,
    /// Not signed at all.
    Unsigned,
    /// Signed by the secret that the server itself knows.
    Shared,
    /// No token beside the access token.
    NoToken,
}

/// What it says of whoever comes.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) subject: String,
    pub(crate) email: String,
    /// Beside what the standard asks for.
    pub(crate) more: Value,
    pub(crate) trick: Trick,
    /// The time by which it lives, in seconds.
    pub(crate) now_s: u64,
}

enum Key {
    Elliptic(EcdsaKeyPair),
    Rsa(Box<RsaKeyPair>),
}

struct Grant {
    back: String,
    challenge: String,
    nonce: String,
    said: Said,
}

struct Inside {
    said: Said,
    key: (String, Key),
    other: Key,
    grants: HashMap<String, Grant>,
    asked: BTreeMap<String, usize>,
    back: String,
}

pub(crate) struct TestIdentityProvider {
    pub(crate) address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

fn elliptic() -> Key {
    Key::Elliptic(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key is made"))
}

fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl TestIdentityProvider {
    /// A provider that knows one server, which people know by this address.
    pub(crate) fn start(public_url: &str, now_s: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let said = Said {
            subject: "a1b2-ruth".to_owned(),
            email: "ruth.okafor@tvp.example".to_owned(),
            more: json!({}),
            trick: Trick::None,
            now_s,
        };
        let inside = Arc::new(Mutex::new(Inside {
            said,
            key: ("key-1".to_owned(), elliptic()),
            other: elliptic(),
            grants: HashMap::new(),
            asked: BTreeMap::new(),
            back: format!("{public_url}/sign-in/back"),
        }));
        let shared = inside.clone();
        // Ends with the process: it holds nothing.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                drop(answer(stream, address, &shared));
            }
        });
        Self { address, inside }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets it say something else from now on.
    pub(crate) fn says(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.inside().said);
    }

    pub(crate) fn plays(&self, trick: Trick) {
        self.inside().said.trick = trick;
    }

    /// Signs by a new key from now on, as providers do from time to time.
    pub(crate) fn changes_its_key(&self, name: &str) {
        self.inside().key = (name.to_owned(), elliptic());
    }

    /// The same with RSA.
    pub(crate) fn signs_by_rsa(&self, name: &str) {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key is made");
        self.inside().key = (name.to_owned(), Key::Rsa(Box::new(key)));
    }

    /// How often an address was asked.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.inside().asked.get(path).copied().unwrap_or_default()
    }

    /// What a browser gets that goes to an address of the provider: where it is sent back to.
    pub(crate) fn visited(&self, address: &str) -> String {
        let path = address.strip_prefix(&self.issuer()).expect("it is the provider's address");
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").expect("it is sent");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it is text");
        let mut lines = text.lines().filter_map(|line| line.strip_prefix("location: "));
        lines.next().unwrap_or_else(|| panic!("nobody is sent back: {text}")).to_owned()
    }
}

fn answer(stream: TcpStream, address: SocketAddr, inside: &Mutex<Inside>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length, mut basic) = (String::new(), 0, String::new());
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or_default(),
            "authorization" => value.trim().trim_start_matches("Basic ").clone_into(&mut basic),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let target = first.split(' ').nth(1).unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut inside = inside.lock().unwrap_or_else(PoisonError::into_inner);
    *inside.asked.entry(path.to_owned()).or_default() += 1;
    let form = String::from_utf8_lossy(&body).into_owned();
    let (status, head, text) = if inside.said.trick == Trick::Down {
        (500, String::new(), String::new())
    } else {
        match path {
            "/.well-known/openid-configuration" => (200, String::new(), described(address, &inside)),
            "/keys" if inside.said.trick == Trick::Endless => (200, String::new(), "[".repeat(1 << 20)),
            "/keys" => (200, String::new(), json!({ "keys": [public(&inside.key)] }).to_string()),
            "/authorize" => match authorized(address, &mut inside, &pairs(query)) {
                Ok(to) => (302, format!("location: {to}\r\n"), String::new()),
                Err(why) => (400, String::new(), why.to_owned()),
            },
            "/token" => match token(address, &mut inside, &pairs(&form), &basic) {
                Ok(token) => (200, String::new(), token),
                Err((status, why)) => (status, String::new(), json!({ "error": why }).to_string()),
            },
            _ => (404, String::new(), String::new()),
        }
    };
    drop(inside);
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nconnection: close\r\n{head}content-length: {}\r\n\r\n{text}",
        text.len()
    )
}

fn described(address: SocketAddr, inside: &Inside) -> String {
    let base = format!("http://{address}");
    let issuer =
        if inside.said.trick == Trick::OtherDescription { "https://other.example" } else { base.as_str() };
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{base}/authorize"),
        "token_endpoint": format!("{base}/token"),
        "jwks_uri": format!("{base}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "RS256"],
        "authorization_response_iss_parameter_supported": true,
    })
    .to_string()
}

fn public((name, key): &(String, Key)) -> Value {
    match key {
        Key::Elliptic(key) => {
            let point = key.public_key().as_ref();
            json!({
                "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": name,
                "x": base64url(&point[1..33]), "y": base64url(&point[33..65]),
            })
        }
        Key::Rsa(key) => json!({
            "kty": "RSA", "use": "sig", "alg": "RS256", "kid": name,
            "n": base64url(key.public_key().modulus().big_endian_without_leading_zero()),
            "e": base64url(key.public_key().exponent().big_endian_without_leading_zero()),
        }),
    }
}

fn authorized(
    address: SocketAddr,
    inside: &mut Inside,
    asked: &BTreeMap<String, String>,
) -> Result<String, &'static str> {
    let of = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let scopes = of("scope");
    if of("client_id") != CLIENT || of("redirect_uri") != inside.back {
        return Err("another server");
    }
    if of("response_type") != "code" || !scopes.split(' ').any(|scope| scope == "openid") {
        return Err("no code is asked for");
    }
    if of("code_challenge_method") != "S256" || of("code_challenge").len() != 43 {
        return Err("no challenge");
    }
    let (back, state, trick) = (of("redirect_uri"), of("state"), inside.said.trick);
    let me = match trick {
        Trick::OtherBack => "&iss=https%3A%2F%2Fother.example".to_owned(),
        Trick::NoBack => String::new(),
        _ => format!("&iss={}", format!("http://{address}").replace(':', "%3A").replace('/', "%2F")),
    };
    if trick == Trick::Denied {
        return Ok(format!("{back}?error=access_denied&state={state}{me}"));
    }
    let code = format!("code-{}", inside.grants.len());
    let grant = Grant {
        back: back.clone(),
        challenge: of("code_challenge"),
        nonce: of("nonce"),
        said: inside.said.clone(),
    };
    inside.grants.insert(code.clone(), grant);
    Ok(format!("{back}?code={code}&state={state}{me}"))
}

fn token(
    address: SocketAddr,
    inside: &mut Inside,
    sent: &BTreeMap<String, String>,
    basic: &str,
) -> Result<String, (u16, &'static str)> {
    let of = |name: &str| sent.get(name).cloned().unwrap_or_default();
    let known = STANDARD.encode(format!("{CLIENT}:{SECRET}"));
    if basic != known {
        return Err((401, "invalid_client"));
    }
    if of("grant_type") != "authorization_code" {
        return Err((400, "unsupported_grant_type"));
    }
    let code = of("code");
    let Some(Grant { back, challenge, nonce, said }) = inside.grants.remove(&code) else {
        return Err((400, "invalid_grant"));
    };
    // A used code leaves a mark: the next one has another number.
    inside.grants.insert(
        format!("{code}-used"),
        Grant { back: String::new(), challenge: String::new(), nonce: String::new(), said: said.clone() },
    );
    let verifier = of("code_verifier");
    if of("redirect_uri") != back || base64url(digest(&SHA256, verifier.as_bytes()).as_ref()) != challenge {
        return Err((400, "invalid_grant"));
    }
    let mut answer =
        json!({ "access_token": "planted-access-token", "token_type": "Bearer", "expires_in": 300 });
    if said.trick != Trick::NoToken {
        answer["id_token"] = Value::String(signed(address, inside, &said, &nonce));
    }
    Ok(answer.to_string())
}

fn signed(address: SocketAddr, inside: &Inside, said: &Said, nonce: &str) -> String {
    let issuer = match said.trick {
        Trick::OtherIssuer => "https://other.example".to_owned(),
        _ => format!("http://{address}"),
    };
    let audience = match said.trick {
        Trick::OtherAudience => json!("another-server"),
        Trick::MoreAudience => json!([CLIENT, "another-server"]),
        _ => json!(CLIENT),
    };
    let nonce = match said.trick {
        Trick::OtherNonce => json!("another"),
        Trick::NoNonce => Value::Null,
        _ => json!(nonce),
    };
    let until_s = if said.trick == Trick::Expired { said.now_s } else { said.now_s + 300 };
    let mut claims = json!({
        "iss": issuer, "aud": audience, "sub": said.subject, "email": said.email, "preferred_username": said.email,
        "iat": said.now_s, "exp": until_s, "nonce": nonce,
    });
    if let (Some(claims), Some(more)) = (claims.as_object_mut(), said.more.as_object()) {
        claims.extend(more.clone());
        claims.retain(|_, value| !value.is_null());
    }
    let (name, key) = match said.trick {
        Trick::Forged => (inside.key.0.as_str(), &inside.other),
        Trick::UnknownKey => ("nobody-knows", &inside.other),
        _ => (inside.key.0.as_str(), &inside.key.1),
    };
    let algorithm = match (said.trick, key) {
        (Trick::Unsigned, _) => "none",
        (Trick::Shared, _) => "HS256",
        (_, Key::Elliptic(_)) => "ES256",
        (_, Key::Rsa(_)) => "RS256",
    };
    let head = json!({ "alg": algorithm, "typ": "JWT", "kid": name });
    let text =
        format!("{}.{}", base64url(head.to_string().as_bytes()), base64url(claims.to_string().as_bytes()));
    let signature = match (said.trick, key) {
        (Trick::Unsigned, _) => Vec::new(),
        (Trick::Shared, _) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
            hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
        }
        (_, Key::Elliptic(key)) => {
            key.sign(&SystemRandom::new(), text.as_bytes()).expect("it signs").as_ref().to_vec()
        }
        (_, Key::Rsa(key)) => {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature)
                .expect("it signs");
            signature
        }
    };
    format!("{text}.{}", base64url(&signature))
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        Some((plain(name), plain(value)))
    };
    text.split('&').filter_map(pair).collect()
}

fn plain(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) => {
                let hex = [*high, *low].map(char::from).iter().collect::<String>();
                bytes.push(u8::from_str_radix(&hex, 16).unwrap_or(b'?'));
                rest = after;
            }
            (other, _) => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
