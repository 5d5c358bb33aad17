//! What the process does when it is told to end.
//!
//! As process 1 of a container too, where a signal that nobody handles is nothing. Does not end the process itself:
//! `main` returns when the server has ended.

use std::sync::mpsc;

use actix_web::dev::ServerHandle;
use tokio::signal::unix::{SignalKind, signal};

use crate::fault::Fault;

/// Stops the server on SIGTERM or SIGINT: the first time what is running is finished, the second time not.
pub(super) fn stop_when_told(handle: ServerHandle) -> Result<(), Fault> {
    let (sender, ready) = mpsc::channel();
    let wait = async move {
        let signals =
            signal(SignalKind::terminate()).and_then(|term| Ok((term, signal(SignalKind::interrupt())?)));
        let (mut term, mut interrupt) = match signals {
            Ok(signals) => signals,
            Err(error) => return drop(sender.send(Err(Fault::from(error)))),
        };
        // Whoever starts it waits for this, or has gone away.
        drop(sender.send(Ok(())));
        for graceful in [true, false] {
            tokio::select! {
                _ = term.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!(graceful, "told to end");
            drop(handle.stop(graceful));
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("waymark-signals".to_owned()).spawn(move || runtime.block_on(wait))?;
    ready.recv().map_err(|_| Fault::Stopped)?
}
