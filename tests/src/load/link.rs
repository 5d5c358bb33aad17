//! One connection to the server, HTTP/1.1, kept open: so that the client costs little beside the server.
//!
//! Knows no cookie and no form.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use super::pushes::Request;

pub(super) struct Link {
    to: TcpStream,
    from: BufReader<TcpStream>,
    host: String,
    pub(super) sent_bytes: usize,
}

/// What the server answered.
pub(super) struct Answered {
    pub(super) status: u16,
    /// Names in small letters.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Link {
    pub(super) fn open(address: &str) -> Self {
        let host = address.trim_start_matches("http://").to_owned();
        let to = TcpStream::connect(&host).expect("the server listens");
        to.set_nodelay(true).expect("a socket takes it");
        let from = BufReader::new(to.try_clone().expect("a socket has two ends"));
        Self { to, from, host, sent_bytes: 0 }
    }

    /// Sends what a phone signed, and reads the whole answer.
    pub(super) fn send(&mut self, request: &Request) {
        let headers = [("waymark-device", request.header.as_str()), ("content-encoding", "zstd")];
        let answered = self.exchange("POST /v1/sync", &headers, &request.body);
        assert_eq!(answered.status, 200, "{}", String::from_utf8_lossy(&answered.body));
    }

    /// Sends any request, and reads the whole answer.
    pub(super) fn exchange(&mut self, what: &str, headers: &[(&str, &str)], body: &[u8]) -> Answered {
        let mut head =
            format!("{what} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\n", self.host, body.len());
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let whole = [head.as_bytes(), b"\r\n", body].concat();
        self.to.write_all(&whole).expect("the server reads");
        self.sent_bytes += whole.len();
        self.answer()
    }

    fn answer(&mut self) -> Answered {
        let status = self.line().split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(0, |(_, length)| length.parse().expect("a number"));
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).expect("the whole answer");
        Answered { status, headers, body }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.from.read_line(&mut line).expect("the server answers");
        line
    }
}
