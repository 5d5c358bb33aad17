//! Signing in at the web desk: password and authenticator, set up from a one-time code; sessions.
//!
//! ```text
//!   one-time code ─▶ set-up session ─▶ password + first code ─▶ account ─▶ open session
//!   sign-in name + password ─▶ password session ─▶ code ─▶ open session ─▶ idle, absolute end, sign-out
//!   identity provider ─▶ linked account ─▶ open session
//! ```
//! Who a person is and what they may do comes from the server's list of people, with every request. Does not know
//! HTTP: cookies and forms are of [`crate::pages`].

pub(crate) mod linked;
pub(crate) mod oidc;
pub(crate) mod password;
pub(crate) mod totp;

use sync_core::ids::{Digest, UserId};

use crate::enrol;
use crate::fault::Fault;
use crate::keys::{base64url, random, sha256};
use crate::store::sign_in::{Account, Over, Session, Stage};
use crate::store::{Reads, Writes};

const MINUTE_MS: u64 = 60_000;
/// How long a session lasts without a request.
pub(crate) const IDLE_MS: u64 = 30 * MINUTE_MS;
/// How long a session lasts at most: a long shift.
pub(crate) const ABSOLUTE_MS: u64 = 12 * 60 * MINUTE_MS;
/// How long somebody may take over password and authenticator …
const SET_UP_MS: u64 = 30 * MINUTE_MS;
/// … and to type a code after the password.
const CODE_MS: u64 = 10 * MINUTE_MS;
/// A session's last request is noted this often: a write for every page would be too much.
const NOTED_MS: u64 = MINUTE_MS;
/// How long what was being typed is kept when a session has ended, and so how long it is known whose session it was.
const KEPT_MS: u64 = 12 * 60 * MINUTE_MS;
/// Wrong codes in a row after a right password, before somebody waits …
const FREE_WRONG_CODES: u64 = 5;
/// … and for how long: a guess a minute finds one of a million codes in months.
const CODE_WAIT_MS: u64 = MINUTE_MS;
const RECOVERY_CODES: usize = 10;

/// What a browser holds in its cookie; the store knows its hash.
pub(crate) struct Token(String);

impl Token {
    pub(crate) fn new() -> Self {
        Self(base64url(&random::<32>()))
    }

    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> Digest {
        sha256(&[b"waymark/session/1", self.0.as_bytes()].concat())
    }

    /// What every form of this browser carries. Nobody else can name it: it is made from the token, which no page
    /// shows and no other site reads.
    pub(crate) fn form_key(&self) -> String {
        base64url(&sha256(&[b"waymark/form/1", self.0.as_bytes()].concat()).0)
    }
}

/// A name as it is kept: people do not mind capitals or spaces around it.
pub(crate) fn tidy_name(typed: &str) -> String {
    typed.trim().to_lowercase()
}

/// The session of a token that still counts.
pub(crate) fn find(read: &dyn Reads, token: Digest, now_ms: u64) -> Result<Option<Session>, Fault> {
    Ok(read.session(token)?.filter(|session| counts(session, now_ms)))
}

/// Whose session a token was: it may have ended, but nobody was signed out on purpose.
pub(crate) fn whose(read: &dyn Reads, token: Digest) -> Result<Option<UserId>, Fault> {
    let session = read.session(token)?.filter(|session| session.stage == Stage::Open);
    Ok(session.map(|session| session.user))
}

/// What was kept before counts no longer.
pub(crate) fn kept_from_ms(now_ms: u64) -> u64 {
    now_ms.saturating_sub(KEPT_MS)
}

/// Whether a session is not over.
pub(crate) fn counts(session: &Session, now_ms: u64) -> bool {
    let (age_ms, idle_ms) = (now_ms.saturating_sub(session.began_ms), now_ms.saturating_sub(session.seen_ms));
    match session.stage {
        Stage::SetUp => age_ms < SET_UP_MS,
        Stage::Password => age_ms < CODE_MS,
        Stage::Open => idle_ms < IDLE_MS && age_ms < ABSOLUTE_MS,
    }
}

/// Whether the store should hear that a session is in use.
pub(crate) fn is_to_be_noted(session: &Session, now_ms: u64) -> bool {
    session.stage == Stage::Open && now_ms.saturating_sub(session.seen_ms) >= NOTED_MS
}

