//! Loads every Markdown file of a folder into the knowledge base: paced by the rate limit, four at a time.
//!
//! ```sh
//! cargo run -p twin-examples --bin bulk_load -- path/to/folder
//! ```
//!
//! It remembers nothing: run twice, it creates everything twice. `twin kb sync` is the tool that does remember.

use std::path::Path;
use std::time::Duration;

use tokio::task::JoinSet;
use twin_examples::{ANY_PORT, Result, client_of, handbook};
use twin_sdk::{DocumentType, NewDocument, Outcome, Pacing, RetryPolicy, TwinBuilder};

const AT_ONCE: usize = 4;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = std::env::args().nth(1);
    let documents = match &folder {
        Some(folder) => read(Path::new(folder))?,
        None => {
            (1..=25).map(|page| note(&format!("Page {page}"), &format!("The text of page {page}."))).collect()
        }
    };
    let (builder, _running) = if std::env::var_os("TWIN_API_KEY").is_some() {
        (TwinBuilder::from_env()?, None)
    } else {
        // A window of a second instead of a minute, to see the pacing at work.
        let running = handbook().rate_limit(10).window(Duration::from_secs(1)).serve(ANY_PORT).await?;
        (client_of(&running)?, Some(running))
    };
    // Bulk work has no deadline and waits as long as it takes.
    let twin = builder
        .pacing(Pacing::Window)
        .deadline(None)
        .retry(RetryPolicy::default().longest_wait(Duration::MAX))
        .build()?;

    let total = documents.len();
    let mut waiting = documents.into_iter();
    let mut running = JoinSet::new();
    let (mut created, mut in_doubt) = (0, Vec::new());
    loop {
        while running.len() < AT_ONCE
            && let Some(document) = waiting.next()
        {
            let title = document.title.clone();
            let create = twin.kb().create(document);
            running.spawn(async move { (title, create.await) });
        }
        let Some(finished) = running.join_next().await else { break };
        match finished? {
            (_, Ok(_)) => created += 1,
            (title, Err(error)) if error.outcome() != Outcome::NotApplied => in_doubt.push(title),
            (title, Err(error)) => eprintln!("{title}: {error}"),
        }
        eprint!("\r{created} of {total}");
    }
    eprintln!();
    println!("{created} of {total} created");
    for title in in_doubt {
        println!("{title}: may or may not have been created");
    }
    Ok(())
}

fn read(folder: &Path) -> Result<Vec<NewDocument>> {
    let mut documents = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let title = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            documents.push(note(&title, &std::fs::read_to_string(&path)?));
        }
    }
    Ok(documents)
}

fn note(title: &str, text: &str) -> NewDocument {
    NewDocument::new(title, text).of_type(DocumentType::Note)
}
