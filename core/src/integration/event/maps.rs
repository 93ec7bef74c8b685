//! Maps of an event: fields and query parameters, each with its last value or with all of them.
//!
//! Fields are in the order of their names without regard to case, as AWS has them; so are query
//! parameters, whose order is not recorded.

use std::cmp::Ordering;
use std::io::Write as _;

use crate::context::{Context, Forwarded as Listener, RequestFacts};
use crate::http::{FieldLine, FieldName, RequestHead, rules};
use crate::json::text::{escape_tail, write_string, write_text};
use crate::limits::HEADER_FIELDS_MAX;
use crate::mapping::percent::decoded;
use crate::mapping::query::{name_and_value, parameters};
use crate::snapshot::Scheme;

/// What the gateway says of the client's connection.
const FORWARDED: [&str; 3] = ["X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto"];

/// Entries that need no memory of their own: all fields of a head, and what the gateway adds.
const FEW: usize = HEADER_FIELDS_MAX + 5;

/// A name or a value.
#[derive(Debug, Clone, Copy)]
enum Text<'a> {
    Plain(&'a [u8]),
    /// Of a query, as sent.
    Encoded(&'a [u8]),
    /// `X-Forwarded-For`: what the client said of those before it, and the client.
    Chain(&'a RequestHead<'a>, &'a [u8]),
}

/// One value under a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    name: Text<'a>,
    value: Text<'a>,
    /// Its place among those of its name.
    at: u16,
}

/// Entries sorted by name.
pub(super) struct Entries<'a> {
    few: [Entry<'a>; FEW],
    many: Vec<Entry<'a>>,
    count: usize,
}

/// The client's connection, as text.
pub(super) struct Forwarded {
    address: [u8; 48],
    address_len: usize,
    port: [u8; 5],
    port_len: usize,
    proto: &'static str,
}

impl Forwarded {
    pub(super) fn new(request: &RequestFacts<'_>, listener: &Listener) -> Self {
        let (mut address, mut port) = ([0; 48], [0; 5]);
        let mut rest = &mut address[..];
        let room = rest.len();
        // The longest address has 45 characters, the longest port 5.
        let _ = write!(rest, "{}", request.source_ip.to_canonical());
        let address_len = room - rest.len();
        let mut rest = &mut port[..];
        let _ = write!(rest, "{}", listener.port);
        let port_len = 5 - rest.len();
        let proto = match listener.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        Self { address, address_len, port, port_len, proto }
    }
}

impl<'a> Entries<'a> {
    const EMPTY: Entry<'a> = Entry { name: Text::Plain(b""), value: Text::Plain(b""), at: 0 };

    /// Fields of the client that the function sees, and the gateway's own.
    pub(super) fn of_headers(ctx: &Context<'a>, forwarded: Option<&'a Forwarded>) -> Self {
        let mut entries = Self { few: [Self::EMPTY; FEW], many: Vec::new(), count: 0 };
        let Some(head) = ctx.request.head else { return entries };
        let own = forwarded.is_some();
        for line in head.fields().filter(|line| is_passed(line, own)) {
            entries.push(Text::Plain(line.text()), Text::Plain(line.value()));
        }
        if let Some(forwarded) = forwarded {
            let mut push = |name: &'static str, value: &'a [u8]| {
                entries.push(Text::Plain(name.as_bytes()), Text::Plain(value));
            };
            push("Host", head.host());
            push("X-Amzn-Trace-Id", ctx.request.trace_id);
            push(FORWARDED[1], &forwarded.port[..forwarded.port_len]);
            push(FORWARDED[2], forwarded.proto.as_bytes());
            let chain = Text::Chain(head, &forwarded.address[..forwarded.address_len]);
            entries.push(Text::Plain(FORWARDED[0].as_bytes()), chain);
        }
        entries.sort();
        entries
    }

    /// Parameters of a query.
    pub(super) fn of_query(query: Option<&'a [u8]>) -> Self {
        let mut entries = Self { few: [Self::EMPTY; FEW], many: Vec::new(), count: 0 };
        for parameter in query.into_iter().flat_map(parameters) {
            let (name, value) = name_and_value(parameter);
            entries.push(Text::Encoded(name), Text::Encoded(value));
        }
        entries.sort();
        entries
    }

    fn push(&mut self, name: Text<'a>, value: Text<'a>) {
        let entry = Entry { name, value, at: self.count as u16 };
        if self.count < FEW {
            self.few[self.count] = entry;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.few);
            }
            self.many.push(entry);
        }
        self.count += 1;
    }

    fn all(&self) -> &[Entry<'a>] {
        if self.many.is_empty() { &self.few[..self.count] } else { &self.many }
    }

    fn sort(&mut self) {
        let all = if self.many.is_empty() { &mut self.few[..self.count] } else { &mut self.many };
        all.sort_unstable_by(|a, b| by_name(&a.name, &b.name).then(a.at.cmp(&b.at)));
    }

    /// The entries of each name.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[Entry<'a>]> {
        self.all().chunk_by(|a, b| by_name(&a.name, &b.name).is_eq())
    }
}

