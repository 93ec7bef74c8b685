//! Tables of documents and values, the way back, and what hostile texts come to.

use proptest::prelude::*;
use ringway_vtl::{List, ListKind, Map, Value};

use super::*;
use crate::limits::{XML_ATTRIBUTES_MAX, XML_DEPTH_MAX, XML_PATH_STEPS_MAX};

fn allowance() -> Allowance {
    Allowance { bytes: 1 << 20, nodes: 20_000 }
}

fn read(text: &str) -> Result<Value, String> {
    parse(text, &mut allowance()).map(Value::from).map_err(|error| error.to_string())
}

fn written(value: &Value) -> Result<String, String> {
    let Value::Map(map) = value else { panic!("{value:?} is a map") };
    let mut out = String::new();
    write(map, &mut allowance(), &mut out).map(|()| out)
}

/// A value as the tables have it.
fn shown(value: &Value) -> String {
    let all = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Map(map) => {
            let entry = |(key, value)| format!("{}: {}", key_text(&key), shown(&value));
            format!("{{{}}}", all(map.iter().map(entry).collect()))
        }
        Value::List(list) => format!("[{}]", all(list.iter().map(|one| shown(&one)).collect())),
        Value::Text(text) => format!("{text:?}"),
        value => format!("{value:?}"),
    }
}

fn key_text(key: &Value) -> String {
    key.as_text().expect("a key is a text").to_owned()
}

/// A document, its value, and what is written of it; `None`: the document itself.
#[track_caller]
fn check(document: &str, value: &str, back: Option<&str>) {
    let read = read(document).expect(document);
    assert_eq!(shown(&read), value, "{document}");
    assert_eq!(written(&read).as_deref(), Ok(back.unwrap_or(document)), "{document}");
}

