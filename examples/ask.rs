//! Asks a question and shows all the twin says.
//!
//! ```sh
//! cargo run -p twin-examples --bin ask -- 'What do I do about a lost laptop?'
//! ```

use twin_examples::{Result, connect};
use twin_sdk::{ErrorKind, Outcome};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let question = std::env::args().nth(1).unwrap_or_else(|| "How many days of leave do I have?".to_owned());
    let (twin, _running) = connect().await?;

    let answer = match twin.ask(question).asked_by("Example").await {
        Ok(answer) => answer,
        Err(error) => {
            // What is worth telling a person apart; `error` itself is one line that can be shown.
            match error.kind() {
                ErrorKind::AnswerLimit => eprintln!("No answers left this month: {:?}", error.answers_used()),
                ErrorKind::RateLimited => eprintln!("Try again in {:?}", error.retry_after()),
                _ if error.outcome() == Outcome::Unknown => {
                    eprintln!("The question may have been answered and counted.")
                }
                _ => {}
            }
            return Err(error.into());
        }
    };
    println!("{}", answer.response);
    println!("confidence {:.0} %, from {}", answer.confidence * 100.0, answer.sources.join(", "));
    if let Some(reason) = answer.escalate_reason {
        println!("escalated: {reason}");
    }
    Ok(())
}
