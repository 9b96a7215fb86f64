//! Every pair of places that may name a setting, and which of the two counts.

use clap::Parser;

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    flags: GlobalArgs,
}

fn flags(line: &str) -> GlobalArgs {
    Line::parse_from(std::iter::once("twin").chain(line.split_whitespace())).flags
}

/// `TWIN_BASE_URL=https://env.example` and the like; `KEY` stands for a key.
fn environment(line: &str) -> Environment {
    let mut environment = Environment::default();
    for word in line.split_whitespace() {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        match name {
            "PROFILE" => environment.profile = Some(value.to_owned()),
            "URL" => environment.base_url = Some(value.to_owned()),
            "KEY" => environment.has_key = true,
            "LOCAL" => environment.local = true,
            "CACERT" => environment.cacert = Some(value.into()),
            "TIMEOUT" => environment.timeout = Some(value.to_owned()),
            other => panic!("{other}"),
        }
    }
    environment
}

const CONFIG: &str = r#"
profile = "chosen"
[profiles.chosen]
base_url = "https://chosen.example"
[profiles.staging]
base_url = "https://staging.example"
cacert = "staging.pem"
timeout = "3s"
[profiles.command]
base_url = "https://command.example"
api_key_command = "pass show twin"
[profiles.bare]
timeout = "4s"
"#;

/// The decision where the profile `stored` and no other has a stored key.
fn decide_with(line: &str, variables: &str, config: &str) -> Decision {
    let config = toml_edit::de::from_str(config).unwrap();
    decide(&flags(line), &environment(variables), &config, |name| name == "stored").unwrap()
}

fn remote(line: &str, variables: &str) -> (String, String, KeySource) {
    match decide_with(line, variables, CONFIG).destination {
        Destination::Remote { profile, base_url, key } => (profile, base_url, key),
        Destination::Embedded => panic!("{line} {variables} is embedded"),
    }
}

const FLAG: &str = "--base-url https://flag.example";
const ENVIRONMENT: &str = "URL=https://env.example";

#[test]
fn of_two_places_that_name_the_address_the_earlier_counts() {
    for (line, variables, expected) in [
        (FLAG, ENVIRONMENT, "https://flag.example"),
        (FLAG, "", "https://flag.example"),
        ("--base-url https://flag.example --profile staging", ENVIRONMENT, "https://flag.example"),
        ("--base-url https://flag.example --profile staging", "", "https://flag.example"),
        ("--profile staging", ENVIRONMENT, "https://staging.example"),
        ("--profile bare", ENVIRONMENT, DEFAULT_BASE_URL),
        ("--profile default", ENVIRONMENT, DEFAULT_BASE_URL),
        ("", ENVIRONMENT, "https://env.example"),
        ("", "URL=https://env.example PROFILE=staging", "https://env.example"),
        ("", "PROFILE=staging", "https://staging.example"),
        ("", "", "https://chosen.example"),
        ("", "PROFILE=bare", DEFAULT_BASE_URL),
    ] {
        assert_eq!(remote(line, variables).1, expected, "{line} {variables}");
    }
    let Destination::Remote { base_url, .. } = decide_with("", "", "").destination else { panic!() };
    assert_eq!(base_url, DEFAULT_BASE_URL);
}

#[test]
fn of_two_places_that_name_the_profile_the_earlier_counts() {
    for (line, variables, expected) in [
        ("--profile staging", "PROFILE=command", "staging"),
        ("--profile staging", "", "staging"),
        ("", "PROFILE=command", "command"),
        ("", "", "chosen"),
    ] {
        assert_eq!(remote(line, variables).0, expected, "{line} {variables}");
    }
    let Destination::Remote { profile, .. } = decide_with("", "", "").destination else { panic!() };
    assert_eq!(profile, DEFAULT_PROFILE);
}

#[test]
fn of_two_places_that_have_a_key_the_earlier_counts_and_the_environments_stays_with_its_own_address() {
    use KeySource::{Environment, File, Profile, Withheld};
    for (line, variables, expected) in [
        ("--api-key-file key", "KEY", File("key".into())),
        ("--api-key-file key --profile command", "KEY", File("key".into())),
        ("--api-key-file key --profile staging", "KEY URL=https://env.example", File("key".into())),
        ("--api-key-file key", "", File("key".into())),
        ("", "KEY", Environment),
        ("", "KEY PROFILE=command", Environment),
        ("", "KEY URL=https://env.example PROFILE=staging", Environment),
        (FLAG, "KEY", Environment),
        (FLAG, "KEY URL=https://env.example", Environment),
        ("", "", Profile),
        ("", "PROFILE=command", Profile),
        ("--profile command", "", Profile),
        // A profile that a flag names brings its key.
        ("--profile command", "KEY", Profile),
        ("--profile command", "KEY URL=https://env.example", Profile),
        ("--profile stored", "KEY URL=https://env.example", Profile),
        // One without a key is not given that of another address.
        ("--profile staging", "KEY URL=https://env.example", Withheld),
        ("--profile staging", "KEY", Withheld),
        ("--profile staging --base-url https://staging.example/", "KEY", Withheld),
        ("--profile bare", "KEY URL=https://env.example", Withheld),
        ("--profile bare --base-url https://flag.example", "KEY URL=https://env.example", Withheld),
        // The environment pairs its key with this very address, or with none where the profile has none.
        ("--profile staging", "KEY URL=https://staging.example:443", Environment),
        ("--profile bare", "KEY", Environment),
        ("--profile bare", "KEY URL=https://api.twin.ai", Environment),
        ("--profile default", "KEY", Environment),
    ] {
        assert_eq!(remote(line, variables).2, expected, "{line} {variables}");
    }
}

