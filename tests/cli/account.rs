//! `twin login`, `logout`, `whoami` and `config`.

use serde_json::json;
use twin_reference::{Feature, Reference};

use crate::support::{Bench, Home};

const KEY: &str = "twin_live_sk_0123456789abcdef";

async fn bench() -> Bench {
    Bench::of(Reference::new().key(KEY)).await
}

fn credentials(home: &Home) -> String {
    std::fs::read_to_string(home.path().join(".config/twin/credentials.toml")).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_from_standard_input_is_checked_and_stored_for_its_address_alone() {
    let bench = bench().await;
    let url = bench.running.url();
    let ran =
        bench.home.twin(["login", "--with-key", "--base-url", url]).with_stdin(format!("{KEY}\n")).exits(0);
    assert!(!ran.stdout.contains(KEY) && ran.stdout.contains("twin_live_sk_…cdef"), "{ran:#?}");
    assert_eq!(bench.requests(), ["GET /v1/stats"]);
    assert!(credentials(&bench.home).contains(KEY) && credentials(&bench.home).contains(url));

    // The address is the profile's from now on, and the key goes there and nowhere else.
    bench.home.twin(["stats"]).run().exits(0);
    let other = self::bench().await;
    bench.home.twin(["stats", "--base-url", other.running.url()]).run().exits(4);
    assert_eq!(other.requests(), Vec::<String>::new());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn stored_keys_are_for_their_owner_alone_and_one_login_leaves_the_other_keys() {
    use std::os::unix::fs::PermissionsExt;
    let bench = bench().await;
    let url = bench.running.url();
    for profile in ["work", "home"] {
        let line = ["login", "--with-key", "--base-url", url, "--profile", profile];
        let ran = bench.home.twin(line).with_stdin(KEY).exits(0);
        assert!(ran.stderr.contains(&format!("--profile {profile}")), "{ran:#?}");
    }
    let path = bench.home.path().join(".config/twin/credentials.toml");
    assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    for profile in ["work", "home"] {
        bench.home.twin(["stats", "--profile", profile]).run().exits(0);
    }
    bench.home.twin(["stats"]).run().exits(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_at_the_same_time_keep_every_key() {
    let bench = bench().await;
    let profiles: Vec<String> = (0..8).map(|number| format!("profile-{number}")).collect();
    std::thread::scope(|scope| {
        for profile in &profiles {
            let line = ["login", "--with-key", "--base-url", bench.running.url(), "--profile", profile];
            let twin = bench.home.twin(line);
            scope.spawn(|| twin.with_stdin(KEY).exits(0));
        }
    });
    for profile in &profiles {
        bench.home.twin(["stats", "--profile", profile]).run().exits(0);
    }
}

/// Kills a login where it makes sure that its file is on the disk, which takes longest.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_killed_leaves_no_file_with_a_key_behind() {
    let bench = bench().await;
    let line = ["login", "--with-key", "--base-url", bench.running.url()];
    let traced = |call: &str| {
        let inject = format!("inject={call}:signal=KILL");
        bench.home.twin(line).under(&["strace", "-f", "-qq", "-o", "/dev/null", "-e", &inject])
    };
    // The second time it is the file with the key.
    let calls = ["fsync", "fsync:when=2", "linkat", "linkat:when=2"];
    let Some(traced) = calls.map(traced).into_iter().collect::<Option<Vec<_>>>() else {
        // Without strace nothing can be stopped at that moment: the file must not have a name by then.
        bench.home.twin(line).with_stdin(KEY).exits(0);
        return;
    };
    for twin in traced {
        let _ = twin.with_stdin(KEY);
        let folder = bench.home.path().join(".config/twin");
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.ends_with("credentials.toml") {
                continue; // it is where the key belongs
            }
            assert!(!std::fs::read_to_string(&path).unwrap().contains(KEY), "{}", path.display());
        }
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_login_left_behind_is_cleared_away() {
    let bench = bench().await;
    let left = bench.home.write(".config/twin/.twin-a1B2c3", format!("api_key = \"{KEY}\""));
    bench.home.twin(["login", "--with-key", "--base-url", bench.running.url()]).with_stdin(KEY).exits(0);
    assert!(!left.exists());
    let names = std::fs::read_dir(left.parent().unwrap()).unwrap();
    let mut names: Vec<_> = names.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, [".lock", "config.toml", "credentials.toml"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_api_refuses_is_not_stored() {
    let bench = bench().await;
    let line = ["login", "--with-key", "--base-url", bench.running.url()];
    bench.home.twin(line).with_stdin("twin_live_wrong").exits(4);
    bench.home.twin(line).with_stdin("two words").exits(2);
    bench.home.twin(line).with_stdin("").exits(2);
    bench.home.twin(["login", "--with-key", "--base-url", "http://twin.example"]).with_stdin(KEY).exits(2);
    assert_eq!((credentials(&bench.home).as_str(), bench.requests().len()), ("", 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_right_even_where_its_plan_lacks_the_statistics() {
    let bench = Bench::of(Reference::new().key(KEY).plan_lacks(Feature::Stats)).await;
    bench.home.twin(["login", "--with-key", "--base-url", bench.running.url()]).with_stdin(KEY).exits(0);
    bench.home.twin(["whoami"]).run().exits(0);
}

#[test]
fn without_a_terminal_the_flag_that_takes_the_key_is_named() {
    let home = Home::new();
    let ran = home.twin(["login"]).run().exits(2);
    assert!(ran.stderr.contains("--with-key"), "{ran:#?}");
    assert!(ran.stderr.contains("Settings → API & webhooks"), "{ran:#?}");
    let ran = home.twin(["stats"]).run().exits(4);
    assert!(ran.stderr.contains("Settings → API & webhooks"), "{ran:#?}");
    let ran = home.twin(["login", "--json"]).run().exits(2);
    assert_eq!(ran.json_error()["code"], json!("prompt_needed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoami_tells_whose_key_it_is_and_what_is_left_of_its_limit() {
    let bench = bench().await;
    let identity = bench.twin(["whoami", "--json"]).run().exits(0).json();
    assert_eq!(identity["profile"], json!("default"));
    assert_eq!(identity["baseUrl"], json!(bench.running.url()));
    assert_eq!(identity["apiKey"], json!("twin_live_sk_…cdef"));
    assert_eq!(identity["keySource"], json!("TWIN_API_KEY"));
    assert_eq!(
        (&identity["rateLimit"]["limit"], &identity["rateLimit"]["remaining"]),
        (&json!(60), &json!(59))
    );

    let ran = bench.twin(["whoami"]).run().exits(0);
    assert!(ran.stdout.contains("limit\t60\nremaining\t58\n"), "{ran:#?}");
    assert!(!format!("{ran:?}").contains(KEY), "{ran:#?}");
    bench.home.twin(["whoami"]).run().exits(4);
    bench.twin(["whoami"]).env("TWIN_API_KEY", "twin_live_wrong").run().exits(4);
    let embedded = bench.home.twin(["--local", "whoami", "--json"]).run().exits(0).json();
    assert!(embedded["baseUrl"].as_str().unwrap().starts_with("local:/"), "{embedded:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_forgets_the_key_and_says_where_another_still_comes_from() {
    let bench = bench().await;
    bench.home.twin(["login", "--with-key", "--base-url", bench.running.url()]).with_stdin(KEY).exits(0);
    let ran = bench.home.twin(["logout", "--json"]).env("TWIN_API_KEY", "twin_live_x").run().exits(0);
    assert_eq!(ran.json(), json!({"profile": "default", "removed": true}));
    assert!(ran.stderr.contains("TWIN_API_KEY"), "{ran:#?}");
    assert!(!credentials(&bench.home).contains(KEY));
    bench.home.twin(["stats"]).run().exits(4);
    assert_eq!(bench.home.twin(["logout", "--json"]).run().exits(0).json()["removed"], json!(false));
    bench.home.twin(["logout", "--profile", "lost"]).run().exits(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_listed_read_and_changed() {
    let bench = bench().await;
    let home = &bench.home;
    let twin = |line: &[&str]| home.twin(line).run();
    let path = twin(&["config", "path"]).exits(0).stdout;
    assert_eq!(path.trim_end(), home.path().join(".config/twin/config.toml").to_str().unwrap());
    assert_eq!(twin(&["config", "list"]).exits(0).stdout, "");
    assert_eq!(twin(&["config", "get", "profile"]).exits(0).stdout, "default\n");
    assert_eq!(twin(&["config", "get", "base_url"]).exits(0).stdout, "https://api.twin.ai\n");
    twin(&["config", "get", "api_key_command"]).exits(5);

    let url = bench.running.url();
    twin(&["config", "set", "profiles.work.base_url", &format!("{url}/")]).exits(0);
    twin(&["config", "set", "api_key_command", &format!("echo {KEY}"), "--profile", "work"]).exits(0);
    twin(&["config", "set", "profile", "work"]).exits(0);
    twin(&["stats"]).exits(0);
    let expected =
        format!("profile\twork\nprofiles.work.base_url\t{url}\nprofiles.work.api_key_command\techo {KEY}\n");
    assert_eq!(twin(&["config", "list"]).exits(0).stdout, expected);
    assert_eq!(twin(&["config", "list", "--json"]).exits(0).json()["total"], json!(3));

    twin(&["config", "set", "api_key_command", ""]).exits(0);
    twin(&["stats"]).exits(4);

    // A path is found again from any folder, and what is on or off is written as such.
    for (key, value, expected) in [
        ("timeout", "5s", "5s"),
        ("system_certs", "true", "true"),
        ("cacert", "ca.pem", &home.path().join("ca.pem").display().to_string()),
    ] {
        twin(&["config", "set", key, value]).exits(0);
        assert_eq!(twin(&["config", "get", key]).exits(0).stdout, format!("{expected}\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_is_taken_out_and_the_list_tells_which_profiles_have_keys() {
    let bench = bench().await;
    let url = bench.running.url();
    bench.home.twin(["login", "--with-key", "--base-url", url]).with_stdin(KEY).exits(0);
    let list = || bench.home.twin(["config", "list"]).run().exits(0).stdout;
    let stored = format!("profiles.default.key\tstored for {url}\n");
    assert_eq!(list(), format!("profiles.default.base_url\t{url}\n{stored}"));
    bench.home.twin(["config", "unset", "base_url"]).run().exits(0);
    bench.home.twin(["config", "unset", "base_url"]).run().exits(0);
    assert_eq!(list(), stored);
    bench.home.twin(["config", "unset", "colour"]).run().exits(2);
}

#[test]
fn a_setting_that_would_break_every_later_command_is_refused() {
    let home = Home::new();
    for line in [
        ["config", "set", "base_url", "http://twin.example"].as_slice(),
        &["config", "set", "profile", "lost"],
        &["config", "set", "api_key", "twin_live_x"],
        &["config", "get", "colour"],
        &["config", "set", "timeout", "soon"],
        &["config", "set", "system_certs", "perhaps"],
    ] {
        home.twin(line).run().exits(2);
    }
    assert!(!home.path().join(".config/twin/config.toml").exists());
}

#[cfg(unix)]
mod in_a_terminal {
    use super::{KEY, bench, credentials};
    use crate::terminal::Terminal;

    #[tokio::test(flavor = "multi_thread")]
    async fn the_key_is_asked_for_and_not_shown() {
        let bench = bench().await;
        let login = bench.home.twin(["login", "--base-url", bench.running.url()]);
        let terminal = Terminal::start(login, 80);
        terminal.shows("Settings → API & webhooks");
        terminal.shows("API key for").waits_for_a_key().types(&format!("{KEY}\n"));
        let seen = terminal.ends(0);
        assert!(!seen.raw.contains(KEY) && seen.is_restored, "{seen:#?}");
        assert!(seen.screen.contains("Logged in to"), "{}", seen.screen);
        assert!(credentials(&bench.home).contains(KEY));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn ctrl_c_while_it_asks_leaves_the_terminal_as_it_was() {
        let bench = bench().await;
        let login = bench.home.twin(["login", "--base-url", bench.running.url()]);
        let terminal = Terminal::start(login, 80);
        terminal.shows("API key for").waits_for_a_key().types("twin_live_half\u{3}");
        let seen = terminal.ends(130);
        assert!(seen.is_restored && seen.screen.ends_with("\nerror: interrupted"), "{seen:#?}");

        let terminal = Terminal::start(bench.home.twin(["login", "--base-url", bench.running.url()]), 80);
        terminal.shows("API key for").waits_for_a_key();
        std::process::Command::new("kill").args(["-TERM", &terminal.id().to_string()]).status().unwrap();
        assert!(terminal.ends(143).is_restored);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_input_and_ci_ask_nothing() {
        let bench = bench().await;
        Terminal::start(bench.home.twin(["login", "--no-input"]), 80).ends(2);
        let seen = Terminal::start(bench.home.twin(["login"]).env("CI", "true"), 80).ends(2);
        assert!(seen.screen.contains("--with-key"), "{}", seen.screen);
    }
}
