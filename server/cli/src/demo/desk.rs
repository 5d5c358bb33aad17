//! The end of a demo on a terminal: the desk, served over what the scenario left, until Ctrl-C.
//!
//! Accounts are set up as people set theirs up, with a one-time code each; the recovery codes stand for an authenticator
//! app. Does not play anything.

use std::net::{Ipv4Addr, SocketAddr};

use server::{Config, Fault, People, Running, Server, now_ms};

use super::cast::{Cast, unknown};
use super::scenario::{Person, Scenario};
use crate::failure::{Done, print};

/// Of everybody who has an account here: nobody in a demo is real, and the desk is reached from this machine alone.
const PASSWORD: &str = "nobody here exists";
/// The address that `waymark serve` has as well.
const PORT: u16 = 8470;
/// How many of the recovery codes are printed: as many as fit on a line.
const CODES: usize = 5;

/// Serves the desk until Ctrl-C.
pub(super) fn serve(cast: &Cast, scenario: &Scenario) -> Done {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _inside = runtime.enter();
    // Asked for before the address is printed: whoever reads it can press Ctrl-C at once.
    let mut interrupted = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    let sign_ins = sign_ins(cast, scenario)?;
    let running = start(cast)?;
    print(&said(running.address, &sign_ins));
    runtime.block_on(interrupted.recv());
    running.stop()?;
    print("\nThe desk is closed.");
    Ok(())
}

/// Starts the server at the usual port, or at another where that one is taken.
fn start(cast: &Cast) -> Done<Running> {
    let at = |port| {
        let config = Config::new(cast.data.clone(), SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Server::start(Config { people: People::Invented, ..config })
    };
    match at(PORT) {
        Err(Fault::PortInUse(_)) => Ok(at(0)?),
        other => Ok(other?),
    }
}

/// Somebody who can sign in.
struct SignIn<'a> {
    name: &'a str,
    who: String,
    codes: Vec<String>,
}

/// Sets up an account for everybody whom the scenario gives a sign-in name.
fn sign_ins<'a>(cast: &Cast, scenario: &'a Scenario) -> Done<Vec<SignIn<'a>>> {
    let admin = server::admin::open(&cast.data)?;
    let mut sign_ins = Vec::new();
    for person in &scenario.people {
        let Some(name) = person.sign_in.as_deref() else { continue };
        let user = *cast.users.get(&person.id).ok_or_else(|| unknown("person", &person.id))?;
        let one_time = admin.enrol_code(user, now_ms())?.code;
        let codes = admin.set_up_desk(&one_time, (name, PASSWORD), now_ms())?;
        sign_ins.push(SignIn { name, who: who(person, scenario), codes });
    }
    Ok(sign_ins)
}

fn who(person: &Person, scenario: &Scenario) -> String {
    let service = scenario.providers.iter().find(|provider| provider.id == person.org);
    let org = service.map_or(&scenario.force.name, |service| &service.name);
    format!("{}, {}, {org}", person.name, person.role.replace('_', " "))
}

fn said(address: SocketAddr, sign_ins: &[SignIn<'_>]) -> String {
    let widest = |words: &dyn Fn(&SignIn<'_>) -> usize| sign_ins.iter().map(words).max().unwrap_or_default();
    let (name, who) = (widest(&|one| one.name.len()), widest(&|one| one.who.len()));
    let line = |one: &SignIn<'_>| {
        let codes = one.codes.iter().take(CODES).map(String::as_str).collect::<Vec<_>>().join("  ");
        format!("  {:<name$}  {:<who$}  {codes}\n", one.name, one.who)
    };
    let lines: String = sign_ins.iter().map(line).collect();
    format!(
        "\nThe desk is open until you press Ctrl-C: http://{address}\n\nSign in with a name, the password and a code. A code counts once.\n\n{lines}\n  The password of all is: {PASSWORD}"
    )
}
