//! `twin serve` as a stand-in of the API for programs in other languages.

use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::serve::Server;
use crate::support::Home;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples/other-languages")
}

/// Runs a program's own tests with the twin at hand; says so and passes when there is no such interpreter.
fn passes(interpreter: &str, arguments: &[&str]) {
    if Command::new(interpreter).arg("--version").stdout(Stdio::null()).status().is_err() {
        let _ = writeln!(std::io::stdout(), "{interpreter} is not at hand: its example was not run");
        return;
    }
    let mut command = Command::new(interpreter);
    command.args(arguments).current_dir(folder()).env("TWIN", env!("CARGO_BIN_EXE_twin"));
    let output = command.env("PYTHONDONTWRITEBYTECODE", "1").output().unwrap();
    let told =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
}

#[test]
fn a_python_program_is_tested_against_it() {
    passes("python3", &["-m", "unittest", "test_with_twin"]);
}

#[test]
fn a_javascript_program_is_tested_against_it() {
    passes("node", &["--test", "twin.test.mjs"]);
}

#[test]
fn the_docs_show_the_programs_that_are_tested() {
    let page = folder().join("../../docs/testing-with-twin-serve.md");
    let page = std::fs::read_to_string(page).unwrap();
    for name in ["test_with_twin.py", "twin.test.mjs"] {
        let program = std::fs::read_to_string(folder().join(name)).unwrap();
        assert!(page.contains(&program), "docs/testing-with-twin-serve.md shows another {name}");
    }
}

#[test]
fn it_says_without_a_key_what_it_is_and_what_the_api_looks_like() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    let get = |path: &str| {
        let address = server.url().strip_prefix("http://").unwrap().to_owned();
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let about = get("/");
    assert!(
        about.starts_with("HTTP/1.1 200 ") && about.contains("reference server of the Twin API"),
        "{about}"
    );
    let description = get("/openapi.yaml");
    assert!(
        description.contains("application/yaml") && description.contains("openapi: 3.0.3"),
        "{description}"
    );
    assert!(get("/robots.txt").starts_with("HTTP/1.1 401 "), "an unknown path answers as any other");
}

#[test]
fn faults_happen_as_the_flags_say() {
    let home = Home::new();
    let flags = ["--fault", "GET /v1/stats: 404 html, once", "--fault", "GET /v1/kb: 500 applied, always"];
    let server = Server::start(&home, &flags);
    let failed = server.twin(&home, &["stats", "--json"]).run();
    assert_ne!(failed.code, Some(0), "{failed:#?}");
    server.twin(&home, &["stats"]).run().exits(0);
    let wrong = home.twin(["serve", "--fault", "sometimes"]).run().exits(2);
    assert!(wrong.stderr.contains("is no fault"), "{wrong:#?}");
}

#[test]
fn without_a_rate_limit_nothing_is_refused() {
    let home = Home::new();
    let server = Server::start(&home, &["--no-rate-limit"]);
    let verbose = server.twin(&home, &["stats", "-v"]).run().exits(0);
    assert!(verbose.stderr.contains("of 1000000 left"), "{verbose:#?}");
    home.twin(["serve", "--no-rate-limit", "--rate-limit", "5"]).run().exits(2);
}
