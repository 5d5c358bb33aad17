//! Networks as they are: silent, refusing, lying, slow and dear. The peer is a real socket.
//!
//! Does not test what is synchronised.

use std::io::{self, Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::{Duration, Instant};

use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};
use sync_core::access::Role;

use super::syncing::Server;
use super::{Phone, form, open, phone};
use crate::event::{Event, Listener};
use crate::keys::Signer;
use crate::store::meta::{self, key};
use crate::store::ops;
use crate::sync::packing::Packing;
use crate::sync::request::Request;
use crate::sync::trust::{Roots, SystemRoots};
use crate::{Device, Problem, SyncOptions};

/// Within this every call ends, once it must.
const SOON: Duration = Duration::from_millis(500);

fn at(phone: &Phone, address: impl std::fmt::Display) {
    meta::keep(&phone.device.store().db, key::SERVER, &format!("http://{address}")).expect("it is kept");
}

fn sync(device: &Device, max_ms: u64) -> Problem {
    device.sync(SyncOptions { max_ms, ..SyncOptions::default() }).expect_err("nothing is exchanged")
}

/// A peer that takes calls and never says anything.
fn silent() -> (SocketAddr, Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let (say, called) = mpsc::channel();
    thread::spawn(move || {
        for mut peer in listener.incoming().flatten() {
            // The request is under way once its first byte is here.
            let _ = peer.read(&mut [0; 1]);
            if say.send(peer).is_err() {
                break;
            }
        }
    });
    (address, called)
}

/// A peer that answers each request as it is told, one connection each.
fn peer(answer: impl Fn(&str, Vec<u8>) -> String + Send + 'static) -> (SocketAddr, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let calls = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&calls);
    thread::spawn(move || {
        for mut peer in listener.incoming().flatten() {
            let (head, body) = request(&mut peer);
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = peer.write_all(answer(&head, body).as_bytes());
        }
    });
    (address, calls)
}

/// The head and the body of a request.
fn request(peer: &mut impl Read) -> (String, Vec<u8>) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && peer.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("a head is text");
    let length = header(&head, "content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    peer.read_exact(&mut body).expect("the body follows");
    (head, body)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn reply(status: &str, more: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{more}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
}

fn counter_old() -> String {
    let problem = json!({
        "type": "urn:waymark:problem:counter_old", "code": "counter_old", "status": 409, "counter": 40,
    });
    reply("409 Conflict", "", &problem.to_string())
}

#[test]
fn the_time_that_was_given_is_kept_while_a_peer_is_silent() {
    let phone = phone(Role::Officer, 10);
    let (address, _called) = silent();
    at(&phone, address);
    let begun = Instant::now();
    assert_eq!(sync(&phone.device, 200).code, "time_up");
    assert!(begun.elapsed() < Duration::from_millis(200) + SOON);
    assert_eq!(sync(&phone.device, 0).code, "time_up");
}

#[test]
fn a_cancel_ends_a_synchronisation_and_an_enrolment_while_a_peer_is_silent() {
    let phone = phone(Role::Officer, 10);
    let (address, called) = silent();
    at(&phone, address);
    let fresh = tempfile::tempdir().expect("a directory");
    let fresh = open(&fresh);
    meta::keep(&fresh.store().db, key::SERVER, &format!("http://{address}")).expect("it is kept");
    let sync = || phone.device.sync(SyncOptions::default()).expect_err("it is ended");
    let enrol = || fresh.enrol("CODE", "phone").expect_err("it is ended");
    let calls: [(&Device, &(dyn Fn() -> Problem + Sync)); 2] = [(&phone.device, &sync), (&fresh, &enrol)];
    for (device, call) in calls {
        thread::scope(|scope| {
            let running = scope.spawn(call);
            let _held = called.recv().expect("the peer is called");
            let said = Instant::now();
            device.cancel();
            assert_eq!(running.join().expect("no panic").code, "stopped");
            assert!(said.elapsed() < SOON);
        });
    }
}

#[test]
fn silence_of_the_name_service_delays_nobody() {
    let mut phone = phone(Role::Officer, 10);
    at(&phone, "waymark.example");
    let (asked, is_asked) = mpsc::channel();
    let (_answer, never) = mpsc::channel::<()>();
    let (asked, never) = (Mutex::new(asked), Mutex::new(never));
    phone.device.network.lookup = Arc::new(move |_| {
        asked.lock().expect("no panic").send(()).expect("the test listens");
        let _ = never.lock().expect("no panic").recv();
        Err(io::ErrorKind::TimedOut.into())
    });
    let begun = Instant::now();
    assert_eq!(sync(&phone.device, 200).code, "time_up");
    assert!(begun.elapsed() < Duration::from_millis(200) + SOON);
    is_asked.recv().expect("it was asked");
    thread::scope(|scope| {
        let running = scope.spawn(|| sync(&phone.device, 60_000));
        is_asked.recv().expect("it is asked");
        let said = Instant::now();
        phone.device.cancel();
        assert_eq!(running.join().expect("no panic").code, "stopped");
        assert!(said.elapsed() < SOON);
    });
}

#[test]
fn who_asks_again_and_again_does_not_gather_lookups_that_hang() {
    let mut phone = phone(Role::Officer, 10);
    at(&phone, "waymark.example");
    let asked = Arc::new(AtomicU64::new(0));
    let (_answer, never) = mpsc::channel::<()>();
    let (counted, never) = (Arc::clone(&asked), Mutex::new(never));
    phone.device.network.lookup = Arc::new(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        let _ = never.lock().expect("no panic").recv();
        Err(io::ErrorKind::TimedOut.into())
    });
    for _ in 0..4 {
        assert_eq!(sync(&phone.device, 200).code, "time_up");
    }
    assert_eq!(sync(&phone.device, 60_000).code, "host_unknown");
    assert!(asked.load(Ordering::SeqCst) <= 4);
}

