//! Every file of an export ends as a document, as part of one, or among the skipped.

use std::cell::Cell;
use std::ops::ControlFlow;

use twin_export::{Export, Observer, Progress};

use super::expectation::{Expectation, all};

#[derive(Default)]
struct Last {
    files: Cell<u64>,
    listed: Cell<u64>,
}

impl Observer for Last {
    fn progress(&self, progress: &Progress<'_>) {
        self.files.set(progress.files);
        self.listed.set(progress.listed);
    }
}

#[test]
fn documents_parts_and_skipped_add_up_to_the_files_of_every_export() {
    for name in all() {
        let expectation = Expectation::load(&name);
        let last = Last::default();
        let mut files = 0;
        let export = Export::open(&expectation.paths, &expectation.options()).unwrap();
        let summary = export.read(&last, |document| {
            // An mbox is no document: its threads are.
            files += u64::from(!document.path.contains(".mbox <") || !document.path.ends_with('>'));
            ControlFlow::Continue(())
        });
        let summary = summary.unwrap();
        assert_eq!(last.files.get(), last.listed.get(), "{name}: progress ends before the last file");
        let accounted = files + summary.merged + summary.skipped.len() as u64;
        assert_eq!(accounted, summary.files, "{name}");
    }
}
