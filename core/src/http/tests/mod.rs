//! Matrices and properties of the codecs together.

mod chunked;
mod forwarding;
mod properties;
mod request_lines;
mod requests;
mod responses;
mod smuggling;

use super::{HeadError, RequestHead};

/// The reason of a refusal, as the tables below write it.
fn refusal(error: HeadError) -> String {
    format!("! {error}")
}

/// One line about an accepted request.
fn summary(head: &RequestHead<'_>) -> String {
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    let mut line = format!("{} {}", head.method(), text(head.path()));
    if let Some(query) = head.query() {
        line += &format!(" ?{}", text(query));
    }
    line += &format!(" @{} {:?} {:?}", text(head.host()), head.version(), head.framing());
    line += if head.keep_alive() { " keep" } else { " close" };
    if head.expects_continue() {
        line += " continue";
    }
    line
}

/// Parses `head` in every way it can arrive and returns the one outcome.
///
/// A prefix may be incomplete or refused early, never accepted; bytes of a next request after the
/// head change nothing.
fn outcome(head: &[u8]) -> String {
    let whole = parse(head);
    for cut in 0..head.len() {
        let part = parse(&head[..cut]);
        assert!(part == "incomplete" || part.starts_with('!'), "{cut} bytes gave {part}");
        assert!(part == "incomplete" || whole.starts_with('!'), "refused early: {part}");
    }
    if whole != "incomplete" {
        let followed = [head, b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"].concat();
        assert_eq!(parse(&followed), whole, "changed by what follows");
    }
    whole
}

fn parse(bytes: &[u8]) -> String {
    let mut fields = super::Fields::new();
    match super::parse_request(bytes, &mut fields) {
        Ok(Some((head, _))) => summary(&head),
        Ok(None) => "incomplete".into(),
        Err(error) => refusal(error),
    }
}
