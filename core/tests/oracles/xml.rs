//! XML beside libxml2: what is XML, and whether what is written means what was read.

use fastrand::Rng;
use ringway_core::xml::{Allowance, parse, write};

use super::run::{Compared, python_answers, report};

/// What is put into documents, or in the place of something.
const PIECES: &[&str] = &[
    "<",
    ">",
    "&",
    ";",
    "/",
    "\"",
    "'",
    "=",
    " ",
    "\n",
    "\r",
    "\t",
    "a",
    "b",
    ":",
    "x:a",
    "]]>",
    "-",
    "--",
    "<!--",
    "-->",
    "<?",
    "?>",
    "<![CDATA[",
    "]]",
    "&amp;",
    "&lt;",
    "&#60;",
    "&#x3C;",
    "&#0;",
    "&#xFFFE;",
    "&nbsp;",
    "\u{1}",
    "\u{fffe}",
    "é",
    "\u{1f600}",
    "<a>",
    "</a>",
    "<b/>",
    "<a b='c'/>",
    " a='1'",
    " xmlns='urn:u'",
    " xmlns:x='urn:u'",
    "<?xml version='1.0'?>",
    "<?p i?>",
    "<x:a xmlns:x='urn:u'/>",
    "<!DOCTYPE a>",
    "\u{feff}",
    "1",
    ".",
    "\u{b7}",
    "!",
    "#",
];

fn allowance() -> Allowance {
    Allowance { bytes: 1 << 20, nodes: 10_000 }
}

/// What we write of a document; None for what we do not read.
fn written(document: &str) -> Option<String> {
    let map = parse(document, &mut allowance()).ok()?;
    let mut out = String::new();
    write(&map, &mut allowance(), &mut out).expect("what was read can be written");
    Some(out)
}

/// Differences that are meant.
fn accepted(document: &str, oracle: &str, ours: &str) -> Option<&'static str> {
    match (oracle, ours) {
        ("accepted", "refused") if document.contains("<!DOCTYPE") => Some("has a DTD: refused"),
        ("accepted", "refused") if document.contains("version=\"1.\"") => {
            Some("has another version than 1.0: refused")
        }
        ("namespaces", "same" | "refused") => {
            Some("a prefix is a part of a name: namespaces are not looked at")
        }
        _ => None,
    }
}

fn element(random: &mut Rng, depth: usize, out: &mut String) {
    let name = *random.choice(["a", "b", "c", "x:a", "é"]).as_ref().expect("a name");
    out.push('<');
    out.push_str(name);
    if depth == 0 {
        out.push_str(" xmlns:x='urn:u'");
    }
    for attribute in ["b", "x:b"] {
        if random.u8(0..5) == 0 {
            out.push_str(&format!(" {attribute} = \"v&#10;&lt;{}\"", random.u8(0..3)));
        }
    }
    if random.u8(0..5) == 0 {
        out.push_str(" xmlns='urn:v'");
    }
    if random.u8(0..5) == 0 {
        out.push_str("/>");
        return;
    }
    out.push('>');
    let gaps: &[&str] = match random.u8(0..3) {
        0 => &[""],
        1 => &["\n  ", " ", "<!-- c -->", ""],
        _ => &["text ", "<![CDATA[<&]]>", " &amp; ", "\r\n", "", "<?p i?>"],
    };
    for _ in 0..random.usize(0..4) {
        out.push_str(gaps[random.usize(0..gaps.len())]);
        if depth < 4 {
            element(random, depth + 1, out);
        }
    }
    out.push_str(gaps[random.usize(0..gaps.len())]);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Changes a document at one place.
fn change(random: &mut Rng, document: &mut String) {
    let at = document.floor_char_boundary(random.usize(0..=document.len()));
    let piece = PIECES[random.usize(0..PIECES.len())];
    let end = document[at..].chars().next().map_or(at, |char| at + char.len_utf8());
    match random.u8(0..3) {
        0 => document.insert_str(at, piece),
        1 => document.replace_range(at..end, piece),
        _ => document.replace_range(at..end, ""),
    }
}

fn documents(count: usize) -> Vec<String> {
    let mut random = Rng::with_seed(7);
    let document = |random: &mut Rng| {
        let mut out = String::new();
        if random.bool() {
            out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        }
        element(random, 0, &mut out);
        for _ in 0..random.usize(0..3) {
            change(random, &mut out);
        }
        out
    };
    let mut all: Vec<String> = (0..count).map(|_| document(&mut random)).collect();
    all.extend(PIECES.iter().map(|piece| format!("<a>{piece}</a>")));
    all.extend(PIECES.iter().map(|piece| format!("<a b=\"{piece}\"/>")));
    all.extend(PIECES.iter().map(|piece| format!("<a{piece}></a>")));
    all.extend(PIECES.iter().map(|piece| format!("{piece}<a></a>{piece}")));
    all
}

#[test]
fn xml_is_libxml2s() {
    let cases = documents(8_000);
    let ours = cases.iter().map(|document| written(document)).collect::<Vec<_>>();
    let read = ours.iter().flatten().count();
    assert!((2_000..6_000).contains(&read), "{read} are XML: one kind is hardly tried");
    let lines = cases.iter().zip(&ours);
    let lines = lines.map(|case| serde_json::to_string(&case).expect("JSON")).collect::<Vec<_>>();
    let oracle = python_answers("xml_batch.py", &lines);
    let compared = cases.iter().zip(ours).zip(oracle).map(|((document, ours), oracle)| {
        let ours = if ours.is_some() { "same" } else { "refused" }.to_owned();
        let accepted = accepted(document, &oracle, &ours);
        Compared { case: format!("{document:?}"), oracle, ours, accepted }
    });
    report("XML", 8_000, &compared.collect::<Vec<_>>());
}
