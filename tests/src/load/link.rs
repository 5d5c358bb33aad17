//! One connection to the server, HTTP/1.1, kept open: so that the client costs little beside the server.
//!
//! Knows only what the server answers a synchronisation with.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use super::pushes::Request;

pub(super) struct Link {
    to: TcpStream,
    from: BufReader<TcpStream>,
    host: String,
    pub(super) sent_bytes: usize,
}

impl Link {
    pub(super) fn open(address: &str) -> Self {
        let host = address.trim_start_matches("http://").to_owned();
        let to = TcpStream::connect(&host).expect("the server listens");
        to.set_nodelay(true).expect("a socket takes it");
        let from = BufReader::new(to.try_clone().expect("a socket has two ends"));
        Self { to, from, host, sent_bytes: 0 }
    }

    /// Sends a request and reads the whole answer.
    pub(super) fn send(&mut self, request: &Request) {
        let head = format!(
            "POST /v1/sync HTTP/1.1\r\nhost: {}\r\nwaymark-device: {}\r\ncontent-encoding: zstd\r\ncontent-length: {}\r\n\r\n",
            self.host,
            request.header,
            request.body.len()
        );
        let whole = [head.as_bytes(), &request.body].concat();
        self.to.write_all(&whole).expect("the server reads");
        self.sent_bytes += whole.len();
        let mut line = String::new();
        self.from.read_line(&mut line).expect("the server answers");
        let (status, mut length) = (line.clone(), 0);
        loop {
            line.clear();
            self.from.read_line(&mut line).expect("a header");
            let field = line.trim().to_ascii_lowercase();
            if field.is_empty() {
                break;
            }
            if let Some(value) = field.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a number");
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).expect("the whole answer");
        assert!(status.contains("200"), "{status} {}", String::from_utf8_lossy(&body));
    }
}
