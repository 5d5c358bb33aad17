//! `waymark demo`: plays a scenario with real processes over real HTTP, and checks every promise.
//!
//! The network is cut by a proxy of the harness, phones are killed by signals: neither phone nor
//! server has a flag or a hook for it. On a terminal it ends with the desk, over what the scenario left. Does not keep
//! anything, unless it is asked to: its directory goes when it ends.

mod cast;
mod checks;
mod desk;
mod forger;
mod kept;
mod proxy;
mod scenario;
mod story;

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::failure::{Done, print};

/// `waymark demo`
#[derive(Debug, clap::Args)]
pub(crate) struct DemoArgs {
    /// Exits when it is over, and does not serve the desk; 0 only if every promise that was checked held. Without a
    /// terminal it always exits.
    #[arg(long)]
    once: bool,
    /// Prints the summary as one JSON object, and nothing else.
    #[arg(long)]
    json: bool,
    /// Plays another scenario file.
    #[arg(long)]
    scenario: Option<PathBuf>,
    /// Keeps stores in this directory, and what went over the wire in `wire.jsonl`, to look at them.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// Plays nothing: checks what `--keep` left in this directory again.
    #[arg(long, conflicts_with = "keep")]
    check: Option<PathBuf>,
}

/// Runs the demo.
pub(crate) fn run(args: DemoArgs) -> Done {
    let DemoArgs { once, json, scenario, keep, check } = args;
    let began = Instant::now();
    let scenario = scenario::read(scenario.as_deref())?;
    if let Some(directory) = check {
        return check_again(&directory, &scenario);
    }
    let temporary = tempfile::tempdir()?;
    let directory = keep.clone().unwrap_or_else(|| temporary.path().to_owned());
    if !json {
        print(&scenario.title);
        print("");
    }
    let mut cast = cast::Cast::assemble(&directory, &scenario)?;
    let mut story = story::Story::new(&mut cast, &scenario.usual, json);
    story.play(&scenario)?;
    let told = checks::Told {
        conflicts: story.conflicts.len() as u64,
        left_open: story.left_open as u64,
        round_trips_max: story.round_trips_max as u64,
        failed: story.failed,
    };
    if keep.is_some() {
        kept::keep(&cast, &directory)?;
    }
    let mut summary = checks::check(&mut cast, &scenario, told)?;
    summary.seconds = (began.elapsed().as_secs_f64() * 10.0).round() / 10.0;
    if json {
        print(&serde_json::to_string(&summary).expect("a summary is plain data"));
    } else {
        print(&format!("\nAt the end\n{}", checks::table(&summary)));
    }
    checks::judge(&summary)?;
    if once || json || !io::stdout().is_terminal() {
        return Ok(());
    }
    desk::serve(&cast, &scenario)
}

/// Checks the stores that an earlier demo left.
fn check_again(directory: &Path, scenario: &scenario::Scenario) -> Done {
    let found = checks::look(&kept::Kept::read(directory, scenario)?, scenario)?;
    print(&serde_json::to_string(&found).expect("what was found is plain data"));
    checks::verdict(&found.faults)
}
