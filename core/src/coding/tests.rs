//! Negotiation as tables, codecs against each other and against broken input.

use proptest::prelude::*;

use super::*;

const CODINGS: [Coding; 2] = [Coding::Gzip, Coding::Deflate];

fn encoded(coding: Coding, pieces: &[&[u8]]) -> Vec<u8> {
    let mut encoder = Encoder::new(coding);
    let mut out = Vec::new();
    for piece in pieces {
        encoder.push(piece, false, &mut out);
    }
    encoder.push(b"", true, &mut out);
    out
}

fn decoded(coding: Coding, pieces: &[&[u8]], bytes_max: usize) -> Result<Vec<u8>, DecodeError> {
    let mut decoder = Decoder::new(coding, bytes_max);
    let mut out = Vec::new();
    for piece in pieces {
        decoder.push(piece, &mut out)?;
    }
    decoder.finish().map(|()| out)
}

#[test]
fn the_coding_a_client_prefers() {
    let check = |values: &[&str], expect: Option<Coding>| {
        let found = Coding::accepted(values.iter().map(|value| value.as_bytes()));
        assert_eq!(found, expect, "{values:?}");
    };
    let (gzip, deflate) = (Some(Coding::Gzip), Some(Coding::Deflate));
    // Formats that AWS lists.
    check(&["deflate,gzip"], deflate);
    check(&[""], None);
    check(&["*"], None);
    check(&["deflate;q=0.5,gzip;q=1.0"], gzip);
    check(&["gzip;q=1.0,identity;q=0.5,*;q=0"], gzip);
    check(&[], None);
    check(&["gzip, deflate, br, zstd"], gzip);
    check(&["br, gzip"], gzip);
    check(&["identity, gzip"], gzip);
    // The highest priority is not one of ours.
    check(&["br;q=1.0, gzip;q=0.8"], None);
    check(&["gzip;q=0.5, identity"], None);
    check(&["gzip;q=0"], None);
    check(&["gzip;q=0.000, deflate;q=0.001"], deflate);
    check(&["GZip ; Q=0.5", "x-gzip;q=0.4"], gzip);
    check(&["identity;q=0.5", "x-gzip"], gzip);
    check(&["gzip;q=2", "deflate;q=0.1"], deflate);
    check(&["gzip;q=0.1234", "gzip;q=-1", "gzip;q=.5", "gzip;q="], None);
    check(&["compress"], None);
    check(&[",,;q=1,"], None);
}

#[test]
fn the_coding_of_a_payload() {
    let check = |values: &[&str], expect: Result<Option<Coding>, Unsupported>| {
        let found = Coding::of_payload(values.iter().map(|value| value.as_bytes()));
        assert_eq!(found, expect, "{values:?}");
    };
    check(&[], Ok(None));
    check(&["", " , "], Ok(None));
    check(&["identity"], Ok(None));
    check(&["gzip"], Ok(Some(Coding::Gzip)));
    check(&["X-GZIP"], Ok(Some(Coding::Gzip)));
    check(&["identity", "deflate"], Ok(Some(Coding::Deflate)));
    check(&["gzip, gzip"], Err(Unsupported));
    check(&["gzip", "deflate"], Err(Unsupported));
    for other in ["br", "compress", "utf-8", "gzip;q=1", "*"] {
        check(&[other], Err(Unsupported));
    }
}

#[test]
fn what_a_client_takes() {
    let check = |accept: &[&str], codings: &[&str], expect: bool| {
        let accept_of = || accept.iter().map(|value| value.as_bytes());
        let codings_of = codings.iter().map(|value| value.as_bytes());
        assert_eq!(Coding::takes(accept_of, codings_of), expect, "{accept:?} {codings:?}");
    };
    check(&[], &[], true);
    check(&[], &["identity"], true);
    check(&[], &["gzip"], false);
    check(&["gzip"], &["GZIP"], true);
    check(&["deflate, br;q=0.1"], &["br"], true);
    check(&["*"], &["br"], true);
    check(&["*;q=0, gzip"], &["br"], false);
    check(&["br;q=0, *"], &["br"], false);
    check(&["gzip"], &["gzip", "br"], false);
}

