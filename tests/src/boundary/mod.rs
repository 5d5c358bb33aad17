//! Random calls of the C boundary: `random.c`, compiled against the header and run over stores of enrolled phones.
//!
//! Does not say how it is watched: the tests name a sanitizer or Valgrind.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::server::Server;
use crate::{BUILT, root, run};

/// How many stores the calls go to.
const PHONES: usize = 6;

/// A server, and stores of one phone that was enrolled with it: the first may call it, the others never do.
pub struct Boundary {
    server: Server,
    phones: PathBuf,
}

impl Boundary {
    /// Starts the server, enrols a phone and lays its store there as often as it is needed.
    ///
    /// # Panics
    /// When the command line does not do what it should.
    #[must_use]
    pub fn new() -> Self {
        let server = Server::start();
        let code = serde_json::json!({ "code": server.code, "name": "random" }).to_string();
        let enrolled = server.ask(&["enrol", &code]);
        assert!(enrolled["device"].is_string(), "{enrolled}");
        let phones = server.dir.path().join("phones");
        for number in 0..PHONES {
            copy(&server.phone_store(), &phones.join(number.to_string()));
        }
        Self { server, phones }
    }

    /// Compiles the program with these flags, beside the shared library.
    ///
    /// # Panics
    /// When gcc does not compile it.
    #[must_use]
    pub fn compile(&self, flags: &[&str]) -> PathBuf {
        let program = self.server.dir.path().join("random");
        let mut gcc = Command::new("gcc");
        gcc.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", "-g", "-pthread"]).args(flags);
        gcc.arg("-I").arg(root().join("mobile-ffi/include")).arg(root().join("tests/src/boundary/random.c"));
        gcc.arg("-o").arg(&program).arg("-L").arg(BUILT.as_os_str());
        run(gcc.arg(format!("-Wl,-rpath,{}", BUILT.display())).arg("-l:libwaymark.so"));
        program
    }

    /// Makes so many calls, and gives what the program printed.
    ///
    /// # Panics
    /// When the program says that something is wrong; the seed is in the message.
    #[must_use]
    pub fn call(&self, program: &Path, under: &[&OsStr], calls: u64, seed: u64) -> String {
        let words: Vec<OsString> =
            under.iter().map(|word| (*word).to_owned()).chain([program.as_os_str().to_owned()]).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).arg(&self.phones).arg(PHONES.to_string());
        run(command.arg(calls.to_string()).arg(seed.to_string()).arg(&self.server.address))
    }
}

impl Default for Boundary {
    fn default() -> Self {
        Self::new()
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory can be made");
    for entry in std::fs::read_dir(from).expect("the store is there") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("a file can be copied");
    }
}
