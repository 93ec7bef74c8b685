//! Properties over generated input; the invariants themselves are shared with the fuzz targets.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{invariants, write};

/// Pieces that heads are made of, good and bad.
const PIECES: &[&str] = &[
    "GET ",
    "POST ",
    "OPTIONS ",
    "CONNECT ",
    "/",
    "/a/b?c=d",
    "*",
    "http://h:80/x",
    "#",
    " HTTP/1.1",
    " HTTP/1.0",
    " HTTP/2.0",
    "\r\n",
    "\r\n",
    "\r\n",
    "\n",
    "\r",
    "\r\n\r\n",
    " ",
    "\t",
    "\0",
    ":",
    ": ",
    ",",
    ";",
    "Host: h\r\n",
    "Host",
    "host: i\r\n",
    "Content-Length: 4\r\n",
    "Content-Length",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding",
    "Transfer_Encoding",
    "chunked",
    "identity",
    "Connection: close\r\n",
    "Connection: keep-alive, x\r\n",
    "Expect: 100-continue\r\n",
    "X: y\r\n",
    "X-Api-Key",
    "4",
    "0",
    "+",
    "\u{e4}",
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.1 204 \r\n",
    "HTTP/1.0 ",
    "HTTP/1.1 ",
    "100",
    "304",
    "GET / HTTP/1.1\r\nHost: h\r\n",
    "POST / HTTP/1.1\r\nHost: h\r\n",
];

/// Pieces that chunked bodies are made of.
const CHUNK_PIECES: &[&str] = &[
    "0",
    "1",
    "5",
    "a",
    "F",
    "10",
    "\r\n",
    "\r\n",
    "\r\n",
    "\r",
    "\n",
    "hello",
    "x",
    ";",
    ";a=b",
    " ",
    "0x",
    "-",
    "_",
    "0\r\n\r\n",
    "5\r\nhello\r\n",
    "1\r\nx\r\n",
    "X: y\r\n",
    ":",
    "\0",
    "ffffffffffffffff",
    "0000000000000000",
];

fn of_pieces(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    vec(proptest::sample::select(pieces), 0..16).prop_map(|parts| parts.concat().into_bytes())
}

/// Mostly valid requests: a request line, a Host, well-formed fields, one byte changed perhaps.
fn almost_valid() -> impl Strategy<Value = Vec<u8>> {
    let field = ("[!-9;-~]{1,12}", "[ \t]{0,2}", "[ -~\u{80}-\u{ff}]{0,20}");
    let line =
        ("(GET|POST|X-[A-Z]{1,5})", "(/[!-\"$-~]{0,20}|http://[a-z.]{1,8}/x|\\*)", "1\\.[01]");
    let change = proptest::option::of((any::<proptest::sample::Index>(), any::<u8>()));
    (line, vec(field, 0..12), any::<bool>(), change).prop_map(
        |((method, target, version), fields, host, change)| {
            let mut head = format!("{method} {target} HTTP/{version}\r\n");
            if host {
                head += "Host: h.example\r\n";
            }
            for (name, blanks, value) in fields {
                head += &format!("{name}:{blanks}{value}{blanks}\r\n");
            }
            head += "\r\nrest";
            let mut head = head.into_bytes();
            if let Some((at, byte)) = change {
                let at = at.index(head.len());
                head[at] = byte;
            }
            head
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn arbitrary_bytes(bytes in vec(any::<u8>(), 0..600), to_head: bool) {
        invariants::request_head(&bytes);
        invariants::response_head(&bytes, to_head);
        invariants::chunked_body(&bytes);
    }

    #[test]
    fn requests_of_pieces(bytes in of_pieces(PIECES)) {
        invariants::request_head(&bytes);
    }

    #[test]
    fn requests_almost_valid(bytes in almost_valid()) {
        invariants::request_head(&bytes);
    }

    #[test]
    fn responses_of_pieces(bytes in of_pieces(PIECES), to_head: bool) {
        invariants::response_head(&bytes, to_head);
        invariants::response_head(&[b"HTTP/1.1 200 OK\r\n", bytes.as_slice()].concat(), to_head);
    }

    #[test]
    fn chunked_bodies_of_pieces(bytes in of_pieces(CHUNK_PIECES)) {
        invariants::chunked_body(&bytes);
    }

    #[test]
    fn chunked_round_trip(
        chunks in vec(vec(any::<u8>(), 1..40), 0..8),
        trailer in any::<bool>(),
        cuts in vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let mut body = Vec::new();
        for chunk in &chunks {
            write::chunk_size(chunk.len() as u64, &mut body);
            body.extend_from_slice(chunk);
            body.extend_from_slice(write::CRLF);
        }
        body.extend_from_slice(if trailer { b"0\r\nX: y\r\n\r\n" } else { write::LAST_CHUNK });
        let length = body.len();
        body.extend_from_slice(b"next");
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len())).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let pieces: Vec<_> = cuts.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect();
        let expect = Ok((chunks.concat(), Some(length)));
        prop_assert_eq!(invariants::decode_in_pieces(&pieces), expect);
    }
}
