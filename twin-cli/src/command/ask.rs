//! `twin ask`: a question, its answer, and how sure the twin is.

use std::path::{Path, PathBuf};

use clap::ValueHint;
use clap::builder::{OsStringValueParser, TypedValueParser};
use twin_sdk::Answer;

use super::{Outcome, answer, chat};
use crate::context::Context;
use crate::error::{CliError, Code};
use crate::exit::Exit;
use crate::hints;
use crate::input::Input;
use crate::ui::page::{Page, Tone};
use crate::ui::{Form, Json, Notice, Report};

/// Ask your twin a question
///
/// On a terminal, prints the answer with its confidence and sources. When piped, prints only the answer to
/// standard output; an escalation and its reason go to standard error.
#[derive(Debug, clap::Args)]
#[command(override_usage = "twin ask [OPTIONS] <QUESTION|->", after_help = EXAMPLES)]
pub struct Args {
    /// The question, at most 2,000 characters; '-' reads it from standard input
    ///
    /// Several words are joined, so quotes are optional.
    #[arg(value_name = "QUESTION|-", value_hint = ValueHint::Other)]
    question: Vec<String>,

    /// Context for the question, at most 4,000 characters
    #[arg(long, value_name = "TEXT", conflicts_with = "context_file", value_hint = ValueHint::Other)]
    context: Option<String>,

    /// Read the context from a file, or from standard input with '-'
    #[arg(long, value_name = "PATH|-", value_hint = ValueHint::FilePath)]
    context_file: Option<PathBuf>,

    /// Name of the person who asks, shown with escalations
    #[arg(long = "as", value_name = "NAME", value_hint = ValueHint::Other)]
    asked_by: Option<String>,

    /// Exit with code 10 if the confidence is below X (0 to 1)
    #[arg(long, value_name = "X", value_parser = parse_confidence, value_hint = ValueHint::Other)]
    min_confidence: Option<f64>,

    /// Exit with code 10 if the question is escalated
    #[arg(long)]
    fail_on_escalate: bool,

    /// Answer only from these exports, files or folders, without leaving this machine
    ///
    /// Takes one or more paths. When the question follows them, it is the first argument that is not the name
    /// of an existing file.
    // A question without a word follows as well, and is refused as that.
    #[arg(long, value_name = "PATH", num_args = 1.., value_parser = OsStringValueParser::new().map(PathBuf::from),
        value_hint = ValueHint::AnyPath, conflicts_with_all = ["local_data", "base_url"])]
    from: Vec<PathBuf>,

    /// Read the exports of --from again instead of using the cached index, and cache nothing
    #[arg(long, requires = "from")]
    no_cache: bool,
}

const EXAMPLES: &str = "\
Examples:
  twin ask 'What is the expense policy for a $200 SaaS tool?'
  twin ask --from handbook.zip 'How many days of leave do I have?'
  git log -5 | twin ask --context-file - 'Did anything here need a review?'
  twin ask --json --min-confidence 0.7 'Who is on call?' | jq -r .response

Exit codes:
  0 answered, 10 escalated or below the minimum confidence (if requested), 2 invalid input, 4 no key,
  6 rate limited, 7 connection failed, 9 answer limit reached";

impl Args {
    /// Whether nothing at all was said: someone who wants to talk.
    fn is_bare(&self) -> bool {
        let Self {
            question,
            context,
            context_file,
            asked_by,
            min_confidence,
            fail_on_escalate,
            from,
            no_cache,
        } = self;
        question.is_empty()
            && context.is_none()
            && context_file.is_none()
            && asked_by.is_none()
            && min_confidence.is_none()
            && !fail_on_escalate
            && from.is_empty()
            && !no_cache
    }
}