#[test]
fn of_two_places_that_say_how_to_connect_the_earlier_counts() {
    for (line, variables, cacert, seconds) in [
        ("--cacert flag.pem --timeout 1s", "CACERT=env.pem TIMEOUT=2s", Some("flag.pem"), Some(1)),
        ("--cacert flag.pem --timeout 1s --profile staging", "", Some("flag.pem"), Some(1)),
        ("--profile staging", "CACERT=env.pem TIMEOUT=2s", Some("env.pem"), Some(2)),
        ("", "CACERT=env.pem TIMEOUT=2", Some("env.pem"), Some(2)),
        ("--profile staging", "", Some("staging.pem"), Some(3)),
        ("--local", "CACERT=env.pem TIMEOUT=2s PROFILE=staging", Some("env.pem"), Some(2)),
        ("", "", None, None),
    ] {
        let network = decide_with(line, variables, CONFIG).network;
        let found = (network.cacert.as_deref(), network.timeout.map(|time| time.as_secs()));
        assert_eq!(found, (cacert.map(std::path::Path::new), seconds), "{line} {variables}");
    }
    let config = "[profiles.a]\nsystem_certs = true\n[profiles.b]\nsystem_certs = false\n";
    for (line, expected) in [
        ("--profile a", true),
        ("--profile b", false),
        ("--profile b --system-certs", true),
        ("--system-certs", true),
        ("", false),
    ] {
        assert_eq!(decide_with(line, "", config).network.system_certs, expected, "{line}");
    }
}

#[test]
fn a_flag_beats_twin_local_and_two_twins_at_once_are_refused() {
    for (line, variables, expected) in [
        ("--local", "", true),
        ("--local-data :memory:", "", true),
        ("--local", "URL=https://env.example KEY PROFILE=staging", true),
        ("--local --profile staging", "", true),
        ("", "LOCAL", true),
        ("", "LOCAL URL=https://env.example", true),
        ("", "", false),
        (FLAG, "LOCAL", false),
        ("--profile staging", "LOCAL", false),
    ] {
        let is_embedded = decide_with(line, variables, CONFIG).destination == Destination::Embedded;
        assert_eq!(is_embedded, expected, "{line} {variables}");
    }
    let refused = decide(
        &flags("--local --base-url https://x.example"),
        &Environment::default(),
        &Config::default(),
        |_| false,
    );
    assert!(refused.is_err());
}

#[test]
fn what_was_given_and_does_not_count_is_told() {
    for (line, variables, expected) in [
        ("", "", vec![]),
        ("", "KEY", vec![]),
        (
            FLAG,
            ENVIRONMENT,
            vec!["--base-url overrides TWIN_BASE_URL", "--base-url overrides base_url of profile 'chosen'"],
        ),
        ("--profile staging", ENVIRONMENT, vec!["--profile staging overrides TWIN_BASE_URL"]),
        (
            "--profile command",
            "KEY PROFILE=staging",
            vec!["--profile overrides TWIN_PROFILE", "--profile overrides TWIN_API_KEY"],
        ),
        (
            "--profile bare --timeout 1s",
            "TIMEOUT=2s",
            vec!["--timeout overrides TWIN_TIMEOUT", "--timeout overrides timeout of profile 'bare'"],
        ),
        ("--profile bare", "LOCAL", vec!["--profile overrides TWIN_LOCAL"]),
        ("--api-key-file f --profile bare", "KEY", vec!["--api-key-file overrides TWIN_API_KEY"]),
    ] {
        assert_eq!(decide_with(line, variables, CONFIG).overridden, expected, "{line} {variables}");
    }
}

#[test]
fn a_time_that_is_none_is_named_by_its_place() {
    let refused = decide(&flags(""), &environment("TIMEOUT=soon"), &Config::default(), |_| false);
    assert!(refused.unwrap_err().message().starts_with("TWIN_TIMEOUT cannot be used"));
    let config = toml_edit::de::from_str("[profiles.default]\ntimeout = \"soon\"\n").unwrap();
    let refused = decide(&flags(""), &Environment::default(), &config, |_| false);
    assert!(refused.unwrap_err().message().starts_with("timeout of profile 'default'"));
    for (line, variables) in [("--timeout 3s", "TIMEOUT=soon"), ("", "TIMEOUT=3s")] {
        let config = toml_edit::de::from_str("[profiles.default]\ntimeout = \"soon\"\n").unwrap();
        let decided = decide(&flags(line), &environment(variables), &config, |_| false);
        assert!(decided.is_ok(), "{line} {variables}: what is overridden may say anything");
    }
}
