//! Profiles beside flags and the environment: which key goes where, and what is told of it.

use super::*;

const STAGING: &str = "twin_live_staging";

/// A profile `staging` with the address of this twin.
fn with_staging_profile(home: &Home, staging: &Bench, more: &str) {
    let config = format!("[profiles.staging]\nbase_url = \"{}\"\n{more}", staging.running.url());
    home.write(".config/twin/config.toml", config);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_named_by_a_flag_writes_to_its_own_twin_whatever_the_environment_says() {
    let production = bench().await;
    let staging = Bench::of(Reference::new().key(STAGING)).await;
    with_staging_profile(&production.home, &staging, &format!("api_key_command = \"echo {STAGING}\"\n"));
    // The address and the key of production are in the environment.
    let twin = |line: &[&str]| production.twin(line);
    twin(&["kb", "add", "-", "--title", "T", "--profile", "staging"]).with_stdin("Text.").exits(0);
    assert_eq!(production.requests(), Vec::<String>::new());
    assert_eq!(staging.requests()[0], "POST /v1/kb");
    // As a setting of the environment the profile stands behind the others.
    twin(&["stats"]).env("TWIN_PROFILE", "staging").run().exits(0);
    assert_eq!(production.requests(), ["GET /v1/stats"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environments_key_is_not_sent_to_the_address_of_a_profile_that_a_flag_named() {
    let production = bench().await;
    let staging = Bench::of(Reference::new().key(STAGING)).await;
    with_staging_profile(&production.home, &staging, "");
    let ran = production.twin(["stats", "--profile", "staging"]).run().exits(4);
    assert!(
        ran.stderr.contains("TWIN_API_KEY is not sent to") && ran.stderr.contains("twin login"),
        "{ran:#?}"
    );
    let line = ["stats", "--profile", "staging"];
    production.home.twin(line).env("TWIN_API_KEY", RIGHT).run().exits(4);
    assert_eq!((production.requests().len(), staging.requests().len()), (0, 0));
    // The environment may name the very address that its key is for.
    let twin = production.home.twin(line).env("TWIN_API_KEY", STAGING);
    twin.env("TWIN_BASE_URL", staging.running.url()).run().exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_is_asked_for_only_where_it_would_be_looked_for() {
    let bench = bench().await;
    with_staging_profile(&bench.home, &bench, "");
    let hint = |twin: Twin| twin.run().exits(4).json_error()["hint"].as_str().unwrap().to_owned();
    let named = hint(bench.home.twin(["stats", "--json", "--profile", "staging"]));
    assert!(named.contains("--api-key-file") && !named.contains("TWIN_API_KEY"), "{named}");
    let by_variable = hint(bench.home.twin(["stats", "--json"]).env("TWIN_PROFILE", "staging"));
    assert!(by_variable.contains("set TWIN_API_KEY"), "{by_variable}");

    with_staging_profile(&bench.home, &bench, &format!("api_key_command = \"echo {STAGING}\"\n"));
    let elsewhere = ["stats", "--json", "--base-url", "http://127.0.0.1:9"];
    let named = bench.home.twin(elsewhere.iter().chain(&["--profile", "staging"])).env("TWIN_API_KEY", RIGHT);
    let named = hint(named);
    assert!(named.contains("--api-key-file") && !named.contains("TWIN_API_KEY"), "{named}");
    let by_variable = hint(bench.home.twin(elsewhere).env("TWIN_PROFILE", "staging"));
    assert!(by_variable.contains("set TWIN_API_KEY"), "{by_variable}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_and_does_not_count_is_told_with_v() {
    let bench = bench().await;
    let other = "https://production.example";
    let ran = stats(&bench, &["-v"]).env("TWIN_BASE_URL", other).env("TWIN_API_KEY", RIGHT).run().exits(0);
    assert!(ran.stderr.contains("--base-url overrides TWIN_BASE_URL\n"), "{ran:#?}");
    let ran = stats(&bench, &[]).env("TWIN_BASE_URL", other).env("TWIN_API_KEY", RIGHT).run().exits(0);
    assert_eq!(ran.stderr, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_and_the_environment_say_how_long_to_wait_and_whom_to_trust() {
    let bench = bench().await;
    let slow = || bench.running.fault(twin_reference::Fault::slow(std::time::Duration::from_secs(20)));
    slow();
    let ran = bench.twin(["ask", "What?"]).env("TWIN_TIMEOUT", "50ms").run().exits(7);
    assert!(ran.stderr.contains("--timeout"), "{ran:#?}");
    with_staging_profile(&bench.home, &bench, "timeout = \"50ms\"\ncacert = \"company.pem\"\n");
    slow();
    let line = ["ask", "What?", "--profile", "staging"];
    let ran = bench.twin(line).env("TWIN_CACERT", "/nowhere/ca.pem").run().exits(2);
    assert!(ran.stderr.contains("/nowhere/ca.pem"), "{ran:#?}");
    let ran = bench.twin(line).run().exits(2);
    let in_its_folder = bench.home.path().join(".config/twin/company.pem");
    assert!(ran.stderr.contains(in_its_folder.to_str().unwrap()), "{ran:#?}");
    let certificate = rcgen::generate_simple_self_signed(["company.example".to_owned()]).unwrap();
    std::fs::write(in_its_folder, certificate.cert.pem()).unwrap();
    bench.twin(line).run().exits(7);
    let ran = bench.twin(["stats"]).env("TWIN_TIMEOUT", "soon").run().exits(2);
    assert!(ran.stderr.contains("TWIN_TIMEOUT"), "{ran:#?}");
}

#[test]
fn a_key_in_the_environment_needs_no_configuration_that_can_be_read() {
    let home = Home::new();
    std::fs::create_dir_all(home.path().join(".config/twin/config.toml")).unwrap();
    home.twin(["stats"]).run().exits(1);
    // The request is made: the address is the usual one, and the way there is cut.
    let twin = home.twin(["stats"]).env("TWIN_API_KEY", RIGHT).env("HTTPS_PROXY", "http://127.0.0.1:9");
    let ran = twin.run().exits(7);
    assert!(ran.stderr.contains("config.toml") && ran.stderr.contains("ignored"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_names_where_it_came_from_and_where_it_went() {
    let bench = bench().await;
    let ran = stats(&bench, &[]).env("TWIN_API_KEY", "twin_live_wrong").run().exits(4);
    assert!(
        ran.stderr.contains("key from TWIN_API_KEY") && ran.stderr.contains(bench.running.url()),
        "{ran:#?}"
    );
    let file = bench.home.write("wrong", "twin_live_wrong");
    let ran = stats(&bench, &["--api-key-file", "wrong"]).run().exits(4);
    assert!(ran.stderr.contains("key from wrong"), "{ran:#?}");
    // A bulk command that a refused key stops says so too.
    let line = ["kb", "delete", "doc_1", "doc_2", "--yes", "--base-url", bench.running.url()];
    let key = file.to_str().unwrap();
    let ran = bench.home.twin(line.iter().chain(&["--api-key-file", key])).run().exits(4);
    assert!(ran.stderr.contains(&format!("key from {key}")), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_a_profile_without_an_address_is_for_the_usual_one_alone() {
    let bench = bench().await;
    bench.home.write(
        ".config/twin/config.toml",
        format!("[profiles.default]\napi_key_command = \"echo {RIGHT}\"\n"),
    );
    let ran = stats(&bench, &[]).run().exits(4);
    assert!(ran.stderr.contains("belongs to https://api.twin.ai"), "{ran:#?}");
    assert_eq!(bench.requests(), Vec::<String>::new());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_anyone_may_change_and_a_file_of_someone_else_are_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench().await;
    write_credentials(&bench.home, bench.running.url(), RIGHT);
    let folder = bench.home.path().join(".config/twin");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    let ran = stats(&bench, &[]).run().exits(0);
    assert!(ran.stderr.contains("0777") && ran.stderr.contains("chmod 700"), "{ran:#?}");
    // Only the administrator can give a file away.
    if std::os::unix::fs::chown(folder.join("credentials.toml"), Some(4321), None).is_ok() {
        let ran = stats(&bench, &[]).run().exits(0);
        assert!(ran.stderr.contains("another user (id 4321)"), "{ran:#?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn stopping_ends_the_command_that_prints_the_key_and_what_it_started() {
    let bench = bench().await;
    let runs = |seconds: &str| {
        let processes = std::fs::read_dir("/proc").unwrap().flatten();
        let mut lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
        lines.any(|line| line == format!("sleep\0{seconds}\0").as_bytes())
    };
    let wait = async |seconds: &str, expected: bool| {
        while runs(seconds) != expected {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    };
    for (signal, code, seconds) in [("-TERM", 143, "271.828"), ("-INT", 130, "314.159")] {
        write_config(&bench, &format!("sleep {seconds}; echo {RIGHT}"));
        let mut child = stats(&bench, &[]).spawn();
        wait(seconds, true).await;
        std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        wait(seconds, false).await;
    }
}