/// Asks.
pub(super) async fn run(args: Args, context: &Context) -> Outcome {
    if args.is_bare() && context.ui.can_ask() {
        return chat::run(chat::Args::default(), context).await;
    }
    let (question, from) = question_and_paths(args.question, args.from, Path::exists)?;
    context.only_one_from_stdin([Path::new(&question)].into_iter().chain(args.context_file.as_deref()))?;
    let question = match question.as_str() {
        "-" => Input::Stdin.read("the question").await?,
        _ => question,
    };
    check_question(&question)?;
    let background = match (args.context, args.context_file) {
        (Some(text), _) => Some(text),
        (None, Some(path)) => Some(Input::of(&path).read("the context").await?),
        (None, None) => None,
    };
    check("context", background.as_deref().unwrap_or_default(), twin_sdk::CONTEXT_LIMIT)?;

    let connection = if from.is_empty() {
        context.connect().await?
    } else {
        context.connect_to_exports(&from, !args.no_cache).await?
    };
    let mut call = connection.twin.ask(question);
    if let Some(background) = background.filter(|text| !text.trim().is_empty()) {
        call = call.context(background);
    }
    if let Some(name) = args.asked_by.filter(|name| !name.trim().is_empty()) {
        call = call.asked_by(name);
    }
    let answer = context.waiting_for("Asking", call).await;
    let answer = answer.map_err(|error| hints::of_question(&error, context))?;
    let knows_nothing = connection.is_embedded && answer.sources.is_empty() && {
        connection.twin.kb().list().limit(1).await?.total == 0
    };
    let places = if context.ui.form() == Form::Terminal { context.places(&answer).await } else { Vec::new() };
    Ok(Box::new(Answered {
        answer,
        places,
        min_confidence: args.min_confidence,
        fail_on_escalate: args.fail_on_escalate,
        knows_nothing,
    }))
}

/// The question, and the paths of `--from`. Words are joined; where the question stands behind the paths it is told
/// from them by not being one: what is in quotes is the last word alone, else it begins with the first word that
/// is no file.
fn question_and_paths(
    words: Vec<String>,
    mut from: Vec<PathBuf>,
    exists: impl Fn(&Path) -> bool,
) -> Result<(String, Vec<PathBuf>), CliError> {
    if !words.is_empty() {
        return Ok((words.join(" "), from));
    }
    let missing = || {
        CliError::new(Code::Usage, "the question is missing").hint(
            "pass it as an argument, as in twin ask 'What is the expense policy?', or '-' to read \
                it from standard input",
        )
    };
    let last = from.last().ok_or_else(missing)?;
    let begin = if last.to_string_lossy().contains(char::is_whitespace) && !exists(last) {
        from.len() - 1
    } else {
        from.iter().position(|path| !exists(path)).unwrap_or(from.len())
    };
    if begin == 0 {
        let path = from.first().map(|path| path.display().to_string()).unwrap_or_default();
        return Err(CliError::invalid(format!("cannot read {path}: no such file or folder"))
            .hint("pass an existing path with --from, and then the question"));
    }
    if begin == from.len() {
        return Err(missing());
    }
    let words: Result<Vec<String>, _> =
        from.split_off(begin).into_iter().map(|word| word.into_os_string().into_string()).collect();
    let words = words.map_err(|_| CliError::invalid("the question is not UTF-8 text"))?;
    Ok((words.join(" "), from))
}

/// Refuses what no server takes for a question.
pub(super) fn check_question(question: &str) -> Result<(), CliError> {
    check("question", question, twin_sdk::MESSAGE_LIMIT)?;
    if question.trim().is_empty() {
        return Err(CliError::invalid("the question is empty").hint("twin ask 'What is the expense policy?'"));
    }
    Ok(())
}

/// Servers count characters differently: only what is too long under every count is refused here.
fn check(what: &str, text: &str, limit: usize) -> Result<(), CliError> {
    let length = text.chars().count();
    if length <= limit {
        return Ok(());
    }
    let hint = match what {
        "question" => "shorten the question, and move background to --context",
        _ => "shorten it",
    };
    Err(CliError::invalid(format!("the {what} is too long: {length} characters, the limit is {limit}"))
        .hint(hint))
}

pub(super) fn parse_confidence(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("expected a number from 0 to 1, such as 0.7".to_owned()),
    }
}

/// An answer and what was asked of it.
pub(super) struct Answered {
    answer: Answer,
    places: Vec<String>,
    min_confidence: Option<f64>,
    fail_on_escalate: bool,
    knows_nothing: bool,
}

impl Answered {
    /// An answer of which nothing was asked, and where in its sources it stands.
    pub(super) fn plain(answer: Answer, places: Vec<String>) -> Self {
        Self { answer, places, min_confidence: None, fail_on_escalate: false, knows_nothing: false }
    }

