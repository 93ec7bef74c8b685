//! Schemas and instances: written for each keyword in the text file beside this, and combined by a
//! seed.

/// A schema (or models with `M` among them), and instances; all of them texts.
pub(crate) fn written() -> Vec<(String, Vec<String>)> {
    let line = |line: &str| serde_json::from_str(line).expect(line);
    include_str!("schemas.txt").lines().map(line).collect()
}

/// Keywords that can stand beside each other, one group for each name.
const KEYWORDS: [&[&str]; 22] = [
    &[
        r#""type":"string""#,
        r#""type":"object""#,
        r#""type":["array","null"]"#,
        r#""type":"number""#,
    ],
    &[r#""enum":[1,"a"]"#, r#""enum":[{"a":1},[1]]"#],
    &[r#""minimum":2"#, r#""minimum":2,"exclusiveMinimum":true"#],
    &[r#""maximum":2"#, r#""maximum":1.5,"exclusiveMaximum":true"#],
    &[r#""multipleOf":2"#, r#""multipleOf":0.5"#],
    &[r#""minLength":2"#],
    &[r#""maxLength":1"#],
    &[r#""pattern":"^[ab]+$""#],
    &[r#""format":"email""#, r#""format":"ipv4""#],
    &[r#""minItems":2"#],
    &[r#""maxItems":1"#],
    &[r#""uniqueItems":true"#],
    &[r#""items":{"type":"string"}"#, r#""items":[{"type":"integer"},{"minimum":5}]"#],
    &[r#""additionalItems":false"#, r#""additionalItems":{"type":"null"}"#],
    &[r#""required":["b","a"]"#, r#""required":["zz"]"#],
    &[
        r#""properties":{"a":{"type":"string"},"b":{"required":["c"]}}"#,
        r#""properties":{"c":{"items":{"type":"null"}}}"#,
    ],
    &[r#""patternProperties":{"^a":{"maximum":0},"b":{"type":"array"}}"#],
    &[r#""additionalProperties":false"#, r#""additionalProperties":{"type":"boolean"}"#],
    &[r#""dependencies":{"a":["q"],"b":{"minProperties":3},"c":["a","d"]}"#],
    &[
        r#""allOf":[{"type":"object"},{"minProperties":2}]"#,
        r#""anyOf":[{"type":"string"},{"minimum":3}]"#,
    ],
    &[r#""oneOf":[{"type":"integer"},{"type":"number"},{"required":["a"]}]"#],
    &[r#""not":{"type":"object"}"#, r#""not":{"minItems":1}"#],
];

const INSTANCES: [&str; 16] = [
    "1",
    "2.0",
    "1.5",
    "-3",
    "\"a\"",
    "\"ab\"",
    "\"x@y.z\"",
    "null",
    "true",
    "[]",
    "[1,1]",
    "[1,2,\"x\"]",
    "{}",
    "{\"a\":1}",
    "{\"b\":{\"c\":1},\"a\":\"x\",\"ab\":5}",
    "{\"c\":[1,null],\"d\":true,\"b\":{}}",
];

/// Schemas of several keywords, the same ones on every machine.
pub(crate) fn generated(cases: usize) -> Vec<(String, String)> {
    let mut random = fastrand::Rng::with_seed(0x5c4e_3a11);
    let one = |random: &mut fastrand::Rng| {
        let mut keywords = Vec::new();
        for group in KEYWORDS {
            if random.u8(..) < 70 {
                keywords.push(group[random.usize(..group.len())]);
            }
        }
        random.shuffle(&mut keywords);
        let instance = INSTANCES[random.usize(..INSTANCES.len())];
        (format!("{{{}}}", keywords.join(",")), instance.to_owned())
    };
    (0..cases).map(|_| one(&mut random)).collect()
}
