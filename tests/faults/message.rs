//! Messages of HTTP/1.1 as they lie in a stream: a head, and a body of the length it tells.

use std::io;

use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::spoil::Point;

/// A request or a response.
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    /// The length of the head.
    head: usize,
}

impl Message {
    /// Where a point is in this message.
    pub(crate) fn offset(&self, point: Point) -> usize {
        let body = self.bytes.len() - self.head;
        match point {
            Point::Head(tenths) => self.head * usize::from(tenths) / 10,
            Point::Body(tenths) => self.head + body * usize::from(tenths) / 10,
        }
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.head..]
    }

    pub(crate) fn add_header(&mut self, line: &str) {
        let line = format!("{line}\r\n");
        let end = self.head - 2;
        self.bytes.splice(end..end, line.bytes());
        self.head += line.len();
    }
}

/// The next whole message; `None` where the stream ends before. What was read beyond it stays in `buffer`.
pub(crate) async fn next_message(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> io::Result<Option<Message>> {
    loop {
        if let Some((head, length)) = lengths(buffer)
            && buffer.len() >= head + length
        {
            let rest = buffer.split_off(head + length);
            return Ok(Some(Message { bytes: std::mem::replace(buffer, rest), head }));
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
}

/// The lengths of the head and the body of the message that begins here, once the head is whole.
fn lengths(bytes: &[u8]) -> Option<(usize, usize)> {
    let head = bytes.windows(4).position(|end| end == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]);
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    let length = fields
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .find_map(|(_, value)| value.trim().parse().ok());
    Some((head, length.unwrap_or(0)))
}
