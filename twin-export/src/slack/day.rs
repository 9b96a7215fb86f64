//! A channel's day: its messages in order, replies under the message they answer.

use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::Limits;
use super::super::convert::guard::guarded;
use super::super::job::Job;
use super::super::reason;
use super::super::run::{Digest256, digest};
use super::super::workers::{self, Task};
use super::Names;
use super::conversation::Day as Files;
use super::elements::{LARGEST_MESSAGE, Missed, each};
use super::markup::{plain, string, time};
use super::merged::{self, Gathered};
use super::shown;

/// The time of a message, by which Slack names it; its digits sort like the time.
type Ts = String;

/// A message ready to be shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Said {
    name: String,
    ts: Ts,
    text: String,
}

/// What other days have to do with one: replies that were written on a later day than the message they answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Late {
    /// By the first message's time: the replies from other days.
    replies: HashMap<Ts, Vec<Said>>,
    /// Times of its replies that stand under another day's message.
    moved: HashSet<Ts>,
}

/// Looks through all days for replies that belong under another day's message: for each day with any, what is to be
/// known there. Replies for which the run has no room stay where they were written.
pub(super) fn late_replies(days: &[Files<'_>], names: &Names, job: &Job<'_>) -> HashMap<usize, Late> {
    let mut roots = HashMap::new();
    let mut strays: Vec<(Ts, usize, Said)> = Vec::new();
    let kept = Cell::new(0);
    let keeps = |bytes: usize| {
        let fits = kept.get() + bytes <= MOST_LATE && job.budget().keep(bytes, job.limits());
        kept.set(kept.get() + if fits { bytes } else { 0 });
        fits
    };
    let cost = |thread: &Ts, said: &Said| STRAY + thread.len() + said.cost();
    for (day, files) in days.iter().enumerate() {
        if job.is_cancelled() {
            break;
        }
        // What cannot be read is told when the day itself is read.
        let Gathered { bytes, .. } = merged::gathered(&files.parts, job);
        let mut own = HashSet::new();
        let first = strays.len();
        let _ = each(&bytes, LARGEST_MESSAGE, |message| match thread_of(message) {
            // Where there is no more room, what it says does not matter.
            Some(thread) => {
                if kept.get() < MOST_LATE
                    && let Some(said) = said(message, names)
                    && keeps(cost(&thread, &said))
                {
                    strays.push((thread, day, said));
                }
            }
            None => {
                if !time(message, "thread_ts").is_empty() && said(message, names).is_some() {
                    own.insert(time(message, "ts"));
                }
            }
        });
        for (thread, _, said) in strays.extract_if(first.., |(thread, _, _)| own.contains(thread)) {
            job.budget().release(cost(&thread, &said));
            kept.set(kept.get() - cost(&thread, &said));
        }
        roots.extend(own.into_iter().filter(|ts| keeps(STRAY + ts.len())).map(|ts| (ts, day)));
    }
    let mut late: HashMap<usize, Late> = HashMap::new();
    for (thread, day, said) in strays {
        if let Some(&root) = roots.get(&thread) {
            late.entry(day).or_default().moved.insert(said.ts.clone());
            late.entry(root).or_default().replies.entry(thread).or_default().push(said);
        }
    }
    late
}

/// Bytes of a conversation's replies that are moved to another day: each worker that reads a day is told of its own.
const MOST_LATE: usize = 12 << 20;
/// Bytes that a reply takes in memory beside its text.
const STRAY: usize = 160;

/// Reads a day that is too long to be read here.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReadDay {
    names: Names,
    late: Late,
}

/// A day as it is told.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(super) text: String,
    pub(super) source: Digest256,
    /// Messages that could not be read, each with the reason.
    pub(super) missed: Vec<(String, String)>,
}

impl Task for ReadDay {
    const NAME: &'static str = "slack day";
    type Output = Told;

    fn run(self, bytes: Vec<u8>, _: &Limits) -> Result<Told, &'static str> {
        told(&bytes, &self.names, &self.late)
    }
}

/// Bytes of a day's text: a document that nobody reads to its end is long enough.
const MOST_TEXT: usize = 16 << 20;
/// Bytes of a day that is short enough to be read here.
const SHORT: usize = 256 * 1024;

