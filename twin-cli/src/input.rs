//! Text from a file or, where the user asks for it with `-`, from standard input.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{CliError, Code};

/// Far more than any text the API takes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// Some programs and shells, on Windows above all, begin a text with it.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    Stdin,
    File(PathBuf),
}

impl Input {
    /// `-` is standard input, anything else a file.
    pub(crate) fn of(path: &Path) -> Self {
        if path.as_os_str() == "-" { Input::Stdin } else { Input::File(path.to_owned()) }
    }

    /// The whole text without its final line feed and a byte order mark; `what` names it in errors.
    ///
    /// It may be long in coming, from a pipe say: it is read aside, so that Ctrl-C is heard.
    pub(crate) async fn read(&self, what: &'static str) -> Result<String, CliError> {
        let input = self.clone();
        let read = tokio::task::spawn_blocking(move || input.read_now(what)).await;
        read.map_err(CliError::internal)?
    }

    /// The bytes as they are.
    pub(crate) async fn read_bytes(&self, what: &'static str) -> Result<Vec<u8>, CliError> {
        let input = self.clone();
        let read = tokio::task::spawn_blocking(move || input.bytes(what)).await;
        read.map_err(CliError::internal)?
    }

    fn read_now(&self, what: &str) -> Result<String, CliError> {
        let mut text = String::from_utf8(self.bytes(what)?).map_err(|_| {
            CliError::invalid(format!("{self} is not UTF-8 text"))
                .hint("convert it first, for example with iconv")
        })?;
        if text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len_utf8());
        }
        text.truncate(text.strip_suffix("\r\n").or(text.strip_suffix('\n')).unwrap_or(&text).len());
        Ok(text)
    }

    fn bytes(&self, what: &str) -> Result<Vec<u8>, CliError> {
        let mut bytes = Vec::new();
        match self {
            Input::Stdin => io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes),
            Input::File(path) => {
                std::fs::File::open(path).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
            }
        }
        .map_err(|error| CliError::invalid(format!("cannot read {what} from {self}: {error}")))?;
        if bytes.len() as u64 > LONGEST {
            return Err(CliError::invalid(format!("{self} is too long for {what}: over 16 MiB")));
        }
        Ok(bytes)
    }
}

/// Refuses a line on which several arguments are `-`: standard input can be read once.
pub(crate) fn only_one_from_stdin<'a>(arguments: impl IntoIterator<Item = &'a Path>) -> Result<(), CliError> {
    if arguments.into_iter().filter(|path| Input::of(path) == Input::Stdin).count() < 2 {
        return Ok(());
    }
    Err(CliError::new(Code::Usage, "standard input cannot be used for two arguments")
        .hint("pass '-' once, and a file or text for the others"))
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Stdin => f.write_str("standard input"),
            Input::File(path) => write!(f, "{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<String, CliError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        Input::of(file.path()).read_now("the question")
    }

    #[test]
    fn one_final_line_feed_goes_and_the_rest_stays() {
        assert_eq!(read(b"a\nb\n").unwrap(), "a\nb");
        assert_eq!(read(b"a\r\n").unwrap(), "a");
        assert_eq!(read(b" a \n\n").unwrap(), " a \n");
        assert_eq!(read(b"").unwrap(), "");
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        assert_eq!(read("\u{feff}twin_live_x\r\n".as_bytes()).unwrap(), "twin_live_x");
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(read(b"\xff\xfe").unwrap_err().exit().code(), 2);
    }
}
