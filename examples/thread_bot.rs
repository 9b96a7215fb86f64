//! A bot that answers in chat threads and gives the twin the thread so far as context, newest first to stay,
//! never more than the API's 4,000 characters.
//!
//! ```sh
//! cargo run -p twin-examples --bin thread_bot
//! ```

use std::collections::{HashMap, VecDeque};

use twin_examples::{Result, connect};
use twin_sdk::{CONTEXT_LIMIT, Twin};

/// A message as a chat service delivers it.
struct Message {
    thread: &'static str,
    author: &'static str,
    text: &'static str,
}

const CONVERSATION: [Message; 4] = [
    Message { thread: "t1", author: "Jordan", text: "How do I claim a $200 SaaS tool as an expense?" },
    Message { thread: "t2", author: "Sam", text: "I lost my laptop on the train. Whom do I report it to?" },
    Message { thread: "t1", author: "Jordan", text: "And by when do I submit the expense?" },
    Message { thread: "t2", author: "Sam", text: "Can you approve a new one for $3,000?" },
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let (twin, _running) = connect().await?;
    let mut threads: HashMap<&str, Thread> = HashMap::new();
    for message in CONVERSATION {
        let thread = threads.entry(message.thread).or_default();
        let reply = reply_to(&twin, thread, &message).await?;
        println!(
            "[{}] {}: {}\n[{}] twin: {reply}\n",
            message.thread, message.author, message.text, message.thread
        );
        thread.push(message.author, message.text);
        thread.push("twin", &reply);
    }
    Ok(())
}

async fn reply_to(twin: &Twin, thread: &Thread, message: &Message) -> Result<String> {
    let mut call = twin.ask(message.text).asked_by(message.author);
    if !thread.is_empty() {
        call = call.context(thread.context());
    }
    let answer = call.await?;
    Ok(match answer.escalate_reason {
        None => answer.response,
        Some(reason) => format!("I passed this on to a person. {reason}"),
    })
}

/// The newest messages of a thread that fit the API's limit together.
#[derive(Default)]
struct Thread {
    lines: VecDeque<String>,
    length: usize,
}

impl Thread {
    fn push(&mut self, author: &str, text: &str) {
        let mut line = format!("{author}: {text}\n");
        // A single message longer than the limit keeps its beginning.
        while length(&line) > CONTEXT_LIMIT {
            line.pop();
        }
        self.length += length(&line);
        self.lines.push_back(line);
        while self.length > CONTEXT_LIMIT {
            self.length -= self.lines.pop_front().as_deref().map_or(0, length);
        }
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn context(&self) -> String {
        self.lines.iter().map(String::as_str).collect()
    }
}

/// UTF-16 units: the stricter of the two ways servers count characters.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_its_newest_messages_within_the_limit() {
        let mut thread = Thread::default();
        (0..500).for_each(|number| thread.push("Jordan", &format!("message {number} 🙂")));
        let context = thread.context();
        assert!(length(&context) <= CONTEXT_LIMIT && length(&context) > CONTEXT_LIMIT - 50);
        assert!(context.ends_with("Jordan: message 499 🙂\n"));
        thread.push("Sam", &"🙂".repeat(5_000));
        assert!(length(&thread.context()) <= CONTEXT_LIMIT);
    }
}