/// A key that cancels while it signs a second time: between two exchanges.
struct Cancels {
    phone: Mutex<Weak<Phone>>,
    signed: AtomicU64,
    key: Arc<dyn Signer>,
}

impl Signer for Cancels {
    fn public_key(&self) -> Vec<u8> {
        self.key.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Problem> {
        if self.signed.fetch_add(1, Ordering::SeqCst) == 1 {
            self.phone.lock().expect("no panic").upgrade().expect("it lives").device.cancel();
        }
        self.key.sign(message)
    }
}

#[test]
fn a_cancel_between_two_exchanges_is_not_lost() {
    let phone = Arc::new(phone(Role::Officer, 10));
    let (address, calls) = peer(|_, _| counter_old());
    at(&phone, address);
    let key = phone.device.signer();
    let weak = Mutex::new(Arc::downgrade(&phone));
    phone.device.use_signer(Arc::new(Cancels { phone: weak, signed: AtomicU64::new(0), key }));
    assert_eq!(sync(&phone.device, 60_000).code, "stopped");
    assert_eq!(calls.load(Ordering::SeqCst), 1, "the second request did not leave");
    assert_eq!(phone.ask("status")["next_sync_in_ms"], Value::Null, "whoever stopped it knows when to go on");
}

#[test]
fn each_way_of_not_reaching_the_server_has_its_code() {
    let mut phone = phone(Role::Officer, 10);
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    at(&phone, closed.expect("a port was free"));
    assert_eq!(sync(&phone.device, 5000).code, "connection_refused");
    at(&phone, "waymark.example");
    phone.device.network.lookup = Arc::new(|_| Err(io::ErrorKind::NotFound.into()));
    assert_eq!(sync(&phone.device, 5000).code, "host_unknown");
    phone.device.network.lookup = Arc::new(|_| Ok(Vec::new()));
    assert_eq!(sync(&phone.device, 5000).code, "host_unknown");
    phone.device.network.roots = Roots::read(None, SystemRoots::OutOfReach).expect("nothing is given");
    assert_eq!(sync(&phone.device, 5000).code, "roots_missing");
}

/// A server of the scheme whose certificate is signed by `tls/root.pem`.
fn secure() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let certificate = CertificateDer::from(include_bytes!("tls/server.der").as_slice());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(include_bytes!("tls/server.key.der").as_slice()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config =
        config.expect("it speaks TLS").with_no_client_auth().with_single_cert(vec![certificate], key);
    let config = Arc::new(config.expect("the certificate is sound"));
    thread::spawn(move || {
        for peer in listener.incoming().flatten() {
            let tls = ServerConnection::new(Arc::clone(&config)).expect("it begins");
            let mut peer = StreamOwned::new(tls, peer);
            if peer.conn.complete_io(&mut peer.sock).is_ok() {
                request(&mut peer);
                let _ = peer.write_all(reply("503 Unavailable", "retry-after: 7\r\n", "").as_bytes());
            }
        }
    });
    address
}

#[test]
fn only_who_proves_to_be_the_server_is_told_anything() {
    let mut phone = phone(Role::Officer, 10);
    phone.run(form());
    let server = format!("https://{}", secure());
    meta::keep(&phone.device.store().db, key::SERVER, &server).expect("it is kept");
    let read = |pem: Option<&str>| Roots::read(pem, SystemRoots::Reached).expect("they are read");
    for roots in [None, Some(include_str!("tls/other-root.pem"))] {
        phone.device.network.roots = read(roots);
        assert_eq!(sync(&phone.device, 5000).code, "certificate_untrusted");
    }
    phone.device.network.roots = read(Some(include_str!("tls/root.pem")));
    assert_eq!(sync(&phone.device, 5000).code, "server_later");
}

fn after_ms(problem: &Problem) -> u64 {
    json!(problem)["after_ms"].as_u64().expect("a number that the app reads")
}

#[test]
fn what_passes_means_later_and_says_when_as_a_number() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let before = phone.waiting();
    for (status, code) in [
        ("200 OK", "answer_foreign"),
        ("302 Found", "answer_foreign"),
        ("407 Proxy Authentication Required", "answer_foreign"),
        ("408 Request Timeout", "server_later"),
        ("429 Too Many Requests", "server_later"),
        ("500 Internal Server Error", "server_later"),
        ("502 Bad Gateway", "server_later"),
        ("503 Service Unavailable", "server_later"),
    ] {
        let (address, _) = peer(move |_, _| reply(status, "retry-after: 7200\r\n", "<html>Sign in</html>"));
        at(&phone, address);
        let problem = sync(&phone.device, 5000);
        assert_eq!((problem.code.as_str(), problem.who), (code, crate::Who::Later), "{status}");
        assert!(after_ms(&problem) >= 7_200_000, "{status}");
        assert_eq!(phone.waiting(), before);
        // The same to who enrols.
        let fresh = tempfile::tempdir().expect("a directory");
        let fresh = open(&fresh);
        meta::keep(&fresh.store().db, key::SERVER, &format!("http://{address}")).expect("it is kept");
        let problem = fresh.enrol("CODE", "phone").expect_err("nobody enrolled it");
        assert_eq!((problem.code.as_str(), after_ms(&problem)), (code, 7_200_000), "{status}");
    }
}