/// Notes that a session is in use; one that ended meanwhile stays ended.
pub(crate) fn note(tx: &dyn Writes, token: Digest, now_ms: u64) -> Result<(), Fault> {
    match find(tx, token, now_ms)? {
        Some(session) => tx.put_session(&Session { seen_ms: now_ms, ..session }),
        None => Ok(()),
    }
}

/// Begins a session; those that ended long ago are cleared away, with what was being typed in them.
fn begin(
    tx: &dyn Writes,
    token: Digest,
    user: UserId,
    (stage, secret): (Stage, Vec<u8>),
    now_ms: u64,
) -> Result<(), Fault> {
    let from_ms = kept_from_ms(now_ms);
    let (began_before_ms, seen_before_ms) =
        (from_ms.saturating_sub(ABSOLUTE_MS), from_ms.saturating_sub(IDLE_MS));
    tx.end_old_sessions(Over { began_before_ms, seen_before_ms })?;
    tx.forget_kept_forms(from_ms)?;
    tx.put_session(&Session { token, user, stage, secret, began_ms: now_ms, seen_ms: now_ms })
}

/// Uses a one-time code up and begins the set-up of its person's account; false when the code does not count.
pub(crate) fn begin_set_up(tx: &dyn Writes, token: Digest, code: &str, now_ms: u64) -> Result<bool, Fault> {
    let Some(user) = enrol::take_code(tx, code, now_ms)? else { return Ok(false) };
    begin(tx, token, user, (Stage::SetUp, random::<20>().to_vec()), now_ms)?;
    tracing::info!(%user, "the set-up of a desk account began");
    Ok(true)
}

/// What somebody chose for their account.
pub(crate) struct Chosen {
    pub(crate) sign_in_name: String,
    /// Hashed already.
    pub(crate) password: String,
    /// The first code of the authenticator.
    pub(crate) code: String,
}

/// How a set-up ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SetUp {
    /// The account is there and the browser signed in; these are the recovery codes.
    Done(Vec<String>),
    /// Another person has the name.
    NameTaken,
    /// The authenticator's code is another one.
    WrongCode,
    /// It took too long, or the person may no longer act.
    Over,
}

/// Sets an account up, or anew; the person is signed out everywhere else.
pub(crate) fn set_up(
    tx: &dyn Writes,
    (set_up, open): (Digest, Digest),
    chosen: Chosen,
    now_ms: u64,
) -> Result<SetUp, Fault> {
    let session = find(tx, set_up, now_ms)?.filter(|session| session.stage == Stage::SetUp);
    let Some(Session { user, secret, .. }) = session else { return Ok(SetUp::Over) };
    if tx.present_right(user)?.is_none() {
        return Ok(SetUp::Over);
    }
    let Some(last_step) = totp::step_of(&secret, &chosen.code, now_ms, 0) else {
        return Ok(SetUp::WrongCode);
    };
    let Chosen { sign_in_name, password, .. } = chosen;
    if tx.account_named(&sign_in_name)?.is_some_and(|other| other.user != user) {
        return Ok(SetUp::NameTaken);
    }
    tx.end_sessions_of(user)?;
    // Whoever has another code of theirs would be a second person in their name.
    tx.void_codes(user)?;
    // A set-up says anew how somebody signs in: no way of before is left.
    tx.drop_link(user)?;
    let (wrong_codes, wait_until_ms) = (0, 0);
    tx.put_account(&Account {
        user,
        sign_in_name,
        password,
        totp: secret,
        last_step,
        wrong_codes,
        wait_until_ms,
    })?;
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code()).collect();
    tx.set_recovery_codes(user, &codes.iter().map(|code| recovery_hash(code)).collect::<Vec<_>>())?;
    begin(tx, open, user, (Stage::Open, Vec::new()), now_ms)?;
    tracing::info!(%user, "a desk account was set up");
    Ok(SetUp::Done(codes))
}

