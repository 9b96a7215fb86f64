//! Pages of an API's listing, read article by article: a file may be longer than memory, an article may not.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::rc::Rc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::super::reason;

/// What all pages tell of the listing.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// Articles so far.
    found: u64,
    /// How many there are, as the pages say.
    count: u64,
    /// Pages after which others follow, and pages after which none does.
    followed: u64,
    last: u64,
}

impl Pages {
    /// Reads a file, and hands out its articles.
    pub(super) fn read(
        &mut self,
        stream: Bounded<impl Read>,
        take: &mut dyn FnMut(Value) -> ControlFlow<()>,
    ) -> Result<(), &'static str> {
        let left = stream.left.clone();
        let most = stream.most;
        let mut stream = BufReader::with_capacity(64 * 1024, stream);
        if stream.fill_buf().is_ok_and(|head| head.starts_with(b"\xEF\xBB\xBF")) {
            stream.consume(3);
        }
        let mut stopped = false;
        let mut take = |value| {
            left.set(most);
            let flow = take(value);
            stopped = flow.is_break();
            flow
        };
        let mut json = serde_json::Deserializer::from_reader(stream);
        let read = loop {
            let mut told = Told::default();
            let read = Listing { take: &mut take, told: &mut told, depth: 0 }.deserialize(&mut json);
            self.found += told.found;
            self.count = self.count.max(told.count);
            self.followed += u64::from(told.is_followed);
            self.last += u64::from(!told.is_followed && told.found > 0);
            // Pages may stand one after the other.
            if read.is_err() || json.end().is_ok() {
                break read;
            }
        };
        match read {
            Ok(()) => Ok(()),
            // Whoever took the last article wanted no more.
            Err(_) if stopped => Ok(()),
            Err(_) if left.get() == 0 => Err(reason::TOO_LARGE),
            Err(_) => Err(reason::UNREADABLE),
        }
    }

    /// Whether nothing says that there are more articles than were found.
    pub(super) fn are_all(&self) -> bool {
        self.found >= self.count && (self.followed == 0 || self.last > 0)
    }
}

/// A stream of which no more is read at a time than an article may have.
pub(super) struct Bounded<R> {
    inner: R,
    most: u64,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Bounded<R> {
    pub(super) fn new(inner: R, article: u64) -> Self {
        // Signs may be escaped, and much may stand between articles.
        let most = article.saturating_mul(2).saturating_add(1 << 20);
        Self { inner, most, left: Rc::new(Cell::new(most)) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let left = self.left.get().saturating_sub(read as u64);
        self.left.set(left);
        if left == 0 && read > 0 { Err(io::Error::other("too large")) } else { Ok(read) }
    }
}

/// What one page tells.
#[derive(Debug, Default)]
struct Told {
    found: u64,
    count: u64,
    is_followed: bool,
}

type Take<'a> = &'a mut dyn FnMut(Value) -> ControlFlow<()>;

/// A listing: an object that holds articles, or the articles alone.
struct Listing<'a> {
    take: Take<'a>,
    told: &'a mut Told,
    depth: usize,
}

/// Objects around a listing.
const DEEPEST: usize = 4;

impl<'de> DeserializeSeed<'de> for Listing<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Listing<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("articles")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut articles: A) -> Result<(), A::Error> {
        while let Some(value) = articles.next_element::<Value>()? {
            self.told.found += 1;
            if (self.take)(value).is_break() {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(name) = object.next_key::<String>()? {
            match name.as_str() {
                "articles" | "data" if self.depth < DEEPEST => {
                    let (take, told) = (&mut *self.take, &mut *self.told);
                    object.next_value_seed(Listing { take, told, depth: self.depth + 1 })?;
                }
                "article" => {
                    let value = object.next_value::<Value>()?;
                    self.told.found += 1;
                    if (self.take)(value).is_break() {
                        return Err(A::Error::custom("stopped"));
                    }
                }
                "count" | "total_count" => {
                    self.told.count = object.next_value::<Value>()?.as_u64().unwrap_or(0);
                }
                "next_page" => self.told.is_followed |= is_there(&object.next_value::<Value>()?),
                "meta" => {
                    let meta = object.next_value::<Value>()?;
                    self.told.is_followed |= meta.get("has_more").and_then(Value::as_bool).unwrap_or(false);
                }
                "pages" => {
                    let pages = object.next_value::<Value>()?;
                    self.told.is_followed |= pages.get("next").is_some_and(is_there);
                }
                _ => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
}

fn is_there(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(address) => !address.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pages: &mut Pages, json: &str) -> (usize, Result<(), &'static str>) {
        let mut found = 0;
        let read = pages.read(Bounded::new(json.as_bytes(), 1000), &mut |_| {
            found += 1;
            ControlFlow::Continue(())
        });
        (found, read)
    }

    #[test]
    fn pages_are_all_when_the_last_is_there_and_the_count_is_reached() {
        let mut pages = Pages::default();
        let first = r#"{"count": 3, "next_page": "https://x.example/2", "articles": [{"id": 1}, {"id": 2}]}"#;
        assert_eq!(read(&mut pages, first), (2, Ok(())));
        assert!(!pages.are_all());
        assert_eq!(
            read(&mut pages, r#"{"articles": [{"id": 3}], "next_page": null, "count": 3}"#),
            (1, Ok(()))
        );
        assert!(pages.are_all());

        let mut pages = Pages::default();
        let cursors = r#"{"data": [{"id": "1"}], "pages": {"next": {"starting_after": "x"}}, "total_count": 2}
            {"data": [{"id": "2"}], "pages": {"next": null}, "total_count": 2}"#;
        assert_eq!(read(&mut pages, cursors), (2, Ok(())));
        assert!(pages.are_all());
    }

    #[test]
    fn a_page_that_is_cut_is_unreadable_after_what_it_holds() {
        assert_eq!(
            read(&mut Pages::default(), r#"{"articles": [{"id": 1}, {"id"#),
            (1, Err(reason::UNREADABLE))
        );
        let long = format!(r#"[{{"id": 1, "body": "{}"}}]"#, "a".repeat(2 << 20));
        assert_eq!(read(&mut Pages::default(), &long), (0, Err(reason::TOO_LARGE)));
        assert_eq!(read(&mut Pages::default(), "{\"articles\": null} 5"), (0, Ok(())));
    }
}