#[test]
fn codings_in_lines() {
    let check = |lines: &str, expect: &[&str]| {
        let found = codings_in(lines.as_bytes()).map(|one| str::from_utf8(one).expect("UTF-8"));
        assert_eq!(found.collect::<Vec<_>>(), expect, "{lines:?}");
    };
    check("", &[]);
    check("A: 1\r\nContent-Encodings: gzip\r\n", &[]);
    check("A: 1\r\ncontent-Encoding: gzip, br \r\nContent-Encoding:x\r\n", &["gzip", "br", "x"]);
}

#[test]
fn broken_payloads() {
    for coding in CODINGS {
        let whole = encoded(coding, &[b"some text, some text"]);
        let check = |bytes: &[u8]| {
            let found = decoded(coding, &[bytes], 1_000);
            assert_eq!(found, Err(DecodeError::Corrupt), "{coding:?} {bytes:x?}");
        };
        for end in 0..whole.len() {
            check(&whole[..end]);
        }
        for at in [0, 1, whole.len() - 1, whole.len() - 5] {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x55;
            let found = decoded(coding, &[&bytes], 1_000);
            assert_eq!(found, Err(DecodeError::Corrupt), "{coding:?} {at}");
        }
        check(b"no such thing");
        check(&[&whole[..], b"more"].concat());
    }
    // Raw deflate is no `deflate`.
    assert_eq!(decoded(Coding::Deflate, &[b"\x4b\x04\x00"], 10), Err(DecodeError::Corrupt));
}

#[test]
fn members_of_gzip_follow_each_other() {
    let members = [encoded(Coding::Gzip, &[b"one "]), encoded(Coding::Gzip, &[b"two"])].concat();
    assert_eq!(decoded(Coding::Gzip, &[&members], 7), Ok(b"one two".to_vec()));
}

#[test]
fn a_bomb_costs_what_its_receiver_takes() {
    for coding in CODINGS {
        let mut encoder = Encoder::new(coding);
        let (mut bomb, zeros) = (Vec::new(), vec![0; 1 << 20]);
        for _ in 0..256 {
            encoder.push(&zeros, false, &mut bomb);
        }
        encoder.push(b"", true, &mut bomb);
        let mut decoder = Decoder::new(coding, 1 << 20);
        let mut out = Vec::new();
        assert_eq!(decoder.push(&bomb, &mut out), Err(DecodeError::TooLarge));
        assert!(out.capacity() <= 3 << 20, "{} bytes", out.capacity());
    }
}

proptest! {
    #[test]
    fn every_payload_comes_back(
        payload in proptest::collection::vec(any::<u8>(), 0..5_000),
        repeated in 1_usize..40,
        cut in any::<prop::sample::Index>(),
        piece in 1_usize..3_000,
    ) {
        let payload = payload.repeat(repeated);
        let (front, back) = payload.split_at(cut.index(payload.len() + 1));
        for coding in CODINGS {
            let bytes = encoded(coding, &[front, back]);
            let pieces: Vec<&[u8]> = bytes.chunks(piece).collect();
            prop_assert_eq!(decoded(coding, &pieces, payload.len()), Ok(payload.clone()));
            if let Some(less) = payload.len().checked_sub(1) {
                prop_assert_eq!(decoded(coding, &pieces, less), Err(DecodeError::TooLarge));
            }
        }
    }

    #[test]
    fn a_piece_is_there_before_the_next_one(pieces in proptest::collection::vec(
        proptest::collection::vec(any::<u8>(), 1..3_000), 1..5,
    )) {
        for coding in CODINGS {
            let (mut encoder, mut decoder) = (Encoder::new(coding), Decoder::new(coding, 1 << 20));
            let (mut sent, mut whole) = (Vec::new(), Vec::new());
            for piece in &pieces {
                let (encoded, decoded) = (sent.len(), whole.len());
                encoder.push(piece, false, &mut sent);
                prop_assert_eq!(decoder.push(&sent[encoded..], &mut whole), Ok(()));
                prop_assert_eq!(&whole[decoded..], &piece[..]);
            }
        }
    }
}
