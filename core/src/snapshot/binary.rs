//! Which payloads are bytes, and not text: `binaryMediaTypes` of an API.

/// Media types, as the API lists them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BinaryMediaTypes(pub Box<[Box<str>]>);

impl BinaryMediaTypes {
    /// Whether a media type is listed, its parameters and case aside. Only the right half of an
    /// entry may be a wildcard, or both (aws-facts 226).
    #[must_use]
    pub fn lists(&self, media_type: &[u8]) -> bool {
        let end = media_type.iter().position(|&byte| byte == b';').unwrap_or(media_type.len());
        let wanted = media_type[..end].trim_ascii();
        self.0.iter().any(|listed| match listed.strip_suffix('*') {
            Some("*/") => true,
            Some(start) if start.ends_with('/') => {
                let own = wanted.get(..start.len());
                own.is_some_and(|own| own.eq_ignore_ascii_case(start.as_bytes()))
            }
            _ => !listed.starts_with("*/") && wanted.eq_ignore_ascii_case(listed.as_bytes()),
        })
    }

    /// Whether a client takes bytes: the first type that it accepts is listed (aws-facts 223, 226).
    #[must_use]
    pub fn accepted(&self, accept: Option<&[u8]>) -> bool {
        let first = accept.and_then(|accept| accept.split(|&byte| byte == b',').next());
        !self.0.is_empty() && self.lists(first.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(listed: &[&str]) -> BinaryMediaTypes {
        BinaryMediaTypes(listed.iter().map(|&it| it.into()).collect())
    }

    #[test]
    fn recorded_media_types() {
        let check = |listed: &[&str], wanted: &str, expect: bool| {
            assert_eq!(types(listed).lists(wanted.as_bytes()), expect, "{listed:?} {wanted}");
        };
        check(&["image/png"], "image/png", true);
        check(&["image/png"], "Image/PNG; q=1", true);
        check(&["image/png"], "image/*", false);
        check(&["application/*"], "application/x", true);
        check(&["application/*"], "application/*", true);
        check(&["application/*"], "application", false);
        check(&["*/test"], "a/test", false);
        check(&["*/test"], "*/test", false);
        check(&["*/*"], "a/b", true);
        check(&["*/*"], "", true);
        check(&[], "a/b", false);
    }

    #[test]
    fn what_a_client_accepts_first() {
        let check = |listed: &[&str], accept: Option<&str>, expect: bool| {
            let accepted = types(listed).accepted(accept.map(str::as_bytes));
            assert_eq!(accepted, expect, "{listed:?} {accept:?}");
        };
        check(&["image/png"], Some("image/webp,image/png,*/*"), false);
        check(&["image/png"], Some("image/png,image/*"), true);
        check(&["image/png"], Some("*/*"), false);
        check(&["image/png"], None, false);
        check(&["*/*"], None, true);
        check(&[], None, false);
    }
}