fn by_name(a: &Text<'_>, b: &Text<'_>) -> Ordering {
    match (a, b) {
        (Text::Encoded(a), Text::Encoded(b)) if is_ascii(a) && is_ascii(b) => {
            decoded(a).cmp(decoded(b))
        }
        // Names that are no UTF-8 are the same where they read the same.
        (Text::Encoded(a), Text::Encoded(b)) => shown(a).cmp(&shown(b)),
        (a, b) => {
            let lower = |byte: &u8| byte.to_ascii_lowercase();
            a.sent().iter().map(lower).cmp(b.sent().iter().map(lower))
        }
    }
}

fn is_ascii(text: &[u8]) -> bool {
    decoded(text).all(|byte| byte.is_ascii())
}

fn shown(text: &[u8]) -> String {
    let bytes: Vec<u8> = decoded(text).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a client's field is in the event; `own`: the gateway sets some of its own.
fn is_passed(line: &FieldLine<'_>, own: bool) -> bool {
    let is_own = match line.name() {
        FieldName::Host | FieldName::XAmznTraceId => true,
        FieldName::Other => {
            own && FORWARDED.iter().any(|it| it.as_bytes().eq_ignore_ascii_case(line.text()))
        }
        _ => false,
    };
    !is_own && rules::seen_by_templates(line.name())
}

impl<'a> Text<'a> {
    const fn sent(&self) -> &'a [u8] {
        match self {
            Self::Plain(text) | Self::Encoded(text) | Self::Chain(_, text) => text,
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Plain(text) => write_string(text, out),
            Self::Encoded(text) if text.iter().any(|byte| matches!(byte, b'%' | b'+')) => {
                out.push(b'"');
                let start = out.len();
                out.extend(decoded(text));
                escape_tail(out, start);
                out.push(b'"');
            }
            Self::Encoded(text) => write_string(text, out),
            Self::Chain(head, last) => {
                out.push(b'"');
                for before in head.values(FORWARDED[0]).filter(|value| !value.is_empty()) {
                    write_text(before, out);
                    out.extend_from_slice(b", ");
                }
                write_text(last, out);
                out.push(b'"');
            }
        }
    }
}

/// Appends a map from names to their last value, or to the list of all; null when it is empty.
pub(super) fn write_map<'m, 'a: 'm>(
    groups: impl Iterator<Item = &'m [Entry<'a>]>,
    all: bool,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    for group in groups {
        let [first, ..] = group else { continue };
        out.push(if out.len() == start { b'{' } else { b',' });
        first.name.write(out);
        out.push(b':');
        match group {
            _ if all => {
                for (at, entry) in group.iter().enumerate() {
                    out.push(if at == 0 { b'[' } else { b',' });
                    entry.value.write(out);
                }
                out.push(b']');
            }
            [.., last] => last.value.write(out),
            [] => {}
        }
    }
    end_map(start, out);
}

/// Appends a map from names to values; null when it is empty.
pub(super) fn write_pairs<'p>(
    pairs: impl Iterator<Item = (&'p [u8], &'p [u8])>,
    out: &mut Vec<u8>,
) {
    let start = out.len();
    for (name, value) in pairs {
        out.push(if out.len() == start { b'{' } else { b',' });
        write_string(name, out);
        out.push(b':');
        write_string(value, out);
    }
    end_map(start, out);
}

fn end_map(start: usize, out: &mut Vec<u8>) {
    if out.len() == start {
        out.extend_from_slice(b"null");
    } else {
        out.push(b'}');
    }
}