#[test]
fn documents_are_values_and_back() {
    check("<a/>", r#"{a: ""}"#, None);
    check("<a></a>", r#"{a: ""}"#, Some("<a/>"));
    check("<a> x\n</a>", r#"{a: " x\n"}"#, None);
    check("<a b=\"1\"/>", r#"{a: {@b: "1"}}"#, None);
    check(
        "<a b='1' c = \"2\" >t</a >",
        r##"{a: {@b: "1", @c: "2", #text: "t"}}"##,
        Some("<a b=\"1\" c=\"2\">t</a>"),
    );
    check("<a><b>1</b><c>2</c></a>", r#"{a: {b: "1", c: "2"}}"#, None);
    check("<a><b>1</b><b/><c>2</c></a>", r#"{a: {b: ["1", ""], c: "2"}}"#, None);
    check("<a>\n <b> 1 </b>\n</a>\n", r#"{a: {b: " 1 "}}"#, Some("<a><b> 1 </b></a>"));
    check(
        "<s:E xmlns:s=\"urn:s\" s:x=\"y\"><s:B xmlns=\"urn:b\"/></s:E>",
        r#"{s:E: {@xmlns:s: "urn:s", @s:x: "y", s:B: {@xmlns: "urn:b"}}}"#,
        None,
    );
    check(
        "<a>one <b>two</b> <c/> three</a>",
        r##"{a: {b: "two", c: "", #content: ["one ", {b: "two"}, " ", {c: ""}, " three"]}}"##,
        None,
    );
    check(
        "<a> <b>1</b> <c/> <b>2</b> </a>",
        r##"{a: {b: ["1", "2"], c: "", #content: [{b: "1"}, {c: ""}, {b: "2"}]}}"##,
        Some("<a><b>1</b><c/><b>2</b></a>"),
    );
    check("<é·-.1>\u{1f600}</é·-.1>", "{é·-.1: \"\u{1f600}\"}", None);
}

#[test]
fn characters_are_read_as_xml_says_and_written_so_that_they_come_back() {
    let all = "<a b=\"&lt;&amp;&#39;&quot;&#9;&#10;&#13;&gt;\">&lt;&amp;&gt;\"'\t\n&#13;</a>";
    check(all, r##"{a: {@b: "<&'\"\t\n\r>", #text: "<&>\"'\t\n\r"}}"##, None);
    check(
        "<a>&apos;&quot;&#x41;&#65;&#x1F600;</a>",
        "{a: \"'\\\"AA\u{1f600}\"}",
        Some("<a>'\"AA\u{1f600}</a>"),
    );
    check(
        "<a b='x\r\ny\tz'>1\r\n2\r3</a>",
        r##"{a: {@b: "x y z", #text: "1\n2\n3"}}"##,
        Some("<a b=\"x y z\">1\n2\n3</a>"),
    );
    check(
        "<a>x<![CDATA[<&]]]]><![CDATA[>]]>y</a>",
        r#"{a: "x<&]]>y"}"#,
        Some("<a>x&lt;&amp;]]&gt;y</a>"),
    );
    check("<a><![CDATA[ ]]></a>", r#"{a: " "}"#, Some("<a> </a>"));
    check("<a>1<!-- < & -->2<?p i?>3</a>", r#"{a: "123"}"#, Some("<a>123</a>"));
    check(
        "\u{feff}<?xml version='1.0' encoding='utf-8' standalone='no'?>\n\
         <!-- c --><?p?><a/><?q x?> ",
        r#"{a: ""}"#,
        Some("<a/>"),
    );
    check("<?xml version=\"1.0\" ?><a/>", r#"{a: ""}"#, Some("<a/>"));
}

/// A text, and the message about it.
#[track_caller]
fn refused(document: &str, message: &str) {
    assert_eq!(read(document).map(|value| shown(&value)), Err(message.to_owned()), "{document}");
}

#[test]
fn what_could_reach_out_or_expand_is_refused() {
    const DTD: &str = "a document type declaration (DTD) is not allowed (XML line 1, column 1)";
    refused("<!DOCTYPE a><a/>", DTD);
    refused("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", DTD);
    refused("<!DOCTYPE a SYSTEM \"http://127.0.0.1:1/a.dtd\"><a/>", DTD);
    refused("<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\">%p;]><a/>", DTD);
    let mut laughs = "<!DOCTYPE a [<!ENTITY l0 \"ha\">".to_owned();
    for level in 1..100 {
        let before = format!("&l{};", level - 1).repeat(10);
        laughs.push_str(&format!("<!ENTITY l{level} \"{before}\">"));
    }
    refused(&format!("{laughs}]><a>&l99;</a>"), DTD);
    refused("<a>\n&x;</a>", "the entity &x; is not defined (XML line 2, column 1)");
    refused("<a b='&x;'/>", "the entity &x; is not defined (XML line 1, column 4)");
    refused("<a>&nbsp;</a>", "the entity &nbsp; is not defined (XML line 1, column 4)");
    refused("<a>&#0;</a>", "&#0; is no character of XML (XML line 1, column 4)");
    refused("<a>&#x1;</a>", "&#x1; is no character of XML (XML line 1, column 4)");
    refused("<a>&#xD800;</a>", "&#xD800; is no character of XML (XML line 1, column 4)");
    refused("<a>&#x110000;</a>", "&#x110000; is no character of XML (XML line 1, column 4)");
    refused("<a>&#+5;</a>", "&#+5; is no character of XML (XML line 1, column 4)");
    refused(
        "<a>&#99999999999999;</a>",
        "&#99999999999999; is no character of XML (XML line 1, column 4)",
    );
    let include =
        "<a xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"/etc/passwd\"/></a>";
    let read = read(include).expect("an element as any other");
    assert_eq!(written(&read).as_deref(), Ok(include));
}

#[test]
fn text_outside_elements_is_refused_with_its_place() {
    for (document, message) in [
        ("", "there is no element (XML line 1, column 1)"),
        (" \n", "there is no element (XML line 2, column 1)"),
        ("{}", "text outside the root element (XML line 1, column 1)"),
        ("<a/>x", "text outside the root element (XML line 1, column 5)"),
        ("<a/>&amp;", "text outside the root element (XML line 1, column 5)"),
        ("<a/><![CDATA[ ]]>", "text outside the root element (XML line 1, column 5)"),
    ] {
        refused(document, message);
    }
}

#[test]
fn tags_that_are_none_are_refused_with_their_place() {
    for (document, message) in [
        ("<a/><b/>", "a second element beside the root (XML line 1, column 5)"),
        ("<a>\n<é><b></é></a>", "expected `</b>`, but `</é>` was found (XML line 2, column 7)"),
        ("<a><b></a>", "expected `</b>`, but `</a>` was found (XML line 1, column 7)"),
        ("</a>", "close tag `</a>` does not match any open tag (XML line 1, column 1)"),
        ("<a>\n<b>", "<b> has no end (XML line 2, column 4)"),
        ("<a", "tag not closed: `>` not found before end of input (XML line 1, column 1)"),
        (
            "<a b=\"1",
            "attribute value not closed: `\"` not found before end of input (XML line 1, column 1)",
        ),
        (
            "<a><!-- </a>",
            "comment not closed: `-->` not found before end of input (XML line 1, column 4)",
        ),
        (
            "<a><!-- -- --></a>",
            "forbidden string `--` was found in a comment (XML line 1, column 9)",
        ),
        (
            "<a><![CDATA[</a>",
            "CDATA not closed: `]]>` not found before end of input (XML line 1, column 4)",
        ),
        (
            "<a>&amp</a>",
            "entity or character reference not closed: `;` not found before end of input \
             (XML line 1, column 4)",
        ),
        (
            "<a> & </a>",
            "entity or character reference not closed: `;` not found before end of input \
             (XML line 1, column 5)",
        ),
        ("<a>x]]>y</a>", "]]> in a text (XML line 1, column 5)"),
        ("<a\n  b=1/>", "attribute b has no value in quotes (XML line 2, column 3)"),
        ("<a b/>", "attribute b has no value in quotes (XML line 1, column 4)"),
        ("<a b='1'c='2'/>", "no white space before an attribute (XML line 1, column 9)"),
        ("<a b='1' b='2'/>", "a second attribute b (XML line 1, column 10)"),
        ("<a b='<'/>", "< in the value of an attribute (XML line 1, column 4)"),
        ("<a b='&'/>", "& without ; in the value of an attribute (XML line 1, column 4)"),
        ("<a b='\u{1}'/>", "U+0001 is no character of XML (XML line 1, column 4)"),
        ("<a 1='1'/>", "1 is no name of an attribute (XML line 1, column 4)"),
        ("<1/>", "1 is no name of an element (XML line 1, column 1)"),
        ("<a:b:c/>", "a:b:c is no name of an element (XML line 1, column 1)"),
        ("<:a/>", ":a is no name of an element (XML line 1, column 1)"),
        ("<a/ >", "a/ is no name of an element (XML line 1, column 1)"),
        ("< a/>", " is no name of an element (XML line 1, column 1)"),
    ] {
        refused(document, message);
    }
}

#[test]
fn characters_and_declarations_that_are_none_are_refused_with_their_place() {
    for (document, message) in [
        ("<a>ab\u{0}</a>", "U+0000 is no character of XML (XML line 1, column 6)"),
        ("<a>\u{fffe}</a>", "U+FFFE is no character of XML (XML line 1, column 4)"),
        ("<a><![CDATA[\u{1b}]]></a>", "U+001B is no character of XML (XML line 1, column 4)"),
        ("<a><!--\u{8}--></a>", "U+0008 is no character of XML (XML line 1, column 4)"),
        (
            "<a><?xml version='1.0'?></a>",
            "an XML declaration that is not at the start (XML line 1, column 4)",
        ),
        (
            " <?xml version='1.0'?><a/>",
            "an XML declaration that is not at the start (XML line 1, column 2)",
        ),
        ("<a><?XML x?></a>", "XML is no name of a processing instruction (XML line 1, column 4)"),
        ("<a><? x?></a>", " is no name of a processing instruction (XML line 1, column 4)"),
        ("<?xml version='1.1'?><a/>", "version 1.1 is not supported (XML line 1, column 1)"),
        (
            "<?xml encoding='utf-8'?><a/>",
            "an XML declaration without version (XML line 1, column 1)",
        ),
        (
            "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
            "encoding ISO-8859-1 is declared: bodies are read as UTF-8 (XML line 1, column 1)",
        ),
        (
            "<?xml version='1.0' encoding='UTF-16'?><a/>",
            "encoding UTF-16 is declared: bodies are read as UTF-8 (XML line 1, column 1)",
        ),
        (
            "<?xml version='1.0' encoding='UTF-7'?><a/>",
            "encoding UTF-7 is declared: bodies are read as UTF-8 (XML line 1, column 1)",
        ),
        (
            "<?xml version='1.0' standalone='maybe'?><a/>",
            "standalone maybe is not supported (XML line 1, column 1)",
        ),
        (
            "<?xml version='1.0' standalone='no' encoding='UTF-8'?><a/>",
            "encoding in the XML declaration (XML line 1, column 1)",
        ),
        (
            "<?xml version='1.0' more='no'?><a/>",
            "more in the XML declaration (XML line 1, column 1)",
        ),
        ("\u{feff}\u{feff}<a/>", "text outside the root element (XML line 1, column 1)"),
    ] {
        refused(document, message);
    }
}

#[test]
fn sizes_are_bounded() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    let deepest = read(&nested(XML_DEPTH_MAX)).expect("as deep as allowed");
    assert!(written(&deepest).is_ok());
    refused(
        &nested(XML_DEPTH_MAX + 1),
        "more than 100 elements inside each other (XML line 1, column 301)",
    );
    refused(
        &"<a>".repeat(300_000),
        "more than 100 elements inside each other (XML line 1, column 301)",
    );
    let attributes = |count: usize| {
        let all: String = (0..count).map(|at| format!(" a{at}=''")).collect();
        format!("<a{all}/>")
    };
    assert!(read(&attributes(XML_ATTRIBUTES_MAX)).is_ok());
    let error = read(&attributes(100_000)).expect_err("too many");
    assert!(error.starts_with("more than 256 attributes"), "{error}");
    for (document, message) in [
        (format!("<a>{}</a>", "<b/>".repeat(20_000)), "too many elements"),
        (format!("<a>{}</a>", "<b/>t".repeat(10_000)), "too many elements"),
        (format!("<a>{}</a>", "<b c=''/>".repeat(10_000)), "too many elements"),
        (format!("<a>{}</a>", "x".repeat(1 << 20)), "too many bytes"),
    ] {
        let error = read(&document).expect_err(message);
        assert!(error.contains(message), "{error}");
    }
    let long = "x".repeat(100_000);
    for document in [format!("<{long}!/>"), format!("<a>&{long};</a>"), format!("<{long}></b>")] {
        assert!(read(&document).expect_err("no XML").len() < 400);
    }
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Map::from_iter(entries).into()
}

fn list<const N: usize>(values: [Value; N]) -> Value {
    List::new(ListKind::Array, values.into()).into()
}

#[test]
fn values_that_templates_make() {
    let x = || Value::text("x");
    let one = |value| map([("a", value)]);
    let mixed = list([x(), map([("b", Value::Int(1)), ("c", list([x(), x()]))])]);
    for (value, expect) in [
        (map([]), Ok("")),
        (map([("a", Value::Int(1)), ("b", Value::Double(0.5))]), Ok("<a>1</a><b>0.5</b>")),
        (one(Value::Bool(true)), Ok("<a>true</a>")),
        (one(Value::Null), Ok("<a/>")),
        (one(list([])), Ok("")),
        (one(list([x(), Value::Null, map([])])), Ok("<a>x</a><a/><a/>")),
        (one(map([("b", x()), ("@c", Value::Null)])), Ok("<a c=\"\"><b>x</b></a>")),
        (one(map([("#text", Value::Long(5)), ("b", x())])), Ok("<a>5<b>x</b></a>")),
        (one(map([("#content", mixed.clone())])), Ok("<a>x<b>1</b><c>x</c><c>x</c></a>")),
        (
            one(map([("#content", mixed), ("b", x())])),
            Err("#content and the entries beside it do not agree (in a)"),
        ),
        (one(map([("#content", x())])), Err("#content is a String, no list (in a)")),
        (one(map([("b", one(list([list([])])))])), Err("a ArrayList is no text (in a/b/a)")),
        (one(map([("@b", map([]))])), Err("a Map is no text (in a)")),
        (one(map([("b c='", x())])), Err("b c=' is no name of XML (in a)")),
        (one(map([("@b><c", x())])), Err("@b><c is no name of XML (in a)")),
        (map([("#text", x())]), Err("#text outside an element")),
        (map([("", x())]), Err(" is no name of XML")),
        (one("\u{0}".into()), Err("U+0000 is no character of XML (in a)")),
    ] {
        let expect = expect.map(str::to_owned).map_err(str::to_owned);
        assert_eq!(written(&value), expect, "{value:?}");
    }
    let inner = Map::new();
    inner.insert("a", inner.clone());
    let error = written(&inner.clone().into()).expect_err("it holds itself");
    assert!(error.starts_with("more than 100 elements inside each other"), "{error}");
    assert!(text_of(&inner.clone().into(), &mut allowance()).is_err());
    inner.insert("a", "");
}

#[test]
fn what_a_template_changes_is_written_or_refused() {
    let value = read("<a>x<b>1</b></a>").expect("XML");
    let Value::Map(map) = &value else { panic!("a map") };
    let Some(Value::Map(a)) = map.get("a") else { panic!("an element") };
    a.insert("@id", 7);
    assert_eq!(written(&value).as_deref(), Ok("<a id=\"7\">x<b>1</b></a>"));
    for (key, changed) in [("b", "2"), ("c", "new"), ("#text", "new")] {
        let before = a.get(key);
        a.insert(key, changed);
        assert!(written(&value).expect_err(key).contains("do not agree"));
        if let Some(before) = before {
            a.insert(key, before);
        }
    }
}

#[test]
fn elements_are_found_whatever_their_prefix() {
    let document = read(
        "<s:E xmlns:s='u'><s:B><r id='1' s:id='2'><i>a</i><n/><x:i>b</x:i></r>\
         <r><i c='d'>e</i></r></s:B></s:E>",
    )
    .expect("XML");
    for (path, expect) in [
        ("E/B/r/i", r##"["a", "b", {@c: "d", #text: "e"}]"##),
        ("s:E/*/r/i/@c", r#"["d"]"#),
        ("E/B/r/x:i", r#"["b"]"#),
        ("E/B/r/@id", r#"["1", "2"]"#),
        ("E/B/r/@s:id", r#"["2"]"#),
        ("E/@s", "[]"),
        ("E/@xmlns:s", r#"["u"]"#),
        ("E/B/r/*", r##"["a", "", "b", {@c: "d", #text: "e"}]"##),
        ("t:E", "[]"),
        ("B", "[]"),
        ("E/B/r/i/none", "[]"),
    ] {
        let found = find(&document, path, &mut allowance()).expect(path);
        assert_eq!(shown(&List::new(ListKind::Json, found).into()), expect, "{path}");
    }
    for value in [Value::Null, Value::text("x"), Value::Int(1)] {
        assert!(find(&value, "a", &mut allowance()).expect("a path").is_empty());
    }
    let long = ["a"; XML_PATH_STEPS_MAX + 1].join("/");
    for path in ["", "/", "a/", "//a", "@a/b", "a b", "..", "a[1]", "@*", "#text", &long] {
        assert!(find(&document, path, &mut allowance()).is_err(), "{path}");
    }
    // Each step looks at ten times as many.
    let wide = (0..12).fold(Value::text(""), |inner, _| {
        map([("a", list(std::array::from_fn::<_, 10, _>(|_| inner.clone())))])
    });
    let error = find(&wide, &["a"; 12].join("/"), &mut allowance());
    assert!(error.expect_err("too many").contains("too many elements"));
    let hollow = list([(); 200].map(|()| list([(); 200].map(|()| Value::Null))));
    assert!(find(&map([("a", hollow)]), "a/b", &mut allowance()).is_err());
    assert!(text_of(&wide, &mut allowance()).expect_err("too many").contains("too many elements"));
}

#[test]
fn the_text_of_an_element() {
    for (document, expect) in [
        ("<a/>", ""),
        ("<a> x </a>", " x "),
        ("<a b='1'>x</a>", "x"),
        ("<a b='1'/>", ""),
        ("<a>one <b c='d'>two</b> <c/> three</a>", "one two  three"),
        ("<a> <b>1</b> <c>2</c> <b>3</b> </a>", "123"),
        ("<a> <b>1</b> <b>2</b> <c>3</c></a>", "123"),
    ] {
        let value = find(&read(document).expect(document), "a", &mut allowance()).expect("a path");
        assert_eq!(text_of(&value[0], &mut allowance()).as_deref(), Ok(expect), "{document}");
    }
    assert_eq!(text_of(&Value::Null, &mut allowance()).as_deref(), Ok(""));
    assert_eq!(text_of(&Value::Int(1), &mut allowance()).as_deref(), Ok("1"));
    let error = text_of(&list([Value::text("a"), Value::text("b")]), &mut allowance());
    assert_eq!(error, Err("a list of 2, not one element".to_owned()));
}

/// A document: its text with all that may be written otherwise, and its plain text.
fn document() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof!["[a-c]", "[a-c]:[a-c]"];
    let text = "[ \n<&>\"'\\]é\u{1f600}xy\r\t]{0,6}";
    let escaped = |text: &str| {
        let mut out = String::new();
        escape(text, &mut out).expect("characters of XML");
        out
    };
    let piece = text.prop_map(move |text| (format!("<!--c-->{}<?p?>", escaped(&text)), text));
    let leaf =
        (name.clone(), piece).prop_map(|(name, (loud, _))| format!("<{name}>{loud}</{name}>"));
    let tree = leaf.prop_recursive(4, 24, 5, move |inner| {
        let attributes = proptest::collection::btree_map(name.clone(), text, 0..3);
        let pieces = proptest::collection::vec((text, inner), 0..5);
        (name.clone(), attributes, pieces).prop_map(move |(name, attributes, pieces)| {
            let attributes: String = attributes
                .iter()
                .map(|(name, text)| format!(" {name} = '{}'", escaped(text)))
                .collect();
            let pieces: String = pieces
                .iter()
                .map(|(text, element)| format!("{}{element}", escaped(text)))
                .collect();
            format!("<{name}{attributes}>{pieces}</{name}>")
        })
    });
    tree.prop_map(|text| (format!("<?xml version='1.0'?>\n{text}\n"), text))
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same_value((loud, plain) in document()) {
        let value = read(&loud).expect("XML");
        let once = written(&value).expect("it was read");
        let again = read(&once).expect("what is written is XML");
        prop_assert_eq!(shown(&again), shown(&value));
        prop_assert_eq!(shown(&read(&plain).expect("XML")), shown(&value));
        prop_assert_eq!(written(&again).expect("it was read"), once);
    }

    #[test]
    fn an_escaped_text_comes_back_in_both_places(
        text in "[ -~\t\r\n\u{80}-\u{d7ff}\u{10000}-\u{10ffff}]{0,40}"
    ) {
        let mut escaped = String::new();
        escape(&text, &mut escaped).expect("characters of XML");
        let value = read(&format!("<a b=\"{escaped}\" c='{escaped}'>{escaped}</a>")).expect("XML");
        for path in ["a/@b", "a/@c", "a"] {
            let found = find(&value, path, &mut allowance()).expect("a path");
            prop_assert_eq!(text_of(&found[0], &mut allowance()).expect("a text"), text.clone());
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[<>/a:b=\"'&;#x0 !\\-\\[\\]CDATA?\n]{0,60}") {
        if let Ok(value) = read(&text) {
            let once = written(&value).expect("it was read");
            prop_assert_eq!(shown(&read(&once).expect("XML")), shown(&value));
        }
    }
}
