//! What operators rely on: a full disk, figures, versions, the address that counts, TLS.
//!
//! Does not start a process: `server/cli` does.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

use super::live::{Live, jwt, proof};
use super::{Scheme, config};
use crate::{Config, Fault, Server, TlsFiles};

/// A disk without room, for whatever is written to see whether there is any.
fn fill(live: &Live) {
    let probe = live.data.path().join("waymark.probe");
    std::os::unix::fs::symlink("/dev/full", probe).expect("a link is made");
}

#[test]
fn on_a_full_disk_reading_goes_on_and_a_stolen_phone_can_be_revoked() {
    let mut live = Live::new();
    let reserve = live.data.path().join("waymark.reserve");
    let length = |file: &Path| std::fs::metadata(file).map_or(0, |found| found.len());
    assert_eq!((live.send("GET", "/health/ready", &[], b"").status, length(&reserve)), (200, 2 << 20));
    fill(&live);
    assert_eq!(live.send("GET", "/health/ready", &[], b"").code(), "try_later");
    assert_eq!(live.send("GET", "/health/live", &[], b"").status, 200);
    assert_eq!(live.get(&live.admin, "/v1/users").status, 200, "reading goes on");
    assert_eq!(live.get(&live.lead, "/v1/referrals").status, 200, "also where it is noted");
    let add = live.post(&live.admin, "/v1/providers", &json!({"name": "New", "ages": {"from": 18}}));
    assert_eq!((add.status, add.code()), (503, "try_later"));
    let path = format!("/v1/devices/{}/revoke", live.officer.device);
    let revoked = live.post(&live.admin, &path, &json!({"reason": "stolen"}));
    assert_eq!((revoked.status, length(&reserve)), (200, 0), "{}", revoked.text);
    let assertion =
        jwt(&live.officer.key, &json!({"alg": "ES256", "typ": "JWT"}), &live.assertion(&live.officer));
    let proof = proof(&live.officer.key, "POST", &live.url("/v1/token"), None);
    assert_eq!(live.ask_token(&assertion, &[proof]).code(), "auth_revoked");
    // Somebody makes room.
    let link = live.data.path().join("waymark.probe");
    if link.is_symlink() {
        std::fs::remove_file(link).expect("it is removed");
    }
    assert_eq!((live.send("GET", "/health/ready", &[], b"").status, length(&reserve)), (200, 2 << 20));
    assert_eq!(
        live.post(&live.admin, "/v1/providers", &json!({"name": "New", "ages": {"from": 18}})).status,
        200
    );
    live.stop();
}

#[test]
fn figures_name_routes_and_units_and_are_for_this_machine_alone() {
    let mut live = Live::new();
    let record = "6b0e9c2e-4a58-4b7e-9d52-0b1d5f0c8a11";
    live.get(&live.admin, &format!("/v1/referrals/{record}"));
    let ask = |more: &str| {
        let head = format!("GET /metrics HTTP/1.1\r\nhost: h\r\nconnection: close\r\n{more}\r\n");
        live.exchange(head.as_bytes(), b"")
    };
    let shown = ask("");
    assert_eq!(shown.status, 200);
    let line = "waymark_request_duration_seconds_count{route=\"/v1/referrals/{id}\",method=\"GET\",status=\"404\"} 1";
    for line in [line, "waymark_disk_writable 1", "waymark_bodies_bytes 0", "waymark_entries_waiting 0"] {
        assert!(shown.text.contains(&format!("{line}\n")), "{line}: {}", shown.text);
    }
    assert!(!shown.text.contains(record), "no address as it was asked");
    let passed_on = ask("x-forwarded-for: 203.0.113.9\r\n");
    assert_eq!((passed_on.status, passed_on.code()), (404, "not_found"));
    let version = live.send("GET", "/version", &[], b"");
    assert_eq!((version.status, &version.body["version"]), (200, &json!(env!("CARGO_PKG_VERSION"))));
    live.stop();
}

#[test]
fn the_host_that_a_request_names_decides_nothing() {
    let mut live = Live::new();
    let token = live.token(&live.admin);
    let ask = |host: &str, url: &str| {
        let proof = proof(&live.admin.key, "GET", url, Some(&token));
        let head = format!(
            "GET /v1/users HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: DPoP {token}\r\ndpop: {proof}\r\n\r\n"
        );
        live.exchange(head.as_bytes(), b"")
    };
    let own = live.url("/v1/users");
    assert_eq!(ask("evil.example", "http://evil.example/v1/users").code(), "dpop_mismatch");
    assert_eq!(ask("evil.example", &own).status, 200);
    let local = format!("http://localhost:{}/v1/users", live.address.port());
    assert_eq!(ask("localhost", &local).status, 200);
    live.stop();
}

