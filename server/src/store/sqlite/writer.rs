//! The one thread that writes, with group commit.
//!
//! ```text
//!   jobs ──▶ queue ──▶ BEGIN IMMEDIATE  [SAVEPOINT job save RELEASE] × n  COMMIT ──▶ kept-outside.log ──▶ replies
//! ```
//! A job that gives a fault is rolled back alone; one without company needs no savepoint. No reply leaves before the
//! commit, so nobody is told of what a power cut could take back. Does not know what jobs do.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{Builder, JoinHandle};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::{Sql, erasures};
use crate::fault::Fault;
use crate::outside::file::Outside;
use crate::store::Writes;
use crate::store::past::ReadsPast as _;
use crate::store::work::{self, Kept};

/// How many jobs share one commit at most.
const MAX_GROUP: usize = 64;

/// Runs inside the transaction, and gives what is to be told after the commit.
type Job = Box<dyn FnOnce(&Connection, &RefCell<Kept>, Company) -> Reply + Send>;
/// Takes what became of the commit.
type Reply = Box<dyn FnOnce(Result<(), Fault>) + Send>;

/// Whether other jobs share the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    Alone,
    Group,
}

/// The handle of the writer thread; dropping it finishes the queue and ends the thread.
pub(super) struct Writer {
    queue: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, outside: Outside) -> Result<Self, Fault> {
        let (queue, jobs) = channel();
        let thread = Builder::new()
            .name("waymark-writer".to_owned())
            .spawn(move || run(connection, outside, &jobs))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Puts a job into the queue.
    pub(super) fn submit<T: Send + 'static>(
        &self,
        job: impl FnOnce(&dyn Writes) -> Result<T, Fault> + Send + 'static,
    ) -> oneshot::Receiver<Result<T, Fault>> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move |connection, kept, company| {
            let result = undone_on_fault(connection, kept, company, job);
            Box::new(move |committed| {
                // The caller may have gone away; what was written stays.
                let _ = sender.send(committed.and(result));
            })
        });
        if let Some(queue) = &self.queue {
            // A closed queue drops the job and with it the sender: the caller learns that it stopped.
            let _ = queue.send(job);
        }
        receiver
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(mut connection: Connection, mut outside: Outside, jobs: &Receiver<Job>) {
    let (kept, mut version) = (RefCell::default(), None);
    while let Ok(first) = jobs.recv() {
        let group: Vec<_> = std::iter::once(first).chain(jobs.try_iter().take(MAX_GROUP - 1)).collect();
        let mut replies = Vec::with_capacity(group.len());
        let committed = commit(&mut connection, (&kept, &mut version), group, &mut replies);
        let committed = committed.and_then(|()| afterwards(&mut connection, &mut outside, &kept));
        if let Err(fault) = &committed {
            tracing::error!(%fault, "a group of writes was not committed");
            kept.borrow_mut().forget();
        }
        replies.into_iter().for_each(|reply| reply(committed.clone()));
    }
}

fn commit(
    connection: &mut Connection,
    (kept, version): (&RefCell<Kept>, &mut Option<i64>),
    group: Vec<Job>,
    replies: &mut Vec<Reply>,
) -> Result<(), Fault> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // It changes when another connection has written: what was kept may be out of date.
    let mut query = transaction.prepare_cached("PRAGMA data_version")?;
    let now = query.query_row([], |row| row.get(0))?;
    drop(query);
    if version.replace(now) != Some(now) {
        kept.borrow_mut().forget();
    }
    let company = if group.len() == 1 { Company::Alone } else { Company::Group };
    replies.extend(group.into_iter().map(|job| job(&transaction, kept, company)));
    transaction.commit()?;
    Ok(())
}

/// What a commit is followed by when a job erased or noted something outside, or nobody knows whether one did.
fn afterwards(connection: &mut Connection, outside: &mut Outside, kept: &RefCell<Kept>) -> Result<(), Fault> {
    if kept.borrow().nothing_follows {
        return Ok(());
    }
    let scrubbed = erasures::scrub(connection);
    if let Err(fault) = &scrubbed {
        tracing::error!(%fault, "erased bodies are not yet gone from the write-ahead log");
    }
    follow(connection, outside)?;
    kept.borrow_mut().nothing_follows = scrubbed.is_ok();
    Ok(())
}

/// Appends what the store has noted and the file does not hold yet. When that fails, nobody is told that
/// it was done; the next commit tries again.
pub(super) fn follow(connection: &Connection, outside: &mut Outside) -> Result<(), Fault> {
    let noted = Sql(connection).kept_outside(outside.count())?;
    if noted.is_empty() { Ok(()) } else { outside.append(&noted) }
}

/// Runs a job so that one that gives a fault leaves nothing. In a group each job has a savepoint of its own; one that is
/// alone has the transaction.
fn undone_on_fault<T>(
    connection: &Connection,
    kept: &RefCell<Kept>,
    company: Company,
    job: impl FnOnce(&dyn Writes) -> Result<T, Fault>,
) -> Result<T, Fault> {
    if company == Company::Group {
        connection.prepare_cached("SAVEPOINT job")?.execute([])?;
    }
    // One job that panics must not end the writer, and with it the server.
    let result = catch_unwind(AssertUnwindSafe(|| work::Job::run(&Sql(connection), kept, job)));
    let result = result.unwrap_or_else(|_| {
        kept.borrow_mut().forget();
        Err(Fault::Database("a write job failed".to_owned()))
    });
    match (company, &result) {
        (Company::Alone, Ok(_)) => {}
        (Company::Alone, Err(_)) => connection.execute_batch("ROLLBACK; BEGIN IMMEDIATE")?,
        (Company::Group, Ok(_)) => drop(connection.prepare_cached("RELEASE job")?.execute([])?),
        (Company::Group, Err(_)) => connection.execute_batch("ROLLBACK TO job; RELEASE job")?,
    }
    result
}
