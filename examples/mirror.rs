//! Mirrors the rows of a SQLite table in the knowledge base: what is new is created, what changed is replaced, what is
//! gone is deleted. Kill it at any point and run it again: it goes on where it ended.
//!
//! ```sh
//! cargo run -p twin-examples --bin mirror -- articles.db articles.lock.json
//! ```
//!
//! The table is `articles (id INTEGER PRIMARY KEY, title TEXT, body TEXT)`. Without arguments it makes one of its own.

use rusqlite::Connection;
use twin_examples::{Result, connect};
use twin_sync::{Document, DocumentType, MaxDelete, Observer, Options, Sync, Task};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let scratch = tempfile::tempdir()?;
    let (table, state) = match arguments.as_slice() {
        [table, state] => (Connection::open(table)?, state.into()),
        _ => (a_table_of_its_own()?, scratch.path().join("articles.lock.json")),
    };
    let (twin, _running) = connect().await?;

    // The first run may find documents in the knowledge base already; those that equal an article are taken for it.
    let mut options = Options::default();
    options.adopt = true;
    let sync = Sync::new(&twin).state(state).options(options).prune(MaxDelete::Percent(50));
    let plan = sync.plan(articles(&table)?).await?;
    println!("{plan}");
    let report = plan.apply(&Lines).await?;
    println!("{} created, {} replaced, {} deleted", report.created, report.replaced, report.pruned);
    for failed in &report.failed {
        println!("{} failed: {}", failed.key, failed.message);
    }
    Ok(())
}

/// Every row as a document. Its key is the row's, so that a new title or text is the same document.
fn articles(table: &Connection) -> Result<Vec<Document>> {
    let mut rows = table.prepare("SELECT id, title, body FROM articles ORDER BY id")?;
    let document = |id: i64, title: String, text: String| Document {
        key: format!("articles:{id}"),
        path: title.clone(),
        source: String::new(),
        converter: "articles/1".to_owned(),
        document_type: DocumentType::Note,
        title,
        text,
    };
    let articles = rows.query_map([], |row| Ok(document(row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(articles.collect::<rusqlite::Result<_>>()?)
}

/// Prints a line for every article that is dealt with.
struct Lines;

impl Observer for Lines {
    fn done(&self, task: &Task) {
        println!("{} {}", task.action.name(), task.title);
    }
}

fn a_table_of_its_own() -> Result<Connection> {
    let table = Connection::open_in_memory()?;
    table.execute_batch(
        "CREATE TABLE articles (id INTEGER PRIMARY KEY, title TEXT, body TEXT);
         INSERT INTO articles VALUES
             (1, 'Opening hours', 'The office is open from 8 to 18 on weekdays.'),
             (2, 'Visitors', 'Visitors sign in at the front desk and wear a badge.');",
    )?;
    Ok(table)
}
