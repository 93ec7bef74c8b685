//! XML: what is read can be written, and means the same then.

use ringway_core::xml::{Allowance, find, parse, text_of, write};

/// Escapes make a text up to six times as long.
const BYTES_MAX: usize = 8 * 1024;

fn allowance() -> Allowance {
    Allowance { bytes: 8 * BYTES_MAX, nodes: 4 * BYTES_MAX }
}

/// Reads a document, and what is written of it.
pub fn xml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if text.len() > BYTES_MAX {
        return;
    }
    let root = match parse(text, &mut allowance()) {
        Ok(root) => root,
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1 && !error.message.is_empty());
            assert!(error.message.len() < 1_024 && !error.message.contains('\n'), "{error}");
            return;
        }
    };
    let (mut once, mut twice) = (String::new(), String::new());
    write(&root, &mut allowance(), &mut once).expect("what was read can be written");
    let again = parse(&once, &mut allowance()).expect("what was written is XML");
    write(&again, &mut allowance(), &mut twice).expect("it was written before");
    assert_eq!(once, twice);
    let texts = [root, again].map(|root| {
        let found = find(&root.into(), "*", &mut allowance()).expect("a path");
        assert_eq!(found.len(), 1, "a document has one root");
        text_of(&found[0], &mut allowance()).expect("a text")
    });
    assert_eq!(texts[0], texts[1]);
}
