//! Looks up the server's name, on a thread of its own: the system's lookup cannot be stopped, and takes 20 seconds and
//! more when nobody answers.
//!
//! Who waits for it goes away at once; the thread ends when the system does. Does not keep what it found.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;

/// How a name is looked up; tests give another.
pub(crate) type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<SocketAddr>> + Send + Sync>;

/// The most lookups that may hang at once: who asks again and again does not gather threads.
const MOST_HANGING: usize = 4;
static HANGING: AtomicUsize = AtomicUsize::new(0);

/// The system's.
pub(crate) fn of_system() -> Lookup {
    Arc::new(|name| Ok((name, 0).to_socket_addrs()?.collect()))
}

/// The name has no address, as far as this phone can tell.
#[derive(Debug, thiserror::Error)]
#[error("the name is not known")]
pub(crate) struct HostUnknown;

/// Looks names up for the client.
pub(crate) struct Names(pub(crate) Lookup);

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let lookup = Arc::clone(&self.0);
        Box::pin(async move {
            let found = begin(lookup, name).ok_or(HostUnknown)?.await;
            match found {
                Ok(Ok(found)) if !found.is_empty() => Ok(Box::new(found.into_iter()) as Addrs),
                Ok(_) | Err(_) => Err(HostUnknown.into()),
            }
        })
    }
}

type Found = oneshot::Receiver<io::Result<Vec<SocketAddr>>>;

fn begin(lookup: Lookup, name: Name) -> Option<Found> {
    let (say, found) = oneshot::channel();
    let hanging = Hanging::begin()?;
    let run = move || {
        // Nobody may wait for it any more.
        let _ = say.send(lookup(name.as_str()));
        drop(hanging);
    };
    thread::Builder::new().name("waymark-lookup".to_owned()).spawn(run).ok()?;
    Some(found)
}

struct Hanging;

impl Hanging {
    fn begin() -> Option<Self> {
        let begun = Self;
        if HANGING.fetch_add(1, Ordering::Relaxed) < MOST_HANGING { Some(begun) } else { None }
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        HANGING.fetch_sub(1, Ordering::Relaxed);
    }
}
