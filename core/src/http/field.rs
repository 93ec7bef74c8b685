//! Well-known field names, recognised by length first, then by bytes.
//!
//! Knows names only: what a field means for forwarding is in `rules`, its value in `facts`.

macro_rules! field_names {
    ($($variant:ident $name:literal,)*) => {
        /// A field name the gateway treats specially; all others are `Other`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum FieldName {
            /// Any other name.
            Other,
            $( #[doc = concat!("`", $name, "`")] $variant, )*
        }

        impl FieldName {
            /// Every well-known name with its lower-case text.
            pub const KNOWN: &[(Self, &'static str)] = &[$((Self::$variant, $name)),*];
        }
    };
}

field_names! {
    Accept "accept",
    AcceptCharset "accept-charset",
    AcceptEncoding "accept-encoding",
    Age "age",
    Authorization "authorization",
    CacheControl "cache-control",
    Connection "connection",
    ContentEncoding "content-encoding",
    ContentLength "content-length",
    ContentMd5 "content-md5",
    ContentType "content-type",
    Date "date",
    Expect "expect",
    Host "host",
    KeepAlive "keep-alive",
    MaxForwards "max-forwards",
    Pragma "pragma",
    ProxyAuthenticate "proxy-authenticate",
    ProxyAuthorization "proxy-authorization",
    ProxyConnection "proxy-connection",
    Range "range",
    Referer "referer",
    Server "server",
    Te "te",
    Trailer "trailer",
    TransferEncoding "transfer-encoding",
    Upgrade "upgrade",
    UserAgent "user-agent",
    Via "via",
    Warn "warn",
    WwwAuthenticate "www-authenticate",
    XAmzApigwId "x-amz-apigw-id",
    XAmznApigatewayApiId "x-amzn-apigateway-api-id",
    XAmznErrorType "x-amzn-errortype",
    XAmznRequestId "x-amzn-requestid",
    XAmznTraceId "x-amzn-trace-id",
    XApiKey "x-api-key",
}

// One bit for each name in a `u64` says which fields a head has.
const _: () = assert!(FieldName::KNOWN.len() < 64);

impl FieldName {
    /// The well-known name equal to `name` without regard to case, else `Other`.
    #[must_use]
    #[inline]
    pub fn of(name: &[u8]) -> Self {
        let candidate = Self::candidate(name);
        if is_text(name, candidate.text().as_bytes()) { candidate } else { Self::Other }
    }

    /// Lower-case text; empty for `Other`.
    #[must_use]
    #[inline]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Other => "",
            known => Self::KNOWN[known as usize - 1].1,
        }
    }

    /// This name's bit in a set of names.
    #[inline]
    pub(super) const fn bit(self) -> u64 {
        1 << self as u8
    }

    /// The only well-known name that `name` can be: length and one letter tell them apart.
    #[inline]
    fn candidate(name: &[u8]) -> Self {
        let Some(&first) = name.first() else { return Self::Other };
        match (name.len(), first | 0x20) {
            (2, b't') => Self::Te,
            (3, b'a') => Self::Age,
            (3, b'v') => Self::Via,
            (4, b'd') => Self::Date,
            (4, b'h') => Self::Host,
            (4, b'w') => Self::Warn,
            (5, b'r') => Self::Range,
            (6, b'a') => Self::Accept,
            (6, b'e') => Self::Expect,
            (6, b'p') => Self::Pragma,
            (6, b's') => Self::Server,
            (7, b'r') => Self::Referer,
            (7, b't') => Self::Trailer,
            (7, b'u') => Self::Upgrade,
            (9, b'x') => Self::XApiKey,
            (10, b'c') => Self::Connection,
            (10, b'k') => Self::KeepAlive,
            (10, b'u') => Self::UserAgent,
            (11, b'c') => Self::ContentMd5,
            (12, b'c') => Self::ContentType,
            (12, b'm') => Self::MaxForwards,
            (13, b'a') => Self::Authorization,
            (13, b'c') => Self::CacheControl,
            (14, b'a') => Self::AcceptCharset,
            (14, b'c') => Self::ContentLength,
            (14, b'x') => Self::XAmzApigwId,
            (15, b'a') => Self::AcceptEncoding,
            (15, b'x') => Self::XAmznTraceId,
            (16, b'c') => Self::ContentEncoding,
            (16, b'p') => Self::ProxyConnection,
            (16, b'w') => Self::WwwAuthenticate,
            (16, b'x') if name[7] | 0x20 == b'e' => Self::XAmznErrorType,
            (16, b'x') => Self::XAmznRequestId,
            (17, b't') => Self::TransferEncoding,
            (18, b'p') => Self::ProxyAuthenticate,
            (19, b'p') => Self::ProxyAuthorization,
            (24, b'x') => Self::XAmznApigatewayApiId,
            _ => Self::Other,
        }
    }
}

/// Whether `name` is `text` in any case; `text` is a well-known name, in lower case. Eight bytes at
/// a time, the last ones overlapping: names are short, and a loop over bytes shows in profiles.
#[inline]
fn is_text(name: &[u8], text: &[u8]) -> bool {
    if name.len() != text.len() {
        return false;
    }
    match (name.last_chunk(), text.last_chunk()) {
        (Some(end), Some(text_end)) => {
            eight_are(*end, *text_end)
                && name
                    .as_chunks()
                    .0
                    .iter()
                    .zip(text.as_chunks().0)
                    .all(|(eight, text_eight)| eight_are(*eight, *text_eight))
        }
        _ => name.iter().zip(text).all(|(&byte, &letter)| byte | case_bit(letter) == letter),
    }
}

#[inline]
fn eight_are(name: [u8; 8], text: [u8; 8]) -> bool {
    let text = u64::from_ne_bytes(text);
    let case = (text & 0x4040_4040_4040_4040) >> 1;
    u64::from_ne_bytes(name) | case == text
}

/// The bit that differs between the cases of a lower-case letter; none for digits and hyphens,
/// which have no 0x40. Setting it turns only the two cases of a letter into that letter.
#[inline]
const fn case_bit(letter: u8) -> u8 {
    (letter & 0x40) >> 1
}

#[cfg(test)]
mod tests {
    use super::FieldName;

    #[test]
    fn every_known_name_is_recognised_in_any_case() {
        for &(field, text) in FieldName::KNOWN {
            assert_eq!(field.text(), text);
            assert_eq!(FieldName::of(text.as_bytes()), field, "{text}");
            assert_eq!(FieldName::of(text.to_uppercase().as_bytes()), field, "{text}");
        }
        assert_eq!(FieldName::Other.text(), "");
    }

    #[test]
    fn near_misses_agree_with_a_search() {
        let check = |name: &[u8]| {
            let found = FieldName::KNOWN
                .iter()
                .find(|(_, text)| text.as_bytes().eq_ignore_ascii_case(name));
            let expect = found.map_or(FieldName::Other, |(field, _)| *field);
            assert_eq!(FieldName::of(name), expect, "{:?}", String::from_utf8_lossy(name));
        };
        check(b"");
        for (_, text) in FieldName::KNOWN {
            let mut name = text.as_bytes().to_vec();
            for at in 0..name.len() {
                check(&name[..at]);
                for byte in 0..=255 {
                    name[at] = byte;
                    check(&name);
                }
                name[at] = text.as_bytes()[at];
            }
            name.push(b's');
            check(&name);
        }
    }
}
