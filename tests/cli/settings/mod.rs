//! Where the key and the address come from, and where the key never goes.

mod profiles;

use serde_json::json;
use twin_reference::Reference;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::support::{Bench, Home, Twin};

const RIGHT: &str = "twin_live_right";

async fn bench() -> Bench {
    Bench::of(Reference::new().key(RIGHT)).await
}

/// `twin stats` against this twin, with a key of neither flag nor variable.
fn stats(bench: &Bench, flags: &[&str]) -> Twin {
    let line = ["stats", "--base-url", bench.running.url()];
    bench.home.twin(line.iter().chain(flags))
}

fn write_config(bench: &Bench, command: &str) {
    let url = bench.running.url();
    let config = format!("[profiles.default]\nbase_url = \"{url}\"\napi_key_command = \"{command}\"\n");
    bench.home.write(".config/twin/config.toml", config);
}

fn write_credentials(home: &Home, origin: &str, key: &str) {
    let text = format!("[profiles.default]\norigin = \"{origin}\"\napi_key = \"{key}\"\n");
    let path = home.write(".config/twin/credentials.toml", text);
    #[cfg(unix)]
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_looked_for_in_the_order_of_the_page() {
    let bench = bench().await;
    let file = bench.home.write("key", format!("{RIGHT}\n"));
    let file = file.to_str().unwrap();
    let wrong_file = bench.home.write("wrong", "twin_live_wrong");
    let wrong_file = wrong_file.to_str().unwrap();

    stats(&bench, &[]).run().exits(4);
    write_credentials(&bench.home, bench.running.url(), RIGHT);
    stats(&bench, &[]).run().exits(0);
    write_config(&bench, "echo twin_live_wrong");
    stats(&bench, &[]).run().exits(4);
    write_config(&bench, &format!("echo {RIGHT}"));
    write_credentials(&bench.home, bench.running.url(), "twin_live_wrong");
    stats(&bench, &[]).run().exits(0);
    stats(&bench, &["--api-key-file", wrong_file]).run().exits(4);
    write_config(&bench, "exit 1");
    stats(&bench, &["--api-key-file", file]).run().exits(0);
    stats(&bench, &["--api-key-file", "-"]).with_stdin(RIGHT).exits(0);
    stats(&bench, &["--api-key-file", file]).env("TWIN_API_KEY", "twin_live_wrong").run().exits(0);
    stats(&bench, &["--api-key-file", wrong_file]).env("TWIN_API_KEY", RIGHT).run().exits(4);
    stats(&bench, &[]).env("TWIN_API_KEY", RIGHT).run().exits(0);
    stats(&bench, &[]).env("TWIN_API_KEY", "twin_live_wrong").run().exits(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_profiles_command_says_on_standard_error_is_heard() {
    let bench = bench().await;
    write_config(&bench, "echo 'touch the security key' >&2; exit 3");
    let ran = stats(&bench, &[]).run().exits(4);
    assert!(ran.stderr.starts_with("touch the security key\nerror: "), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_without_a_key_is_logged_in_to_by_its_name() {
    let bench = bench().await;
    bench.home.twin(["config", "set", "profiles.work.base_url", bench.running.url()]).run().exits(0);
    let ran = stats(&bench, &["--profile", "work"]).run().exits(4);
    assert!(ran.stderr.contains("twin login --profile work"), "{ran:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_variable_counts_as_unset() {
    let bench = bench().await;
    write_credentials(&bench.home, bench.running.url(), RIGHT);
    let twin = stats(&bench, &[]).env("TWIN_API_KEY", "").env("TWIN_PROFILE", "").env("TWIN_LOCAL", "");
    twin.env("TWIN_BASE_URL", "").env("NO_COLOR", "").run().exits(0);
    let twin = bench.home.twin(["stats"]).env("TWIN_BASE_URL", bench.running.url());
    twin.env("TWIN_CACERT", "").env("TWIN_TIMEOUT", "").run().exits(0);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_no_text_is_refused_and_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let bench = bench().await;
    write_credentials(&bench.home, bench.running.url(), RIGHT);
    let ran = stats(&bench, &[]).env("TWIN_API_KEY", std::ffi::OsStr::from_bytes(b"\xff\xfe")).run().exits(4);
    assert!(ran.stderr.contains("TWIN_API_KEY"), "{ran:#?}");
    assert_eq!(bench.requests(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stored_key_is_sent_to_its_own_origin_alone() {
    let (bench, other) = (bench().await, bench().await);
    write_credentials(&bench.home, other.running.url(), RIGHT);
    let ran = stats(&bench, &[]).run().exits(4);
    assert!(ran.stderr.contains(other.running.url()) && ran.stderr.contains(bench.running.url()), "{ran:#?}");
    assert_eq!(bench.requests(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profiles_command_is_for_the_profiles_own_address() {
    let bench = bench().await;
    let config = |url: &str| {
        let text = format!(
            "profile = \"work\"\n[profiles.work]\nbase_url = \"{url}\"\napi_key_command = \"echo {RIGHT}\"\n"
        );
        bench.home.write(".config/twin/config.toml", text);
    };
    config(bench.running.url());
    bench.home.twin(["stats"]).run().exits(0);
    config("https://api.twin.example");
    stats(&bench, &[]).run().exits(4);
    assert_eq!(bench.requests().len(), 1);
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_credentials_file_that_others_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench().await;
    write_credentials(&bench.home, bench.running.url(), RIGHT);
    assert_eq!(stats(&bench, &[]).run().exits(0).stderr, "");
    let path = bench.home.path().join(".config/twin/credentials.toml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = stats(&bench, &[]).run().exits(0);
    assert!(ran.stderr.contains("warning: ") && ran.stderr.contains("0644"), "{ran:#?}");
}

#[test]
fn plain_http_is_refused_except_to_loopback() {
    let home = Home::new();
    for url in [
        "http://localhost.:1",
        "http://twin.localhost:1",
        "http://api.twin.ai",
        "http://10.1.2.3:80",
        "http://localhost.example",
    ] {
        let twin = home.twin(["stats"]).env("TWIN_API_KEY", RIGHT);
        twin.env("TWIN_BASE_URL", url).run().exits(2);
        home.twin(["stats", "--base-url", url]).run().exits(2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn loopback_never_goes_through_a_proxy() {
    let bench = bench().await;
    let mut twin = stats(&bench, &[]).env("TWIN_API_KEY", RIGHT);
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        twin = twin.env(name, "http://127.0.0.1:9");
    }
    twin.run().exits(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_shows_in_no_output() {
    let bench = bench().await;
    for key in [RIGHT, "twin_live_sk_verysecret"] {
        for line in
            [["stats", "-vvv"].as_slice(), &["stats", "-vv", "--json"], &["kb", "get", "doc_x", "-vv"]]
        {
            let url = bench.running.url();
            let ran = bench.home.twin(line).env("TWIN_API_KEY", key).env("TWIN_BASE_URL", url).run();
            assert!(!ran.stdout.contains(key) && !ran.stderr.contains(key), "{ran:#?}");
            assert!(ran.stderr.contains("/v1/"), "{ran:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn vv_shows_headers_and_the_text_of_errors_and_no_key() {
    let bench = bench().await;
    let long = format!("the key {RIGHT} {}", "x".repeat(4_000));
    let failing = ResponseTemplate::new(500)
        .insert_header("x-request-id", "r-1")
        .insert_header("set-cookie", "session=secret")
        .set_body_json(json!({ "error": long }));
    Mock::given(any()).respond_with(failing).mount(bench.running.mock_server()).await;
    let ran = |flag: &str| stats(&bench, &[flag]).env("TWIN_API_KEY", RIGHT).run().exits(7).stderr;
    let told = ran("-vv");
    for shown in [
        "> accept-encoding: identity",
        "> user-agent: twin-cli/",
        "< x-request-id: r-1",
        "< content-type: application/json",
    ] {
        assert!(told.contains(shown), "{shown}: {told}");
    }
    let body = told.lines().find(|line| line.starts_with("< | ")).unwrap();
    assert!(body.contains("the key twin_live_…") && body.len() <= 2_100, "{body}");
    for hidden in [RIGHT, "authorization", "session=secret"] {
        assert!(!told.to_lowercase().contains(hidden), "{hidden}: {told}");
    }
    assert!(!ran("-v").contains("x-request-id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_with_the_key() {
    let (bench, elsewhere) = (bench().await, bench().await);
    let redirect =
        ResponseTemplate::new(307).insert_header("Location", format!("{}/v1/stats", elsewhere.running.url()));
    Mock::given(any()).respond_with(redirect).mount(bench.running.mock_server()).await;
    stats(&bench, &[]).env("TWIN_API_KEY", RIGHT).run().exits(7);
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

#[test]
fn a_profile_that_does_not_exist_is_named() {
    let home = Home::new();
    for ran in [
        home.twin(["stats", "--profile", "wrok"]).run().exits(2),
        home.twin(["stats"]).env("TWIN_PROFILE", "wrok").run().exits(2),
    ] {
        assert!(ran.stderr.contains("wrok"), "{ran:#?}");
    }
}

#[test]
fn two_twins_at_once_are_refused() {
    let home = Home::new();
    let ran = home.twin(["--local", "stats", "--base-url", "https://x.example", "--json"]).run().exits(2);
    assert_eq!(ran.json_error()["code"], json!("invalid_input"));
}
