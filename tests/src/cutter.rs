//! A network between a phone and a server that is cut after so many bytes of a connection.
//!
//! Does not look into what travels.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Where the next connections are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// After so many bytes from the phone.
    Request(usize),
    /// After so many bytes from the server.
    Answer(usize),
    /// Nowhere.
    Never,
}

/// A listener that passes on to a server.
pub struct Cutter {
    /// Where it listens, as a URL.
    pub address: String,
    cut: Arc<Mutex<Cut>>,
}

impl Cutter {
    /// Listens before a server, whose address is a URL.
    ///
    /// # Panics
    /// When no port is free.
    #[must_use]
    pub fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!("http://{}", listener.local_addr().expect("it has an address"));
        let server = server.trim_start_matches("http://").to_owned();
        let cut = Arc::new(Mutex::new(Cut::Never));
        let now = Arc::clone(&cut);
        thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                let cut = *now.lock().unwrap_or_else(PoisonError::into_inner);
                let Ok(server) = TcpStream::connect(&server) else { continue };
                pass(&phone, &server, cut);
            }
        });
        Self { address, cut }
    }

    /// Cuts connections there from now on.
    pub fn cut(&self, cut: Cut) {
        *self.cut.lock().unwrap_or_else(PoisonError::into_inner) = cut;
    }
}

/// Passes bytes both ways, each way in a thread, until either end is done or the line is cut.
fn pass(phone: &TcpStream, server: &TcpStream, cut: Cut) {
    let (up, down) = match cut {
        Cut::Request(bytes) => (Some(bytes), None),
        Cut::Answer(bytes) => (None, Some(bytes)),
        Cut::Never => (None, None),
    };
    for (from, to, most) in [(phone, server, up), (server, phone, down)] {
        let (from, to) = (from.try_clone(), to.try_clone());
        thread::spawn(move || {
            if let (Ok(from), Ok(to)) = (from, to) {
                one_way(from, to, most);
            }
        });
    }
}

fn one_way(mut from: TcpStream, mut to: TcpStream, most: Option<usize>) {
    let (mut left, mut bytes) = (most, [0; 4096]);
    while left != Some(0) {
        let room = left.map_or(bytes.len(), |left| left.min(bytes.len()));
        let read = from.read(&mut bytes[..room]).unwrap_or(0);
        if read == 0 || to.write_all(&bytes[..read]).is_err() {
            break;
        }
        left = left.map(|left| left - read);
    }
    // Both ends hear of it, whichever way was cut.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
