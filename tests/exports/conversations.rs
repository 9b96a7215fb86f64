//! Several exports of Slack at once: parts of one workspace, and workspaces that only share names.

use twin_export::{Document, Options, Summary, reason};

use super::expectation::read;
use super::workshop::{Workshop, keys, skipped};

fn message(ts: &str, text: &str) -> String {
    format!("{{\"type\":\"message\",\"user\":\"U1\",\"ts\":\"{ts}\",\"text\":\"{text}\"}}")
}

/// An export of one channel.
fn export(workshop: &Workshop, name: &str, id: &str, days: &[(&str, &[String])]) -> std::path::PathBuf {
    let channels = format!("[{{\"id\":\"{id}\",\"name\":\"general\"}}]");
    let days: Vec<(String, String)> = days
        .iter()
        .map(|(day, messages)| (format!("general/{day}.json"), format!("[{}]", messages.join(","))))
        .collect();
    let mut files =
        vec![("channels.json", channels.as_bytes()), ("users.json", b"[{\"id\":\"U1\",\"name\":\"Ana\"}]")];
    files.extend(days.iter().map(|(path, json)| (path.as_str(), json.as_bytes())));
    workshop.zip(name, &files)
}

fn texts(documents: &[Document]) -> Vec<(&str, &str)> {
    documents.iter().map(|document| (document.key.as_str(), document.text.as_str())).collect()
}

fn read_all(paths: &[std::path::PathBuf]) -> (Vec<Document>, Summary) {
    read(paths, &Options::default())
}

#[test]
fn a_day_that_two_exports_tell_is_whole() {
    let workshop = Workshop::new();
    let (morning, noon, evening) = (
        message("1748937600.1", "Gate open"),
        message("1748952000.1", "Code 4471"),
        message("1748970000.1", "Gate shut"),
    );
    let first = export(&workshop, "first.zip", "C1", &[("2025-06-03", &[morning.clone(), noon.clone()])]);
    let second = export(
        &workshop,
        "second.zip",
        "C1",
        &[("2025-06-03", &[noon, evening]), ("2025-06-04", &[morning])],
    );
    let both = read_all(&[first.clone(), second.clone()]);
    let whole = "Ana (08:00): Gate open\n\nAna (12:00): Code 4471\n\nAna (17:00): Gate shut";
    assert_eq!(texts(&both.0)[0], ("slack:general/2025-06-03", whole));
    assert_eq!(keys(&both.0).len(), 2);
    assert!(skipped(&both.1).iter().all(|(_, reason)| *reason == reason::METADATA), "{:?}", both.1.skipped);
    let other = read_all(&[second, first]);
    assert_eq!(texts(&other.0)[0], texts(&both.0)[0]);
}

#[test]
fn channels_that_share_a_name_are_documents_of_their_own() {
    let workshop = Workshop::new();
    let (alpha, beta) = (message("1748937600.1", "Alpha"), message("1748937600.1", "Beta"));
    let first = export(&workshop, "alpha.zip", "C1", &[("2025-06-03", &[alpha])]);
    let second = export(&workshop, "beta.zip", "C2", &[("2025-06-03", &[beta])]);
    let wanted = [
        ("slack:general (C2)/2025-06-03", "Ana (08:00): Beta"),
        ("slack:general/2025-06-03", "Ana (08:00): Alpha"),
    ];
    for paths in [[first.clone(), second.clone()], [second.clone(), first]] {
        let (documents, _) = read_all(&paths);
        let mut texts = texts(&documents);
        texts.sort_unstable();
        assert_eq!(texts, wanted);
    }
    // Alone, it has the name to itself.
    assert_eq!(keys(&read_all(&[second]).0), ["slack:general/2025-06-03"]);
}

#[test]
fn teams_of_a_grid_keep_their_channels_apart() {
    let workshop = Workshop::new();
    let files = [
        ("teams/alpha/channels.json", r#"[{"id":"C1","name":"ops"}]"#),
        ("teams/alpha/users.json", "[]"),
        ("teams/alpha/ops/2025-06-03.json", r#"[{"ts":"1748937600.1","user":"U1","text":"Alpha"}]"#),
        ("teams/beta/channels.json", r#"[{"id":"C9","name":"ops"}]"#),
        ("teams/beta/ops/2025-06-03.json", r#"[{"ts":"1748937600.1","user":"U1","text":"Beta"}]"#),
    ];
    let (documents, _) = read_all(&[workshop.folder("grid", &files)]);
    assert_eq!(keys(&documents), ["slack:ops/2025-06-03", "slack:ops (C9)/2025-06-03"]);
}