#[test]
fn a_phone_that_failed_rests_also_after_it_was_started_anew() {
    let phone = phone(Role::Officer, 10);
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    at(&phone, closed.expect("a port was free"));
    let first = after_ms(&sync(&phone.device, 5000));
    assert!((2_500..=5_000).contains(&first), "{first}");
    let Phone { dir, device } = phone;
    drop(device);
    let phone = Phone { device: open(&dir), dir };
    let left = phone.ask("status")["next_sync_in_ms"].as_u64().expect("it rests");
    assert!(left <= first && left > 0);
    let second = after_ms(&sync(&phone.device, 5000));
    assert!((5_000..=10_000).contains(&second), "who asks is served, and the pause grows: {second}");
}

/// The server's answers over HTTP, and what travelled.
fn answering(phone: &Arc<Phone>) -> (SocketAddr, Arc<AtomicU64>, Arc<AtomicU64>) {
    let (server, weak) = (Mutex::new(Server::of(phone)), Arc::downgrade(phone));
    let (sent, received) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (all_sent, all_received) = (Arc::clone(&sent), Arc::clone(&received));
    let (address, _) = peer(move |head, body| {
        let phone = weak.upgrade().expect("it lives");
        let tip = ops::tip(&phone.device.store().db).expect("the log is read");
        all_sent.fetch_add((head.len() + body.len()) as u64, Ordering::SeqCst);
        let header = header(head, "waymark-device").expect("it is signed").to_owned();
        let packing = Packing::Dictionary;
        let request = Request { server: String::new(), header, body, packing, tip, left: 0 };
        let answer = json!(server.lock().expect("no panic").answer(&request)).to_string();
        let reply = reply("200 OK", "content-type: application/json\r\n", &answer);
        all_received.fetch_add(reply.len() as u64, Ordering::SeqCst);
        reply
    });
    (address, sent, received)
}

