//! `twin chat`: a conversation with the twin, on a terminal or line by line.

mod conversation;
mod prompt;
mod words;

use std::path::Path;

use clap::ValueHint;
use tokio::io::{AsyncBufReadExt, BufReader};

use self::conversation::{Conversation, Next};
use self::prompt::{Prompt, Typed};
use super::{Nothing, Outcome};
use crate::context::Context;
use crate::error::{CliError, Code};

/// Have a conversation with your twin
///
/// Sends the conversation so far as context with each question, up to 4,000 characters. On a terminal, Ctrl-C
/// cancels a question and Ctrl-D exits; /help lists the commands. When piped, each line of standard input is
/// a question.
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "\
Examples:
  twin chat < /dev/null
  printf 'What is the expense policy?\\nAnd above $500?\\n' | twin chat

Exit codes:
  0 success, 2 invalid input, 4 no key, 6 rate limited, 7 connection failed, 9 answer limit reached")]
pub struct Args {
    /// Name of the person who asks, shown with escalations
    #[arg(long = "as", value_name = "NAME", value_hint = ValueHint::Other, allow_hyphen_values = true)]
    asked_by: Option<String>,

    /// Do not save a history of what you type
    #[arg(long)]
    no_history: bool,
}

/// Talks until the user leaves.
pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    if context.flags.json {
        return Err(CliError::new(Code::Usage, "a conversation is not one JSON document")
            .hint("ask each question by itself: twin ask --json, with --context for what was said before"));
    }
    context.only_one_from_stdin([Path::new("-")])?;
    let twin = context.connect().await?.twin;
    let conversation = Conversation::new(twin, args.asked_by, context);
    if context.ui.can_ask() {
        on_a_terminal(conversation, Prompt::new(!args.no_history)?, context).await?;
    } else {
        line_by_line(conversation, context).await?;
    }
    Ok(Box::new(Nothing))
}

async fn on_a_terminal(
    mut talk: Conversation<'_>,
    mut prompt: Prompt,
    context: &Context,
) -> Result<(), CliError> {
    context.ui.remark("Type a question. /help lists the commands, Ctrl-D exits.");
    loop {
        let line = match prompt.read().await? {
            Typed::Line(line) => line,
            Typed::Nothing => continue,
            Typed::End => return Ok(()),
        };
        match talk.take(&line).await {
            Ok(Next::Stay) => {}
            Ok(Next::Leave) => return Ok(()),
            // What one question met is told, and the next one may do better.
            Err(error) if matches!(error.code(), Code::Interrupted | Code::Terminated) => return Err(error),
            Err(error) => context.ui.complain(&context.explain(error)),
        }
    }
}

/// A line that cannot be asked is told and passed over; what every other line would meet ends it.
async fn line_by_line(mut talk: Conversation<'_>, context: &Context) -> Result<(), CliError> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut first = None;
    loop {
        let line = lines.next_line().await;
        let line = line.map_err(|error| CliError::invalid(format!("cannot read standard input: {error}")))?;
        let Some(line) = line else { break };
        match talk.take(&line).await {
            Ok(Next::Stay) => {}
            Ok(Next::Leave) => break,
            Err(error) if error.ends_a_bulk_run() => return Err(error),
            Err(error) => {
                context.ui.complain(&error);
                first.get_or_insert(error);
            }
        }
    }
    first.map_or(Ok(()), |error| Err(CliError::new(error.code(), "some lines could not be asked")))
}
