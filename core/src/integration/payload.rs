//! Conversions of payloads between bytes and text: `contentHandling` at the time of a request.
//!
//! Which of them apply was compiled; here the media types of a request decide what is left open.
//! Reading whole payloads is the caller's.

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::context::Context;
use crate::error::GatewayError;
use crate::http::FieldName;
use crate::mapping::Body;
use crate::snapshot::{BinaryMediaTypes, ContentHandling, Conversion, PayloadKind};

/// Reads base64 as Java does: padding may be missing, and its spare bits may be set.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl ContentHandling {
    /// What is done to the request's payload.
    #[must_use]
    pub fn of_request(self, ctx: &Context<'_>) -> Conversion {
        let becomes = match self {
            Self::Always(conversion) => return conversion,
            Self::ByMediaType(becomes) => becomes,
        };
        let binary = types(ctx).is_binary(sent(ctx, FieldName::ContentType));
        let kind = if binary { PayloadKind::Binary } else { PayloadKind::Text };
        Conversion::between(kind, becomes.unwrap_or(kind))
    }

    /// What is done to a back end's payload of this Content-Type.
    #[must_use]
    pub fn of_response(self, ctx: &Context<'_>, content_type: Option<&[u8]>) -> Conversion {
        let becomes = match self {
            Self::Always(conversion) => return conversion,
            Self::ByMediaType(becomes) => becomes,
        };
        let of = |binary| if binary { PayloadKind::Binary } else { PayloadKind::Text };
        let accepted = || of(types(ctx).is_accepted(sent(ctx, FieldName::Accept)));
        let kind = of(types(ctx).is_binary(content_type));
        Conversion::between(kind, becomes.unwrap_or_else(accepted))
    }
}

fn types<'a>(ctx: &Context<'a>) -> &'a BinaryMediaTypes {
    ctx.stage.map_or(BinaryMediaTypes::NONE, |stage| &stage.binary_media_types)
}

/// Several lines of a field are one list (RFC 9110 section 5.3), so its first value is the first
/// line's.
fn sent<'a>(ctx: &Context<'a>, name: FieldName) -> Option<&'a [u8]> {
    ctx.request.head?.values(name.text()).next()
}

impl Conversion {
    /// Whether the payload has to be there whole, also when nothing reads it. A template takes its
    /// place: only what may fail is looked at then.
    #[must_use]
    pub const fn needs_payload(self, has_template: bool) -> bool {
        match self {
            Self::Pass | Self::Keep => false,
            Self::Replace | Self::Encode => !has_template,
            Self::Decode => true,
        }
    }