#[test]
fn a_server_beyond_this_machine_must_be_told_its_address() {
    let Scheme { data, service, .. } = Scheme::new();
    drop(service);
    let config = Config { listen: ([0, 0, 0, 0], 0).into(), ..config(data.path()) };
    let refused = Server::start(config.clone()).err();
    assert!(matches!(refused, Some(Fault::Option { option: "public-url", .. })), "{refused:?}");
    let config = Config { public_url: Some("https://waymark.example".to_owned()), ..config };
    Server::start(config).expect("it starts").stop().expect("it stops");
}

/// A certificate for `localhost` in two files; what to trust to reach it.
fn certify(files: &TlsFiles) -> CertificateDer<'static> {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate is made");
    std::fs::write(&files.key, signing_key.serialize_pem()).expect("it is written");
    std::fs::write(&files.cert, cert.pem()).expect("it is written");
    CertificateDer::from_pem_slice(cert.pem().as_bytes()).expect("it is PEM")
}

/// Asks over TLS, trusting one certificate.
fn ask_securely(address: SocketAddr, trusted: &CertificateDer<'static>) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).expect("it is a certificate");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("it is a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("it is configured");
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address)?);
    stream.write_all(b"GET /sign-in HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    // A connection that ends without a farewell is an end too, once there is an answer.
    let read = stream.read_to_end(&mut answer);
    if answer.is_empty() {
        read.map(|_| String::new())
    } else {
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

#[test]
fn a_new_certificate_is_served_without_a_restart_and_a_broken_one_is_not() {
    let Scheme { data, service, .. } = Scheme::new();
    drop(service);
    let files = TlsFiles { cert: data.path().join("cert.pem"), key: data.path().join("key.pem") };
    let config = Config { tls: Some(files.clone()), ..config(data.path()) };
    assert!(matches!(Server::start(config.clone()).err(), Some(Fault::Tls(_))), "there is none yet");
    let first = certify(&files);
    let running = Server::start(config).expect("it starts");
    assert!(running.url.starts_with("https://"));
    let answer = ask_securely(running.address, &first).expect("it is answered");
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("__Host-waymark="), "{answer}");
    assert!(answer.contains("strict-transport-security"));

    std::fs::write(&files.cert, "nonsense").expect("it is written");
    let until = Instant::now() + Duration::from_millis(1_500);
    while Instant::now() < until {
        ask_securely(running.address, &first).expect("the one before is served on");
    }
    let second = certify(&files);
    let until = Instant::now() + Duration::from_secs(20);
    while ask_securely(running.address, &second).is_err() {
        assert!(Instant::now() < until, "the new certificate is not served");
    }
    assert!(ask_securely(running.address, &first).is_err());
    running.stop().expect("it stops");
}

#[test]
fn backups_in_a_folder_are_verified_and_only_the_newest_are_kept() {
    let Scheme { data, .. } = Scheme::new();
    let folder = data.path().join("backups");
    let names = || {
        let mut names: Vec<String> = std::fs::read_dir(&folder)
            .expect("the folder is there")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let into = |now_ms| crate::backup_into(data.path(), &folder, 2, None, now_ms);
    into(1_780_000_000_000).expect("it is written");
    std::fs::write(folder.join("notes.txt"), "ours").expect("it is written");
    for later_s in [60, 120] {
        into(1_780_000_000_000 + later_s * 1000).expect("it is written");
    }
    let (second, third) = ("waymark-2026-05-28T202740Z.sqlite", "waymark-2026-05-28T202840Z.sqlite");
    assert_eq!(names(), ["notes.txt", second, third], "what else lies there is left");
    assert_eq!(into(1_780_000_120_000).err(), Some(Fault::FileExists));
    assert_eq!(names(), ["notes.txt", second, third], "nothing is deleted for a backup that failed");
    let restored = crate::restore(&folder.join(third), data.path(), 1_780_000_200_000);
    assert!(restored.is_ok(), "{restored:?}");
}
