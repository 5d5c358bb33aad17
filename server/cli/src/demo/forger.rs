//! A device that does not keep the rules: built from `sync-core` alone, because an honest phone
//! cannot record what its author may not.
//!
//! It pushes decisions that are not its author's, each with an honest contact after it. Does not
//! break the protocol: chain, salts and signature are right.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use server::now_ms;
use sync_core::clock::{Hlc, Uptime};
use sync_core::ids::{CompartmentKind, DeviceId, Digest, OpId, OrgId, Record, Stream, UserId};
use sync_core::log::Tip;
use sync_core::op::{Header, Op, Seed, VOCABULARY, body_digest};
use sync_core::sync::push::{PROTOCOL, Push, Sender, write_ops};
use sync_core::sync::statement::{HEADER, SignedHeader};

use super::proxy::Message;
use crate::failure::{Done, Failure};

/// The seed of its salts; a real phone draws one at random.
const SEED: Seed = Seed([7; 16]);
const SEED_HEX: &str = "07070707070707070707070707070707";

/// An enrolled device without a phone.
pub(crate) struct Forger {
    server: SocketAddr,
    key: EcdsaKeyPair,
    device: DeviceId,
    author: UserId,
    org: OrgId,
    force: OrgId,
    tip: Tip,
    counter: u64,
}

fn broken<E>(_: E) -> Failure {
    Failure::Check("the forged device could not speak to the server".to_owned())
}

fn id<T: std::str::FromStr>(answer: &Value, name: &str) -> Done<T> {
    answer[name].as_str().and_then(|text| text.parse().ok()).ok_or(()).map_err(broken)
}

impl Forger {
    /// Enrols with somebody's code.
    pub(crate) fn enrol(server: SocketAddr, code: &str) -> Done<Self> {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(broken)?;
        let public = key.public_key().as_ref().to_vec();
        let proof = [b"waymark/enrol/1", code.as_bytes(), &public].concat();
        let proof = key.sign(&SystemRandom::new(), &proof).map_err(broken)?;
        let request = json!({ "code": code, "name": "forged", "public_key": BASE64.encode(&public),
            "proof": BASE64.encode(proof.as_ref()) });
        let answer = post(server, "/v1/enrol", "", request.to_string().as_bytes())?;
        let (device, author) = (id(&answer, "device")?, id(&answer, "user")?);
        let (org, force) = (id(&answer, "org")?, id(&answer, "force")?);
        Ok(Self { server, key, device, author, org, force, tip: Tip::default(), counter: 0 })
    }

    /// Writes a decision, which a worker may not, and then a contact, which a worker may;
    /// `submitted` is the op that the referral was submitted with.
    pub(crate) fn push(
        &mut self,
        record: Record,
        submitted: OpId,
        kind: &str,
        body: &Value,
    ) -> Done<Vec<(OpId, Digest)>> {
        let shared = record.stream(CompartmentKind::Shared, self.force);
        let outreach = record.stream(CompartmentKind::Outreach, self.org);
        let contact =
            json!({ "what": "reached", "channel": "phone", "result": "reached", "at_ms": now_ms() });
        let before = self.tip;
        let (first, tip) = self.op(before, shared, kind, body, submitted)?;
        let (second, tip) = self.op(tip, outreach, "contact.recorded", &contact, submitted)?;
        let ops = vec![first, second];
        let sender = self.sender();
        let mut push = Push {
            protocol: PROTOCOL,
            epoch: None,
            cursor: None,
            receipt: None,
            from: before.seq + 1,
            prev: Some(before.hash),
            vocabulary: VOCABULARY,
            seeds: vec![(1, SEED_HEX.to_owned())],
            ops: Vec::new(),
            shows: Vec::new(),
            behind: Vec::new(),
            heal: Vec::new(),
            room: None,
            consulted: Vec::new(),
        };
        push.ops = write_ops(&push, sender, &ops);
        let sent = serde_json::to_vec(&push).map_err(broken)?;
        self.counter += 1;
        let statement = push.statement(sender, self.counter, tip, &sent).bytes();
        let signature = self.key.sign(&SystemRandom::new(), &statement).map_err(broken)?;
        let signature = signature.as_ref().try_into().map_err(broken)?;
        let Uptime { boot, ms: uptime_ms } = uptime();
        let (device, counter) = (self.device, self.counter);
        let header = SignedHeader { device, counter, boot: Some(boot), uptime_ms, signature };
        let answer = post(self.server, "/v1/sync", &format!("{HEADER}: {header}\r\n"), &sent)?;
        if answer["acknowledged"] != json!(tip.seq) {
            return Err(Failure::Check(format!("the forged push was not taken: {answer}")));
        }
        self.tip = tip;
        Ok(ops.iter().map(|op| (op.header.id, op.header.hash())).collect())
    }

    fn sender(&self) -> Sender {
        let Self { device, author, org, force, .. } = *self;
        Sender { device, author, org, force, uptime: uptime() }
    }

    fn op(&self, tip: Tip, stream: Stream, kind: &str, body: &Value, submitted: OpId) -> Done<(Op, Tip)> {
        let id = OpId { device: self.device, seq: tip.seq + 1 };
        let (salt, body) = (SEED.salt(id), body.to_string());
        let in_stream = stream.kind() == CompartmentKind::Shared;
        let header = Header {
            id,
            prev: tip.hash,
            stream,
            deps: if in_stream { vec![submitted] } else { Vec::new() },
            seen: (!in_stream).then(|| vec![submitted]),
            hlc: Hlc::from_ms(now_ms()).tick(0),
            uptime: uptime(),
            receipt: None,
            author: self.author,
            vocabulary: VOCABULARY,
            recovered_from: None,
            kind: kind.parse().map_err(broken)?,
            body_digest: body_digest(salt, &body),
        };
        let tip = Tip { seq: id.seq, hash: header.hash() };
        Ok((Op { header, body: Some(body.into()), salt }, tip))
    }
}

fn uptime() -> Uptime {
    Uptime { boot: uuid::Uuid::from_u128(1), ms: 1 }
}

fn post(server: SocketAddr, path: &str, headers: &str, body: &[u8]) -> Done<Value> {
    let mut stream = TcpStream::connect(server)?;
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {server}\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    let answer = Message::read(&mut BufReader::new(&stream))?.ok_or(()).map_err(broken)?;
    serde_json::from_str(&answer.text()).map_err(broken)
}