struct Hears(Sender<Event>);

impl Listener for Hears {
    fn told(&self, event: &Event) {
        let _ = self.0.send(event.clone());
    }
}

#[test]
fn progress_counts_entries_and_bytes_and_success_ends_the_rest() {
    let phone = Arc::new(phone(Role::Officer, 10));
    let entries = phone.run(form())["ops"].as_array().expect("a list").len() as u64;
    at(&phone, "127.0.0.1:1");
    sync(&phone.device, 5000);
    assert_ne!(phone.ask("status")["next_sync_in_ms"], Value::Null);
    let (address, sent, received) = answering(&phone);
    at(&phone, address);
    let (say, heard) = mpsc::channel();
    phone.device.set_listener(Some(Box::new(Hears(say))));
    let done = phone.device.sync(SyncOptions { max_bytes: Some(50_000), ..SyncOptions::default() });
    let done = done.expect("the server answers");
    let (sent, received) = (sent.load(Ordering::SeqCst), received.load(Ordering::SeqCst));
    assert!(sent > 0 && received > 0);
    let progress = Event::Progress {
        pushed: entries,
        pulled: 0,
        waiting: 0,
        sent_bytes: sent,
        received_bytes: received,
    };
    assert_eq!(heard.recv(), Ok(progress));
    assert_eq!((&done["sent_bytes"], &done["received_bytes"]), (&json!(sent), &json!(received)));
    assert_eq!(phone.ask("status")["next_sync_in_ms"], Value::Null);
}

#[test]
fn the_bytes_that_were_given_are_kept_and_the_next_request_asks_for_less() {
    let phone = phone(Role::Officer, 10);
    phone.run(form());
    let before = phone.waiting();
    let long = " ".repeat(1 << 20);
    let (address, calls) = peer(move |_, _| reply("200 OK", "", &long));
    at(&phone, address);
    let with = |bytes| phone.device.sync(SyncOptions { max_bytes: Some(bytes), ..SyncOptions::default() });
    assert_eq!(with(8_000).expect_err("that is less than anything").code, "bytes_spent");
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    assert_eq!(with(20_000).expect_err("the answer is too long").code, "bytes_spent");
    assert_eq!(phone.waiting(), before);
    let room = meta::state(&phone.device.store().db).expect("it is read").room;
    assert!(room.told().is_some(), "less travels next time");
}

#[test]
fn a_request_keeps_within_the_bytes_and_says_so_to_the_server() {
    let phone = phone(Role::Officer, 10);
    for number in 0..12 {
        phone.run(super::with(form(), json!({"family": format!("Number{number}")})));
    }
    let ask = crate::sync::request::Ask { most_bytes: Some(6_000), ..Default::default() };
    let request = crate::sync::request::prepare(&phone.device, ask).expect("it is built");
    assert!(request.left > 0, "not everything is sent at once");
    let plain = crate::sync::packing::unpack(&request.body, 1 << 22).expect("it is packed");
    let push: Value = serde_json::from_slice(&plain).expect("it is JSON");
    assert_eq!(push["room"], 6_000);
}
