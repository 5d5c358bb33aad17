//! The HTTP face over a real socket: start, answers, stop.
//!
//! Does not test what a push means: see [`super::pipeline`].

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};

use super::phone::new_record;
use super::{Scheme, config};
use crate::store::sqlite::inspect_file;
use crate::{Fault, Server, admin};

fn ask(address: SocketAddr, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let length = body.len();
    let head = format!(
        "{head}\r\nhost: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).expect("it is sent");
    // Who is refused by the head need not take the body.
    drop(stream.write_all(body));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8(answer).expect("it is answered in UTF-8")
}

#[test]
fn a_started_server_answers_and_gives_the_store_back_when_it_stops() {
    let Scheme { data, service, mut officer, .. } = Scheme::new();
    drop(service);
    let running = Server::start(config(data.path())).expect("the server starts");
    let address = running.address;
    let file = data.path().join("waymark.sqlite");
    officer.epoch = inspect_file(&file, |read| Ok(read.server()?.epoch)).expect("the store is read");
    assert!(ask(address, "GET /health/live HTTP/1.1", b"").starts_with("HTTP/1.1 200"));
    assert!(ask(address, "GET /health/ready HTTP/1.1", b"").starts_with("HTTP/1.1 200"));
    assert_eq!(admin::open(data.path()).err(), Some(Fault::InUse));

    let unsigned = ask(address, "POST /v1/sync HTTP/1.1", b"{}");
    assert!(unsigned.starts_with("HTTP/1.1 401") && unsigned.contains(r#""code":"signature_wrong""#));
    let nonsense = ask(address, "POST /v1/enrol HTTP/1.1", b"nonsense");
    assert!(nonsense.starts_with("HTTP/1.1 400") && !nonsense.contains("nonsense"));

    let force = officer.enrolled.force;
    let stream = new_record().stream(sync_core::ids::CompartmentKind::Police, force);
    officer.record_raw(stream, &[], &[], "kind.unknown", "{}");
    let request = officer.request(1);
    let head = format!("POST /v1/sync HTTP/1.1\r\nwaymark-device: {}", request.header);
    let answer = ask(address, &head, &request.sent);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""acknowledged":1"#), "{answer}");
    let old = ask(address, &head, &request.sent);
    assert!(old.starts_with("HTTP/1.1 409") && old.contains(r#""counter":1"#));
    let large = ask(address, &head, &vec![b' '; (1 << 20) + 1]);
    assert!(large.starts_with("HTTP/1.1 413"), "{large}");

    let empty = tempfile::tempdir().expect("a directory is made");
    assert_eq!(Server::start(config(empty.path())).err(), Some(Fault::NoStore));
    running.stop().expect("it stops");
    admin::open(data.path()).expect("the store is free");
}