/// Sets an account up with a one-time code, without a browser: as its person would, and signed in nowhere. The
/// recovery codes; none when the code does not count.
pub(crate) fn set_up_here(
    tx: &dyn Writes,
    one_time_code: &str,
    (sign_in_name, password): (String, String),
    now_ms: u64,
) -> Result<Option<Vec<String>>, Fault> {
    let (set_up_in, open) = (Token::new().hash(), Token::new().hash());
    if !begin_set_up(tx, set_up_in, one_time_code, now_ms)? {
        return Ok(None);
    }
    let Some(Session { secret, .. }) = find(tx, set_up_in, now_ms)? else { return Ok(None) };
    let code = totp::code_at(&secret, now_ms);
    let SetUp::Done(recovery_codes) =
        set_up(tx, (set_up_in, open), Chosen { sign_in_name, password, code }, now_ms)?
    else {
        return Ok(None);
    };
    tx.end_session(open)?;
    Ok(Some(recovery_codes))
}

/// After a right password: the code is asked for.
pub(crate) fn begin_code(tx: &dyn Writes, token: Digest, user: UserId, now_ms: u64) -> Result<(), Fault> {
    begin(tx, token, user, (Stage::Password, Vec::new()), now_ms)
}

/// What a code did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coded {
    /// The browser is signed in.
    Open,
    /// It is another one, or was used before.
    Wrong,
    /// Too many were wrong: none is looked at for so many milliseconds.
    Wait(u64),
    /// It took too long: the password is asked for again.
    Over,
}

/// Signs in with an authenticator's code, or with a recovery code.
///
/// Wrong codes make the account wait, from whatever address they come. Only who knows the password gets here, so a
/// stranger cannot make anybody wait.
pub(crate) fn with_code(
    tx: &dyn Writes,
    (password, open): (Digest, Digest),
    code: &str,
    now_ms: u64,
) -> Result<Coded, Fault> {
    let session = find(tx, password, now_ms)?.filter(|session| session.stage == Stage::Password);
    let Some(session) = session else { return Ok(Coded::Over) };
    let coded = try_code(tx, session.user, code, now_ms)?;
    if coded == Coded::Open {
        tx.end_session(session.token)?;
        begin(tx, open, session.user, (Stage::Open, Vec::new()), now_ms)?;
        tracing::info!(user = %session.user, "signed in at the desk");
    }
    Ok(coded)
}

/// Looks at a code of a person's authenticator, or a recovery code; [`Coded::Open`] when it counts.
pub(crate) fn try_code(tx: &dyn Writes, user: UserId, code: &str, now_ms: u64) -> Result<Coded, Fault> {
    let account = tx.account(user)?;
    let (Some(mut account), Some(_)) = (account, tx.present_right(user)?) else { return Ok(Coded::Over) };
    if now_ms < account.wait_until_ms {
        return Ok(Coded::Wait(account.wait_until_ms - now_ms));
    }
    // A code counts once, so that whoever looks over a shoulder or listens in cannot use it again.
    let step = totp::step_of(&account.totp, code, now_ms, account.last_step);
    if step.is_some() || tx.take_recovery_code(user, recovery_hash(&tidy_code(code)))? {
        account.last_step = step.unwrap_or(account.last_step);
        (account.wrong_codes, account.wait_until_ms) = (0, 0);
        tx.put_account(&account)?;
        tracing::info!(%user, with_recovery_code = step.is_none(), "a code counted");
        return Ok(Coded::Open);
    }
    account.wrong_codes += 1;
    if account.wrong_codes >= FREE_WRONG_CODES {
        account.wait_until_ms = now_ms + CODE_WAIT_MS;
        tracing::warn!(%user, wrong = account.wrong_codes, "wrong codes after a right password");
    }
    tx.put_account(&account)?;
    Ok(Coded::Wrong)
}

/// Ten letters and digits in two groups: 50 bits.
fn recovery_code() -> String {
    let code = enrol::code_text(u128::from_be_bytes(random()));
    format!("{}-{}", &code[16..21], &code[21..26])
}

fn recovery_hash(code: &str) -> Digest {
    sha256(&[b"waymark/recovery/1", code.as_bytes()].concat())
}

/// A recovery code as it was shown, however it is typed.
fn tidy_code(typed: &str) -> String {
    let letters = enrol::tidy_code(typed);
    match letters.split_at_checked(5) {
        Some((one, other)) => format!("{one}-{other}"),
        None => letters,
    }
}