    /// The converted payload.
    ///
    /// # Errors
    /// 500: it is no base64.
    pub fn convert(self, payload: &[u8]) -> Result<Cow<'_, [u8]>, GatewayError> {
        Ok(match self {
            Self::Pass | Self::Keep => payload.into(),
            Self::Replace => match Body::decode(payload) {
                Cow::Borrowed(text) => text.as_bytes().into(),
                Cow::Owned(text) => text.into_bytes().into(),
            },
            Self::Decode => match LENIENT.decode(payload) {
                Ok(bytes) => bytes.into(),
                Err(_) => {
                    let cause = "a payload that is to become binary is no base64";
                    return Err(GatewayError::configuration(cause));
                }
            },
            Self::Encode => STANDARD.encode(payload).into_bytes().into(),
        })
    }

    /// What a template or a mapping reads of the converted payload.
    ///
    /// # Errors
    /// 500: it is binary and no text (aws-facts 222, 225).
    pub fn text(self, converted: &[u8]) -> Result<Cow<'_, str>, GatewayError> {
        match self {
            Self::Pass | Self::Replace | Self::Encode => Ok(Body::decode(converted)),
            Self::Keep | Self::Decode => match str::from_utf8(converted) {
                Ok(text) => Ok(text.into()),
                Err(_) => {
                    Err(GatewayError::configuration("a template reads a binary payload as text"))
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::context::fixture::Fixture;

    const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x14l\xeec\x02\xffK\xce\xcf-(J-.NMQHI,I\xd4Q(\xce\xc8/\
        \xcdIQHJU\xc8\xcc+K\xcc\xc9LQ\x08\rq\xd3\xb5P(.)\xca\xccK\x07\x00\xb89\x10W/\x00\x00\x00";
    const BASE64: &[u8] = b"H4sIABRs7mMC/0vOzy0oSi0uTk1RSEksSdRRKM7IL81JUUhKVcjMK0vMyUxRCA1x07VQ\
        KC4pysxLBwC4ORBXLwAAAA==";

    fn becoming(wish: &str) -> Option<PayloadKind> {
        match wish {
            "none" => None,
            "binary" => Some(PayloadKind::Binary),
            _ => Some(PayloadKind::Text),
        }
    }

    /// AWS's two tables, for an API whose list has `image/png` alone.
    #[test]
    fn the_tables_of_conversions() {
        use Conversion::{Decode, Encode, Keep, Replace};
        let check = |fields: &str, becomes, request, response: [Conversion; 2]| {
            let text = format!("POST /dev/pets/1 HTTP/1.1\r\nHost: h\r\n{fields}\r\n");
            let mut fixture = Fixture::new(text);
            fixture.stage.binary_media_types = BinaryMediaTypes::new(["image/png"]);
            fixture.with(|ctx| {
                let handling = ContentHandling::ByMediaType(becoming(becomes));
                assert_eq!(handling.of_request(ctx), request, "{fields} {becomes}");
                for (kind, expect) in
                    [Some(&b"text/csv"[..]), Some(b"image/png")].iter().zip(response)
                {
                    let found = handling.of_response(ctx, *kind);
                    assert_eq!(found, expect, "{fields} {becomes} {kind:?}");
                }
                assert_eq!(handling.of_response(ctx, None), response[0]);
            });
        };
        // Fields; handling; what becomes of the request, of a text and of a binary response.
        for text in ["", "Content-Type: text/csv\r\nAccept: image/*, image/png\r\n"] {
            check(text, "none", Replace, [Replace, Encode]);
            check(text, "binary", Decode, [Decode, Keep]);
            check(text, "text", Replace, [Replace, Encode]);
        }
        let binary = "Content-Type: image/png\r\nAccept: image/png;q=0.1, */*\r\nAccept: a/b\r\n";
        check(binary, "none", Keep, [Decode, Keep]);
        check(binary, "binary", Keep, [Decode, Keep]);
        check(binary, "text", Encode, [Replace, Encode]);
    }

    #[test]
    fn payloads_as_recorded() {
        let check = |conversion: Conversion, payload: &[u8], expect: Option<&[u8]>| {
            let found = conversion.convert(payload).ok();
            assert_eq!(found.as_deref(), expect, "{conversion:?} {}", payload.escape_ascii());
        };
        let replaced: &[u8] = b"\x1f\xef\xbf\xbd\x08\x00\x14l\xef\xbf\xbdc\x02\xef\xbf\xbdK\
            \xef\xbf\xbd\xef\xbf\xbd-(J-.NMQHI,I\xef\xbf\xbdQ(\xef\xbf\xbd\xef\xbf\xbd/\
            \xef\xbf\xbdIQHJU\xef\xbf\xbd\xef\xbf\xbd+K\xef\xbf\xbd\xef\xbf\xbdLQ\x08\rq\xd3\xb5P\
            (.)\xef\xbf\xbd\xef\xbf\xbdK\x07\x00\xef\xbf\xbd9\x10W/\x00\x00\x00";
        for same in [Conversion::Pass, Conversion::Keep] {
            check(same, GZIP, Some(GZIP));
        }
        check(Conversion::Replace, GZIP, Some(replaced));
        check(Conversion::Replace, BASE64, Some(BASE64));
        check(Conversion::Encode, GZIP, Some(BASE64));
        check(Conversion::Decode, BASE64, Some(GZIP));
        check(Conversion::Decode, b"this is a UTF8 text typed object", None);
        check(Conversion::Decode, GZIP, None);
        check(Conversion::Decode, b"YQ", Some(b"a"));
        check(Conversion::Decode, b"", Some(b""));
        check(Conversion::Decode, b"YQ==\n", None);
    }

    #[test]
    fn what_a_template_reads() {
        let check = |conversion: Conversion, converted: &[u8], expect: Option<&str>| {
            assert_eq!(conversion.text(converted).ok().as_deref(), expect, "{conversion:?}");
        };
        for bytes in [Conversion::Keep, Conversion::Decode] {
            check(bytes, b"text", Some("text"));
            check(bytes, GZIP, None);
        }
        check(Conversion::Pass, b"a\xff", Some("a\u{fffd}"));
        check(Conversion::Encode, b"YQ==", Some("YQ=="));
    }

    proptest! {
        #[test]
        fn bytes_come_back_out_of_text(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let text = Conversion::Encode.convert(&bytes).expect("bytes become text");
            let same = Conversion::Replace.convert(&text).expect("always");
            prop_assert_eq!(&*same, &*text);
            let back = Conversion::Decode.convert(&text).expect("base64");
            prop_assert_eq!(&*back, &bytes[..]);
        }

        #[test]
        fn what_is_replaced_is_text(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let text = Conversion::Replace.convert(&bytes).expect("always");
            prop_assert!(str::from_utf8(&text).is_ok());
            prop_assert_eq!(str::from_utf8(&bytes).is_ok(), *text == bytes);
        }
    }
}