/// Reads a day, a long one in a worker process.
pub(super) fn read(bytes: Vec<u8>, names: &Names, late: &Late, job: &Job<'_>) -> Result<Told, &'static str> {
    if bytes.len() <= SHORT {
        return guarded(|| told(&bytes, names, late));
    }
    workers::run(ReadDay { names: names.mentioned(&bytes), late: late.clone() }, bytes, job)
}

fn told(bytes: &[u8], names: &Names, late: &Late) -> Result<Told, &'static str> {
    let day = Day::read(bytes, names, late)?;
    let missed = day.missed.iter().map(|(message, reason)| (message.clone(), (*reason).to_owned())).collect();
    Ok(Told { text: day.text(), source: day.digest(digest(bytes)), missed })
}

/// One day's messages.
#[derive(Debug, Default)]
struct Day {
    threads: BTreeMap<Ts, Thread>,
    late: Sha256,
    /// Messages that could not be read.
    missed: Missed,
}

/// A message and its replies.
#[derive(Debug, Default)]
struct Thread {
    first: Option<Said>,
    /// Others that bear the same time, or none.
    others: Vec<Said>,
    replies: Vec<Said>,
}

impl Day {
    fn read(bytes: &[u8], names: &Names, late: &Late) -> Result<Self, &'static str> {
        let mut day = Self::default();
        let mut text = 0;
        let missed = each(bytes, LARGEST_MESSAGE, |message| {
            if text > MOST_TEXT {
                return;
            }
            let Some(said) = said(message, names) else { return };
            text += said.text.len();
            match thread_of(message) {
                Some(_) if late.moved.contains(&said.ts) => {}
                Some(thread) => day.threads.entry(thread).or_default().replies.push(said),
                None => {
                    let thread = day.threads.entry(said.ts.clone()).or_default();
                    match thread.others.last().or(thread.first.as_ref()) {
                        None => thread.first = Some(said),
                        Some(last) if *last == said => {}
                        Some(_) => thread.others.push(said),
                    }
                }
            }
        })?;
        if text > MOST_TEXT {
            return Err(reason::TOO_LARGE);
        }
        day.missed = missed;
        for (ts, thread) in &mut day.threads {
            if let Some(others) = late.replies.get(ts).filter(|_| thread.first.is_some()) {
                for reply in others {
                    day.late.update(reply.text.as_bytes());
                }
                thread.replies.extend_from_slice(others);
            }
            thread.replies.sort_by(|a, b| a.ts.cmp(&b.ts));
        }
        Ok(day)
    }

    /// The bytes of the file, and what later days add to them.
    fn digest(&self, file: Digest256) -> Digest256 {
        self.late.clone().chain_update(file).finalize().into()
    }

    fn text(&self) -> String {
        let mut threads = Vec::new();
        for (ts, Thread { first, others, replies }) in &self.threads {
            let day = date(ts);
            let mut lines: Vec<String> = first.iter().map(|message| message.line(&day, "")).collect();
            let indent = if lines.is_empty() { "" } else { "  " };
            lines.extend(replies.iter().map(|reply| reply.line(&day, indent)));
            threads.push(lines.join("\n"));
            threads.extend(others.iter().map(|message| message.line(&day, "")));
        }
        threads.join("\n\n")
    }
}

impl Said {
    fn cost(&self) -> usize {
        self.name.len() + 2 * self.ts.len() + self.text.len()
    }

    /// `Name (time): text`, with the date where it is another day's.
    fn line(&self, day: &str, indent: &str) -> String {
        let time = match (date(&self.ts), clock(&self.ts)) {
            (date, _) if date.is_empty() => String::new(),
            (date, clock) if date == day => format!(" ({clock})"),
            (date, clock) => format!(" ({date} {clock})"),
        };
        let text = self.text.replace('\n', &format!("\n{indent}"));
        format!("{indent}{}{time}: {text}", self.name)
    }
}

fn date(ts: &str) -> String {
    formatted(ts, "%Y-%m-%d")
}

fn clock(ts: &str) -> String {
    formatted(ts, "%H:%M")
}

/// Empty for what is no time.
fn formatted(ts: &str, format: &str) -> String {
    let seconds = ts.split('.').next().and_then(|seconds| seconds.parse().ok());
    let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map(|time| time.strftime(format).to_string()).unwrap_or_default()
}

/// The first message of the thread in which a message is a reply.
fn thread_of(message: &Value) -> Option<Ts> {
    let thread = time(message, "thread_ts");
    (!thread.is_empty() && thread != time(message, "ts")).then_some(thread)
}

