//! Binary media types and content handling, compiled: what becomes of payloads.
//!
//! A payload is binary when its media type is listed, else text. What a conversion does is
//! [`crate::integration::Conversion`]'s; see
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html>.

/// `binaryMediaTypes` of an API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BinaryMediaTypes(Vec<BinaryMediaType>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum BinaryMediaType {
    /// `*/*`.
    Any,
    /// `image/*`: what it starts with, slash included.
    Range(Box<str>),
    /// `image/png`. What has its star on the left matches itself alone (aws-facts 226).
    One(Box<str>),
}

/// Media type of a payload or of an Accept that says nothing.
const DEFAULT: &[u8] = b"application/json";

impl BinaryMediaTypes {
    /// Every payload is text.
    pub const NONE: &Self = &Self(Vec::new());

    /// Compiles the list.
    pub fn new<'t>(types: impl IntoIterator<Item = &'t str>) -> Self {
        Self(types.into_iter().map(BinaryMediaType::new).collect())
    }

    /// Whether there are none: every payload is text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether every payload is binary (`*/*`).
    #[must_use]
    pub fn has_all(&self) -> bool {
        self.0.contains(&BinaryMediaType::Any)
    }

    /// Whether a payload of this Content-Type is binary; without one it counts as JSON.
    #[must_use]
    pub fn is_binary(&self, content_type: Option<&[u8]>) -> bool {
        self.lists(content_type.unwrap_or(DEFAULT))
    }

    /// Whether a client of this Accept takes binary payloads: its first value decides (aws-facts
    /// 226). Without one it counts as JSON.
    #[must_use]
    pub fn is_accepted(&self, accept: Option<&[u8]>) -> bool {
        let values = accept.unwrap_or(DEFAULT);
        self.lists(values.split(|&byte| byte == b',').next().unwrap_or_default())
    }

    /// Parameters and case do not matter.
    fn lists(&self, media_type: &[u8]) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let end = media_type.iter().position(|&byte| byte == b';').unwrap_or(media_type.len());
        let media_type = media_type[..end].trim_ascii();
        self.0.iter().any(|listed| listed.matches(media_type))
    }
}

impl BinaryMediaType {
    fn new(text: &str) -> Self {
        match text.trim().strip_suffix("/*") {
            Some("*") => Self::Any,
            Some(kind) => Self::Range(format!("{kind}/").into()),
            None => Self::One(text.trim().into()),
        }
    }

    fn matches(&self, media_type: &[u8]) -> bool {
        match self {
            Self::Any => true,
            Self::Range(start) => media_type
                .get(..start.len())
                .is_some_and(|sent| sent.eq_ignore_ascii_case(start.as_bytes())),
            Self::One(own) => media_type.eq_ignore_ascii_case(own.as_bytes()),
        }
    }
}

/// What a conversion makes of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadKind {
    /// Text, or base64.
    Text,
    /// Bytes.
    Binary,
}

/// What is done to a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conversion {
    /// Text that passes as it came. What reads it sees U+FFFD for what is not UTF-8.
    Pass,
    /// Bytes that pass as they came; what reads them fails unless they are UTF-8 (aws-facts 222).
    Keep,
    /// Text; what is not UTF-8 becomes U+FFFD (aws-facts 220, 221).
    Replace,
    /// Bytes out of base64; 500 when it is none.
    Decode,
    /// Base64 out of bytes.
    Encode,
}

impl Conversion {
    /// Of a payload of one kind to another.
    #[must_use]
    pub const fn between(payload: PayloadKind, becomes: PayloadKind) -> Self {
        match (payload, becomes) {
            (PayloadKind::Text, PayloadKind::Text) => Self::Replace,
            (PayloadKind::Text, PayloadKind::Binary) => Self::Decode,
            (PayloadKind::Binary, PayloadKind::Text) => Self::Encode,
            (PayloadKind::Binary, PayloadKind::Binary) => Self::Keep,
        }
    }
}

/// `contentHandling` of one direction of an integration, resolved as far as no header decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentHandling {
    /// Whatever the media types.
    Always(Conversion),
    /// By the payload's media type and what it is to become; `None`: the same kind for a request,
    /// what the client accepts for a response (aws-facts 223).
    ByMediaType(Option<PayloadKind>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_media_types() {
        let check = |types: &[&str], sent: Option<&str>, content_type: bool, accept: bool| {
            let types = BinaryMediaTypes::new(types.iter().copied());
            let bytes = sent.map(str::as_bytes);
            assert_eq!(types.is_binary(bytes), content_type, "{types:?} Content-Type {sent:?}");
            assert_eq!(types.is_accepted(bytes), accept, "{types:?} Accept {sent:?}");
        };
        let both = |types: &[&str], sent, expect| check(types, sent, expect, expect);
        both(&[], Some("image/png"), false);
        both(&["image/png"], Some("image/png"), true);
        both(&["image/png"], Some(" IMAGE/PNG ; q=1"), true);
        both(&["Image/Png"], Some("image/png"), true);
        // aws-facts 226.
        for sent in ["*/*", "image/*", "image/pn", "image/pngx", "application", ""] {
            both(&["image/png"], Some(sent), false);
        }
        check(&["image/png"], Some("image/png,image/*"), false, true);
        check(&["image/png"], Some("image/webp,image/png,*/*"), false, false);
        both(&["application/*"], Some("application/x"), true);
        both(&["application/*"], Some("application/*"), true);
        both(&["application/*"], Some("application"), false);
        both(&["*/test"], Some("application/test"), false);
        both(&["*/*"], Some("x"), true);
        for (types, expect) in
            [(&["image/png"][..], false), (&["application/json"], true), (&["*/*"], true)]
        {
            both(types, None, expect);
        }
    }
}
