//! A bot that answers in chat threads and gives the twin each thread so far as context: as much of it as the API
//! takes, without the oldest messages.
//!
//! ```sh
//! cargo run -p twin-examples --bin thread_bot
//! ```

use std::collections::HashMap;

use twin_examples::{Result, connect};
use twin_sdk::{Thread, Twin};

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
    let answer = twin.ask(message.text).thread(thread).asked_by(message.author).await?;
    Ok(match answer.escalate_reason {
        None => answer.response,
        Some(reason) => format!("I passed this on to a person. {reason}"),
    })
}
