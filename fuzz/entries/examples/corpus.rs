//! Writes the seeds where cargo-fuzz looks for them: `fuzz/corpus/NAME/`.

use std::fs;
use std::io;
use std::path::Path;

use entries::{ENTRIES, seeds};

fn main() -> io::Result<()> {
    for entry in ENTRIES {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(entry.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in [(entry.seeds)(), seeds::of_folder(entry.name)].concat().iter().enumerate() {
            fs::write(folder.join(format!("seed-{number}")), seed)?;
        }
    }
    Ok(())
}
