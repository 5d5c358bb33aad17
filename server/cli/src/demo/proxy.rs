//! The link between one phone and the server: a TCP proxy of the harness that passes, refuses,
//! delays and cuts, and counts what went through.
//!
//! Neither phone nor server knows of it. Does not change a byte of what it passes.

use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use schema::dictionary;
use zstd::zstd_safe::get_dict_id_from_frame;

/// What the link does with the next exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Link {
    /// Everything goes through.
    Up,
    /// No signal: every connection is closed at once.
    Down,
    /// Everything goes through, and each message takes this many milliseconds more.
    Delay(u64),
    /// The request arrives whole; the answer is lost. Then the link is up again.
    LoseAnswer,
    /// Half of the request arrives. Then the link is up again.
    LoseRequest,
}

/// One request with its answer, as the wire carried them.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) path: String,
    pub(crate) request: Message,
    pub(crate) answer: Option<Message>,
}

/// One HTTP message: its head and its body, as sent.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// All its bytes.
    pub(crate) fn len(&self) -> usize {
        self.head.len() + self.body.len()
    }

    /// The body as text, decompressed; bytes that are no text are replaced.
    pub(crate) fn text(&self) -> String {
        let zstd = self.header("content-encoding").is_some_and(|value| value == "zstd");
        let plain = if zstd { unpack(&self.body) } else { self.body.clone() };
        String::from_utf8_lossy(&plain).into_owned()
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(':'));
        pairs.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// Reads one message; none when the other side has closed.
    pub(crate) fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if from.read_line(&mut head)? == 0 {
                return Ok(None);
            }
        }
        let mut message = Self { head, body: Vec::new() };
        let length = message.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        message.body.resize(length, 0);
        from.read_exact(&mut message.body)?;
        Ok(Some(message))
    }

    fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }
}

fn unpack(packed: &[u8]) -> Vec<u8> {
    let dictionary = if get_dict_id_from_frame(packed).is_some() { dictionary::BYTES } else { &[] };
    let mut plain = Vec::new();
    let read = zstd::Decoder::with_dictionary(packed, dictionary).and_then(|mut d| d.read_to_end(&mut plain));
    read.map_or_else(|_| packed.to_vec(), |_| plain)
}

#[derive(Debug, Default)]
struct Wire {
    link: Option<Link>,
    exchanges: Vec<Exchange>,
}

/// A running proxy; its threads end with the process.
#[derive(Debug, Clone)]
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    wire: Arc<(Mutex<Wire>, Condvar)>,
}

impl Proxy {
    /// Starts a proxy on loopback in front of `server`, with the link down.
    pub(crate) fn start(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let proxy = Self { address: listener.local_addr()?, wire: Arc::default() };
        let accepting = proxy.clone();
        std::thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                let serving = accepting.clone();
                std::thread::spawn(move || serving.serve(phone, server));
            }
        });
        Ok(proxy)
    }

    /// Sets what the link does from now on.
    pub(crate) fn set(&self, link: Link) {
        self.wire().link = Some(link);
        self.wire.1.notify_all();
    }

    /// Reads the exchanges so far.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&[Exchange]) -> T) -> T {
        look(&self.wire().exchanges)
    }

    fn wire(&self) -> MutexGuard<'_, Wire> {
        self.wire.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes exchanges until either side closes; a fault of the socket is the end of the link.
    fn serve(&self, phone: TcpStream, server: SocketAddr) {
        if self.wire().link.unwrap_or(Link::Down) != Link::Down {
            drop(self.pass(&phone, server));
        }
        drop(phone.shutdown(std::net::Shutdown::Both));
    }

    fn pass(&self, phone: &TcpStream, server: SocketAddr) -> io::Result<()> {
        let mut from_phone = BufReader::new(phone);
        let server = TcpStream::connect(server)?;
        let mut from_server = BufReader::new(&server);
        while let Some(request) = Message::read(&mut from_phone)? {
            let link = self.wait();
            match link {
                Link::Down => return Ok(()),
                Link::LoseRequest => {
                    let bytes = request.bytes();
                    (&server).write_all(&bytes[..bytes.len() / 2])?;
                    self.keep(request, None);
                    self.set(Link::Up);
                    return Ok(());
                }
                Link::Up | Link::Delay(_) | Link::LoseAnswer => (&server).write_all(&request.bytes())?,
            }
            let Some(answer) = Message::read(&mut from_server)? else { return Ok(()) };
            let bytes = answer.bytes();
            self.keep(request, Some(answer));
            if link == Link::LoseAnswer {
                self.set(Link::Up);
                return Ok(());
            }
            self.wait();
            (&*phone).write_all(&bytes)?;
        }
        Ok(())
    }

    /// How the link is, once a message has taken its time; a link that changes ends the delay.
    fn wait(&self) -> Link {
        let link = self.wire().link.unwrap_or(Link::Down);
        let Link::Delay(ms) = link else { return link };
        let (lock, changed) = &*self.wire;
        let wire = lock.lock().unwrap_or_else(PoisonError::into_inner);
        let delayed = |wire: &mut Wire| wire.link == Some(link);
        let waited = changed.wait_timeout_while(wire, Duration::from_millis(ms), delayed);
        let (wire, _) = waited.unwrap_or_else(PoisonError::into_inner);
        wire.link.unwrap_or(Link::Down)
    }

    fn keep(&self, request: Message, answer: Option<Message>) {
        let path = request.head.split(' ').nth(1).unwrap_or_default().to_owned();
        self.wire().exchanges.push(Exchange { path, request, answer });
    }
}
