//! 100,000 requests that somebody changed on their way.

use ringway_core::sigv4::Claim;

use crate::botocore::{NOW, signed};
use crate::wire::Wire;

/// What a signature vouches for, read without the verifier: method, path, parameters, signed
/// fields and body.
#[derive(Debug, PartialEq, Eq)]
struct Meaning {
    method: Vec<u8>,
    path: Vec<Vec<u8>>,
    ends_in_slash: bool,
    parameters: Vec<(Vec<u8>, Vec<u8>)>,
    fields: Vec<(String, Vec<String>)>,
    body: Vec<u8>,
}

impl Meaning {
    /// `signed` are the names that the original signed.
    fn of(wire: &Wire, signed: &[String]) -> Self {
        let mut path: Vec<Vec<u8>> = Vec::new();
        for segment in wire.path.split(|&byte| byte == b'/') {
            match segment {
                b"" | b"." => {}
                b".." => drop(path.pop()),
                _ => path.push(segment.to_vec()),
            }
        }
        let pieces = wire.query.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty());
        let mut parameters: Vec<_> = pieces
            .map(|piece| {
                let mut halves = piece.splitn(2, |&byte| byte == b'=');
                let mut half = || plain(halves.next().unwrap_or_default());
                (half(), half())
            })
            .filter(|(name, _)| name != b"X-Amz-Signature")
            .collect();
        parameters.sort();
        let amazon = wire.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
        let amazon = amazon.filter(|name| name.starts_with(b"x-amz-"));
        let mut names: Vec<String> = signed.to_vec();
        names.extend(amazon.map(|name| String::from_utf8(name).expect("a token")));
        names.sort();
        names.dedup();
        let values = |name: &str| {
            let named = |(it, _): &&(Vec<u8>, Vec<u8>)| it.eq_ignore_ascii_case(name.as_bytes());
            // Two fields are one with a comma between: HTTP says so too.
            let of_name: Vec<_> = wire.headers.iter().filter(named).map(|(_, v)| &v[..]).collect();
            let joined = of_name.join(&b","[..]);
            let text = joined.iter().map(|&byte| char::from(byte)).collect::<String>();
            text.split(',').map(words).collect()
        };
        Self {
            method: wire.method.clone(),
            ends_in_slash: wire.path.ends_with(b"/") || path.is_empty(),
            path,
            parameters,
            fields: names.iter().map(|name| (name.clone(), values(name))).collect(),
            body: wire.body.clone(),
        }
    }
}

fn words(text: &str) -> String {
    let words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn plain(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let digits = text.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok());
        let digits = digits.filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit()));
        match (text[at], digits) {
            (b'%', Some(digits)) => {
                out.push(u8::from_str_radix(digits, 16).expect("digits"));
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            (byte, _) => out.push(byte),
        }
        at += 1;
    }
    out
}

/// Letters that mean something to somebody.
const LETTERS: &[u8] = b"aAbB01/.%2&=+ \t,;:-_~\"'\x00\n\xc3\xa9";

fn change_bytes(random: &mut fastrand::Rng, bytes: &mut Vec<u8>) {
    let letter = if random.bool() { LETTERS[random.usize(..LETTERS.len())] } else { random.u8(..) };
    let at = random.usize(..=bytes.len());
    match random.u8(..6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
        1 if at < bytes.len() => drop(bytes.remove(at)),
        2 if at < bytes.len() => bytes[at] = letter,
        3 if bytes.len() > 1 => {
            let other = random.usize(..bytes.len());
            bytes.swap(at % (other + 1), other);
        }
        4 if at < bytes.len() => {
            let end = random.usize(at..=bytes.len());
            let copy = bytes[at..end].to_vec();
            let to = random.usize(..=bytes.len());
            bytes.splice(to..to, copy);
        }
        _ => bytes.insert(at, letter),
    }
}

fn change(random: &mut fastrand::Rng, wire: &mut Wire) {
    let fields = wire.headers.len();
    let any = random.usize(..fields.max(1));
    match random.u8(..12) {
        0 => change_bytes(random, &mut wire.method),
        1 | 2 => change_bytes(random, &mut wire.path),
        3 | 4 => change_bytes(random, &mut wire.query),
        5 => change_bytes(random, &mut wire.body),
        6 if fields > 0 => drop(wire.headers.remove(any)),
        7 if fields > 1 => wire.headers.swap(any, random.usize(..fields)),
        8 if fields > 0 => {
            let copy = wire.headers[any].clone();
            wire.headers.insert(random.usize(..=fields), copy);
        }
        9 if fields > 0 => change_bytes(random, &mut wire.headers[any].0),
        10 => {
            let mut pieces: Vec<_> = wire.query.split(|&byte| byte == b'&').collect();
            random.shuffle(&mut pieces);
            wire.query = pieces.join(&b'&');
        }
        _ if fields > 0 => change_bytes(random, &mut wire.headers[any].1),
        _ => {}
    }
    // Names are tokens and lines end: no parser lets other fields through.
    let token = |byte: &u8| byte.is_ascii_graphic();
    wire.headers.retain(|(name, _)| name.iter().all(token));
}

#[test]
fn no_forgery_is_accepted() {
    let (secret, signed) = signed();
    let mut random = fastrand::Rng::with_seed(0x5164_0004);
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..100_000 {
        let vector = &signed[round % signed.len()];
        let (original, rules) = (&vector.wire, vector.rules());
        let mut forged = original.clone();
        for _ in 0..random.u8(1..4) {
            change(&mut random, &mut forged);
        }
        let Ok(signer) = forged.verify(&secret, &rules, NOW) else {
            refused += 1;
            continue;
        };
        let request = original.request();
        let claim = Claim::parse(&request).expect("it was signed");
        assert_eq!(signer.access_key_id, claim.access_key_id());
        assert_eq!(signer.region, claim.scope().region);
        assert_eq!(signer.security_token.as_deref(), claim.security_token());
        let names = signed_headers(original);
        let meanings = [&forged, original].map(|wire| Meaning::of(wire, &names));
        assert_eq!(meanings[0], meanings[1], "{}, round {round}: {forged:?}", vector.name);
        accepted += 1;
    }
    assert!(refused > 70_000, "{refused} of 100,000 refused: are these forgeries?");
    assert!(accepted > 1_000, "{accepted} accepted: what means the same has one signature");
}

fn signed_headers(wire: &Wire) -> Vec<String> {
    let field = wire.header("authorization").map(String::from_utf8_lossy);
    let query = String::from_utf8(plain(&wire.query)).expect("UTF-8");
    let text = field.map_or(query, Into::into);
    let (_, names) = text.split_once("SignedHeaders=").expect("it is signed");
    let names = names.split([',', '&']).next().unwrap_or_default();
    names.split(';').map(Into::into).collect()
}
