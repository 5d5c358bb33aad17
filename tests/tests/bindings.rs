//! The Python and the Java package: made code is current, each wraps the whole header, and people's days are played through
//! both beside a real server.
//!
//! What the packages say themselves lies beside them, in `mobile-ffi/bindings`. Does not test what the library decides.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tests::server::Server;
use tests::{BUILT, root, run};

use crate::header;

/// Where Debian's `libjna-java` puts it.
pub(crate) const JNA: &str = "/usr/share/java/jna.jar";

/// The oldest Java that the package is for.
const JAVA: &str = "11";

fn bindings() -> PathBuf {
    root().join("mobile-ffi/bindings")
}

#[test]
fn the_typed_commands_are_what_the_schemas_say() {
    run(Command::new(env!("CARGO_BIN_EXE_bindings")).arg("--check"));
}

#[test]
fn both_packages_wrap_each_function_of_the_header() {
    let read = |path: &str| fs::read_to_string(bindings().join(path)).expect("it is there");
    let (python, java) = (read("python/waymark/_native.py"), read("java/src/main/java/waymark/Native.java"));
    for function in header::functions().into_keys() {
        assert!(python.contains(&format!("\"{function}\": ")), "{function} is not in the Python package");
        assert!(java.contains(&format!(" {function}(")), "{function} is not in the Java package");
    }
    let version = header::abi_version();
    assert!(python.contains(&format!("\nABI_VERSION = {version}\n")), "{version}");
    assert!(java.contains(&format!(" ABI_VERSION = {version};")), "{version}");
}

#[test]
fn both_packages_have_the_version_of_the_library() {
    let version = env!("CARGO_PKG_VERSION");
    let python = fs::read_to_string(bindings().join("python/pyproject.toml")).expect("it is there");
    let java = fs::read_to_string(bindings().join("java/pom.xml")).expect("it is there");
    assert!(python.contains(&format!("\nversion = \"{version}\"\n")));
    assert!(java.contains(&format!("<artifactId>waymark</artifactId>\n  <version>{version}</version>")));
}

/// A server that knows the people of the stories.
fn server() -> Server {
    let people = [("BELL", "officer"), ("OBI", "officer"), ("ASH", "officer"), ("REID", "provider_lead")];
    Server::with(&people.map(|(name, role)| (name.to_owned(), role)))
}

/// Tells a program where the server is, and everybody's code.
pub(crate) fn told<'a>(command: &'a mut Command, server: &Server) -> &'a mut Command {
    command.env("WAYMARK_SERVER", &server.address).env("WAYMARK_LIBRARY", BUILT.join("libwaymark.so"));
    command.env("WAYMARK_CODE_KAUR", &server.code);
    for (name, code) in &server.codes {
        command.env(format!("WAYMARK_CODE_{name}"), code);
    }
    command
}

/// Python with the package, which leaves no files behind in the repository.
pub(crate) fn python() -> Command {
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", bindings().join("python")).env("PYTHONDONTWRITEBYTECODE", "1");
    python
}

/// Compiles Java sources, with the package before them; gives the class path to run them with.
pub(crate) fn compiled_java(sources: &[PathBuf], classes: &Path) -> String {
    let package = bindings().join("java/src/main/java/waymark");
    let package = fs::read_dir(package).expect("it is there").map(|file| file.expect("a file").path());
    let mut javac = Command::new("javac");
    javac.args(["--release", JAVA, "-encoding", "UTF-8", "-Xlint:all,-options,-processing", "-Werror"]);
    javac.args(["-cp", JNA, "-d"]).arg(classes).args(package).args(sources);
    run(&mut javac);
    format!("{}:{JNA}", classes.display())
}

/// Java with a class path; the phone library is looked for where it was built.
pub(crate) fn java(class_path: &str) -> Command {
    let mut java = Command::new("java");
    java.args(["-cp", class_path]).arg(format!("-Djna.library.path={}", BUILT.display()));
    // The first start of JNA unpacks a file; many tests run at once.
    java.args(["-Djna.nosys=false", "-Xshare:auto", "-XX:TieredStopAtLevel=1"]);
    java
}

#[test]
fn in_python_a_referral_made_without_signal_is_taken_on_and_read_back() {
    let server = server();
    let story = bindings().join("python/tests/story.py");
    run(told(python().arg(story), &server));
}

#[test]
fn in_java_a_referral_made_without_signal_is_taken_on_and_read_back() {
    let server = server();
    let classes = server.dir.path().join("classes");
    let class_path = compiled_java(&[bindings().join("java/src/test/java/waymark/Story.java")], &classes);
    let said = run(told(java(&class_path).arg("waymark.Story").arg(server.dir.path()), &server));
    assert!(said.ends_with("all of it is as it must be\n"), "{said}");
}