/// A message that says something; notices of joining, leaving and of new bots do not.
fn said(message: &Value, names: &Names) -> Option<Said> {
    let notices = [
        "channel_join",
        "channel_leave",
        "group_join",
        "group_leave",
        "bot_add",
        "bot_remove",
        "bot_enable",
        "bot_disable",
        "tombstone",
    ];
    let is_message = matches!(string(message, "type"), "message" | "");
    if !is_message || notices.contains(&string(message, "subtype")) {
        return None;
    }
    // What became of a message stands in the note of its change.
    let changed = if string(message, "subtype") == "message_changed" { message.get("message") } else { None };
    if let Some(changed) = changed.filter(|changed| changed.is_object() && string(message, "text").is_empty())
    {
        return said_in(changed, message, names);
    }
    said_in(message, message, names)
}

fn said_in(message: &Value, note: &Value, names: &Names) -> Option<Said> {
    let text = plain(string(message, "text"), names);
    let more = shown::lines(message, names);
    let text = if shown::is_stub(&text) && !more.is_empty() { String::new() } else { text };
    let text = shown::with_more(&text, more);
    let text = text.trim().to_owned();
    let ts = Some(time(message, "ts")).filter(|ts| !ts.is_empty()).unwrap_or_else(|| time(note, "ts"));
    (!text.is_empty()).then(|| Said { name: name(message, names), ts, text })
}

/// Who wrote it, as far as the export tells.
fn name(message: &Value, names: &Names) -> String {
    // An old comment on a file names its writer inside.
    let commenter = message.get("comment").map_or("", |comment| string(comment, "user"));
    let user = [string(message, "user"), commenter].into_iter().find(|id| !id.is_empty()).unwrap_or_default();
    let known = names.users.get(user).map(String::as_str);
    let profile = message.get("user_profile").or(message.get("bot_profile")).unwrap_or(&Value::Null);
    // A bot posts under a name of its own each time.
    let posted_as =
        if string(message, "subtype") == "bot_message" { string(message, "username") } else { "" };
    let candidates = [
        posted_as,
        known.unwrap_or_default(),
        string(message, "username"),
        string(profile, "display_name"),
        string(profile, "real_name"),
        string(profile, "name"),
        user,
    ];
    let name = candidates.into_iter().find(|name| !name.trim().is_empty());
    name.unwrap_or("Someone").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(json: &str) -> String {
        Day::read(json.as_bytes(), &Names::default(), &Late::default()).unwrap().text()
    }

    #[test]
    fn replies_stand_under_the_message_they_answer() {
        let text = day(r#"[{"ts":"1772442000.1","user":"A","text":"Question","thread_ts":"1772442000.1"},
                {"ts":"1772442060.1","user":"B","text":"Other"},
                {"ts":"1772442120.1","user":"C","text":"Answer\nin two lines","thread_ts":"1772442000.1"}]"#);
        assert_eq!(text, "A (09:00): Question\n  C (09:02): Answer\n  in two lines\n\nB (09:01): Other");
    }

    #[test]
    fn messages_of_one_time_or_of_none_all_stand() {
        let text = day(r#"[{"user":"A","text":"No time"}, {"user":"B","text":"Nor here"},
                {"ts":1772442000,"user":"C","text":"A number"}, {"ts":"1772442000","user":"D","text":"Same time"},
                {"ts":"1772442000","user":"D","text":"Same time"},
                {"ts":1772442060.5,"thread_ts":1772442000,"user":"E","text":"Reply"}]"#);
        assert_eq!(
            text,
            "A: No time\n\nB: Nor here\n\nC (09:00): A number\n  E (09:01): Reply\n\nD (09:00): Same time"
        );
    }

    #[test]
    fn an_old_comment_on_a_file_is_its_writers() {
        let text =
            day(r#"[{"ts":"1772442000.1","subtype":"file_comment","text":"Fine","comment":{"user":"U7"}}]"#);
        assert_eq!(text, "U7 (09:00): Fine");
    }

    #[test]
    fn a_change_says_what_became_of_the_message() {
        let text = day(
            r#"[{"ts":"1772442060.1","subtype":"message_changed","message":{"ts":"1772442000.1","user":"A","text":"At ten"},
                "previous_message":{"text":"At nine"}}]"#,
        );
        assert_eq!(text, "A (09:00): At ten");
    }

    #[test]
    fn a_day_of_notices_is_empty_and_a_broken_file_unreadable() {
        let notices = br#"[{"type":"message","subtype":"channel_join","ts":"1.1","text":"joined"}]"#;
        assert!(Day::read(notices, &Names::default(), &Late::default()).unwrap().threads.is_empty());
        let broken = Day::read(b"{\"not\": \"a list\"}", &Names::default(), &Late::default());
        assert_eq!(broken.unwrap_err(), reason::UNREADABLE);
    }
}
