//! The way in: exports that are opened, recognised and read.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::detect::{self, Detected};
use super::job::Budget;
use super::run::Run;
use super::{Document, Format, Limits, Observer, Options, ReadError, Skipped, Summary, folder};

/// Exports that are open and recognised, and can be read.
///
/// ```no_run
/// use std::ops::ControlFlow;
/// use twin_export::{Export, Options};
///
/// # fn main() -> Result<(), twin_export::ReadError> {
/// let export = Export::open(&["Export-3f2a.zip"], &Options::default())?;
/// println!("{:?}", export.formats());
/// let summary = export.read(&(), |document| {
///     println!("{} ({})\n{}\n", document.title, document.key, document.text);
///     ControlFlow::Continue(())
/// })?;
/// println!("{} documents, {} skipped", summary.documents, summary.skipped.len());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Export {
    options: Options,
    budget: Budget,
    detected: Vec<Detected>,
}

impl Export {
    /// Opens every path (a zip, tar or tgz archive, a folder or a single file), lists its files, and recognises which
    /// kind of export it is, by its content. The parts of one export belong into one call.
    ///
    /// # Errors
    /// If a path does not exist or cannot be opened, if it is a kind of backup that has no readable pages, or if
    /// [`Options::root`] names several folders at once. Damaged archives are no error: see [`Summary::roots`].
    pub fn open(paths: &[impl AsRef<Path>], options: &Options) -> Result<Self, ReadError> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.as_ref().to_owned()).collect();
        let budget = Budget::of(options);
        let detected = detect::exports(&paths, options, &budget);
        budget.check_machine()?;
        Ok(Self { options: options.clone(), budget, detected: detected? })
    }

    /// Returns the kinds of the exports, each once, in the order in which they are read. Never [`Format::Auto`].
    #[must_use]
    pub fn formats(&self) -> Vec<Format> {
        let mut formats = Vec::new();
        for reader in self.detected.iter().map(|detected| detected.reader) {
            if !formats.contains(&reader) {
                formats.push(reader);
            }
        }
        formats
    }

    /// Reads the exports, and passes each document to `sink` as soon as it is converted, in an order that depends on
    /// the exports only. One document is in memory at a time, so that memory does not grow with their number. `sink`
    /// ends the run with [`ControlFlow::Break`], and [`Options::cancellation`] from elsewhere.
    ///
    /// Files that cannot be read are not errors: they are in [`Summary::skipped`], with the reason.
    ///
    /// # Errors
    /// If temporary files cannot be written, or no thread can be started.
    pub fn read(
        self,
        observer: &dyn Observer,
        mut sink: impl FnMut(Document) -> ControlFlow<()>,
    ) -> Result<Summary, ReadError> {
        let mut run = Run::new(&self.options, self.budget.clone(), observer, &mut sink);
        for export in self.detected {
            let flow = export.read(&mut run);
            self.budget.check_machine()?;
            if flow.is_break() {
                break;
            }
        }
        Ok(run.finish())
    }
}

/// Converts the bytes of a single file to a document, as [`Export`] does with a file. `name` determines its kind if the
/// bytes do not, and its title if it has no heading.
///
/// # Errors
/// If the bytes contain no document, with the reason.
pub fn from_bytes(name: &str, bytes: Vec<u8>, limits: &Limits) -> Result<Document, Skipped> {
    folder::from_bytes(name, bytes, limits)
}
