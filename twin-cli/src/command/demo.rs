//! `twin demo`: the way of a question that no one has answered yet, on a handbook that comes with the program.

use twin_sdk::{Answer, NewDocument};

use super::{Outcome, answer};
use crate::context::{Connection, Context};
use crate::error::{CliError, Code};
use crate::ui::page::{Page, Tone};
use crate::ui::{Json, Report};

/// The handbook of an invented company, as a Notion export; the same as `fixtures/handbook.zip` of the repository.
const HANDBOOK: &[u8] = include_bytes!("handbook.zip");

const KNOWN: &str = "What is the expense policy for a $200 SaaS tool?";
const UNKNOWN: &str = "Does the company have a bike-to-work scheme?";
const ANSWER: &str = "The bike-to-work scheme pays half of a bicycle, up to $800.";

/// Run a two-minute demo: answer, escalate, learn
///
/// Asks two questions of a built-in handbook: one that it answers and one that it does not. You answer the
/// second, and the twin uses your answer from then on. Needs no account, sends nothing over the network, and
/// keeps nothing.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  twin demo

Exit codes:
  0 completed, 2 --json was given, 130 interrupted")]
pub struct Args {}

pub(super) async fn run(_: Args, context: &Context) -> Outcome {
    if context.flags.json {
        return Err(CliError::new(Code::Usage, "the demo is interactive and has no JSON output")
            .hint("for JSON, run: twin ask --json --from PATH 'What is the expense policy?'"));
    }
    let folder =
        tempfile::tempdir().map_err(|error| CliError::io("cannot write to the temporary folder", &error))?;
    let path = folder.path().join("handbook.zip");
    std::fs::write(&path, HANDBOOK)
        .map_err(|error| CliError::io(format_args!("cannot write {}", path.display()), &error))?;
    let twin = context.connect_to_exports(&[path], false).await?;
    let demo = Demo { context, twin };
    demo.play().await?;
    Ok(Box::new(Ended))
}

struct Demo<'a> {
    context: &'a Context,
    twin: Connection,
}

impl Demo<'_> {
    async fn play(&self) -> Result<(), CliError> {
        self.tell("This is the handbook of Fernhill, a fictional company. It is kept in memory only.")?;
        self.ask("1. A question the handbook answers", KNOWN).await?;
        self.pause().await?;
        self.ask("2. A question it does not answer", UNKNOWN).await?;
        self.tell("The twin does not guess: it escalates the question to a person. Here, that is you.")?;
        let text = self.answer_of_a_person().await?;
        self.learn(&text).await?;
        self.ask("3. The same question again", UNKNOWN).await?;
        self.show(|page| {
            page.line(&[("Next, try your own documents:", Tone::Strong)]);
            for (command, what) in [
                (
                    "twin ask --from export.zip 'Who is on call?'",
                    "a Notion, Drive or Slack export, or any folder",
                ),
                ("twin help exports", "how to export your documents"),
                ("twin login", "to use your twin at the Twin API"),
            ] {
                page.line(&[("  ", Tone::Plain), (command, Tone::Code)]);
                page.line(&[("      ", Tone::Plain), (what, Tone::Dim)]);
            }
        })
    }

    async fn ask(&self, heading: &str, question: &str) -> Result<Answer, CliError> {
        self.show(|page| {
            page.gap();
            page.line(&[(heading, Tone::Strong)]);
            page.line(&[("$ ", Tone::Dim), (&format!("twin ask '{question}'"), Tone::Code)]);
            page.gap();
        })?;
        let call = self.twin.twin.ask(question).asked_by("you");
        let answer = self.context.waiting_for("Asking", call).await?;
        let places = self.context.places(&answer).await;
        self.show(|page| {
            answer::show(&answer, &places, page);
            page.gap();
        })?;
        Ok(answer)
    }

    /// What the person who is asked says; where no one is there, what one might say.
    async fn answer_of_a_person(&self) -> Result<String, CliError> {
        if !self.context.ui.can_ask() {
            self.tell(&format!("There is no terminal to prompt on. Suppose you answer: {ANSWER}"))?;
            return Ok(ANSWER.to_owned());
        }
        let told = self.context.ui.ask_line(&format!("Your answer (Enter for '{ANSWER}')")).await?;
        Ok(if told.trim().is_empty() { ANSWER.to_owned() } else { told })
    }

    /// The answer becomes a document, and the escalation is resolved.
    async fn learn(&self, text: &str) -> Result<(), CliError> {
        let twin = &self.twin.twin;
        twin.kb().create(NewDocument::new(UNKNOWN, text)).await?;
        for escalation in twin.escalations().list().await?.items {
            twin.escalations().resolve(&escalation.id).await?;
        }
        self.tell("Your answer is now a document in the knowledge base, and the escalation is resolved.")
    }

    async fn pause(&self) -> Result<(), CliError> {
        if self.context.ui.can_ask() {
            self.context.ui.ask_line("Press Enter to continue").await?;
        }
        Ok(())
    }

    fn tell(&self, text: &str) -> Result<(), CliError> {
        self.show(|page| page.block(text, Tone::Plain))
    }

    fn show(&self, draw: impl Fn(&mut Page)) -> Result<(), CliError> {
        self.context.ui.stream(&Scene(draw)).map(drop)
    }
}

/// A part of the demo.
struct Scene<F>(F);

impl<F: Fn(&mut Page)> Report for Scene<F> {
    fn text(&self, page: &mut Page) {
        (self.0)(page);
    }

    fn json(&self, _: Json) -> serde_json::Result<String> {
        Ok(String::new())
    }
}

/// The end of the demo, which has shown all there is.
struct Ended;

impl Report for Ended {
    fn text(&self, _: &mut Page) {}

    fn json(&self, _: Json) -> serde_json::Result<String> {
        Ok(String::new())
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_handbook_is_the_one_among_the_fixtures() {
        let fixture =
            std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/handbook.zip")).unwrap();
        assert!(
            fixture == super::HANDBOOK,
            "copy fixtures/handbook.zip to twin-cli/src/command/handbook.zip"
        );
    }
}