    fn too_unsure(&self) -> Option<f64> {
        self.min_confidence.filter(|min| self.answer.confidence < *min)
    }
}

impl Report for Answered {
    fn text(&self, page: &mut Page) {
        if page.is_terminal() {
            answer::show(&self.answer, &self.places, page);
        } else {
            page.block(&self.answer.response, Tone::Plain);
        }
    }

    fn json(&self, json: Json) -> serde_json::Result<String> {
        json.of(&self.answer)
    }

    fn notices(&self, form: Form) -> Vec<Notice> {
        let mut notices = Vec::new();
        if let (Form::Piped, Some(reason)) = (form, answer::reason(&self.answer)) {
            notices.push(Notice::escalated(reason));
        }
        if let (Form::Piped | Form::Terminal, Some(min)) = (form, self.too_unsure()) {
            let confidence = self.answer.confidence;
            notices.push(Notice::warning(format!("the confidence is {confidence}, below {min}")));
        }
        if self.knows_nothing {
            notices.push(Notice::hint(
                "the embedded twin has no documents: import some with 'twin --local kb import PATH', or \
                 answer from files with 'twin ask --from PATH'",
            ));
        }
        notices
    }

    fn exit(&self) -> Exit {
        let escalated = self.fail_on_escalate && self.answer.should_escalate;
        if escalated || self.too_unsure().is_some() { Exit::Escalated } else { Exit::Done }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(words: &[&str], from: &[&str], existing: &[&str]) -> Result<(String, Vec<PathBuf>), CliError> {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        question_and_paths(words, from.iter().map(PathBuf::from).collect(), |path| {
            existing.iter().any(|name| path == Path::new(name))
        })
    }

    #[test]
    fn a_question_behind_the_paths_is_not_taken_for_one() {
        let expected = |question: &str| Ok((question.to_owned(), vec!["a.zip".into(), "b.zip".into()]));
        let existing = &["a.zip", "b.zip", "policy"];
        assert_eq!(split(&[], &["a.zip", "b.zip", "Who?"], existing), expected("Who?"));
        assert_eq!(split(&["Who?"], &["a.zip", "b.zip"], existing), expected("Who?"));
        assert_eq!(split(&[], &["a.zip", "b.zip", "Who is it?"], existing), expected("Who is it?"));
    }

    #[test]
    fn words_without_quotes_are_one_question() {
        let expected = Ok(("what is the policy".to_owned(), vec!["a.zip".into()]));
        let existing = &["a.zip", "policy"];
        assert_eq!(split(&["what", "is", "the", "policy"], &["a.zip"], existing), expected);
        assert_eq!(split(&[], &["a.zip", "what", "is", "the", "policy"], existing), expected);
        assert_eq!(split(&["-"], &[], existing), Ok(("-".to_owned(), vec![])));
    }

    #[test]
    fn a_path_with_a_mistake_is_no_part_of_a_question_in_quotes() {
        let expected = Ok(("Who is it?".to_owned(), vec!["a.zip".into(), "b.zpi".into()]));
        assert_eq!(split(&[], &["a.zip", "b.zpi", "Who is it?"], &["a.zip"]), expected);
    }

    #[test]
    fn paths_alone_are_no_question() {
        for from in [&[][..], &["a.zip"], &["a.zip", "b.zip"]] {
            assert_eq!(split(&[], from, &["a.zip", "b.zip"]).unwrap_err().code(), Code::Usage, "{from:?}");
        }
    }

    #[test]
    fn a_path_that_does_not_exist_is_named() {
        for from in [&["lost.zip"][..], &["lost.zip", "Who?"], &["lost.zip", "a.zip"]] {
            let error = split(&[], from, &["a.zip"]).unwrap_err();
            assert_eq!(error.message(), "cannot read lost.zip: no such file or folder", "{from:?}");
        }
    }

    #[test]
    fn what_may_be_short_enough_for_the_server_is_sent() {
        assert!(check("question", &"é".repeat(2_000), 2_000).is_ok());
        assert!(check("question", &"🙂".repeat(2_000), 2_000).is_ok());
        let error = check("question", &"a".repeat(2_001), 2_000).unwrap_err();
        assert_eq!(error.message(), "the question is too long: 2001 characters, the limit is 2000");
    }
}
