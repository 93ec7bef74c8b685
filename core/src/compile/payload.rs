//! `binaryMediaTypes` and `contentHandling`: what no header of a request can change any more.

use super::scope::MethodScope;
use crate::definition::{self, IntegrationType};
use crate::snapshot::{BinaryMediaTypes, ContentHandling, Conversion, PayloadKind};

/// What is to be done to payloads of one direction of an integration.
pub(super) fn handling(
    scope: &MethodScope<'_, '_>,
    handling: Option<definition::ContentHandling>,
) -> ContentHandling {
    let becomes = handling.map(|handling| match handling {
        definition::ContentHandling::ConvertToBinary => PayloadKind::Binary,
        definition::ContentHandling::ConvertToText => PayloadKind::Text,
    });
    resolve(&scope.stage.binary_media_types, becomes, scope.integration.integration_type)
}

fn resolve(
    types: &BinaryMediaTypes,
    becomes: Option<PayloadKind>,
    integration: IntegrationType,
) -> ContentHandling {
    let untouched = match integration {
        // A proxy passes what it gets.
        IntegrationType::HttpProxy | IntegrationType::AwsProxy => becomes.is_none(),
        // Where an API knows no binary types, AWS replaces what is not UTF-8 (aws-facts 220). An
        // HTTP back end gets and sends its own bytes here, so that they can stream.
        IntegrationType::Http => becomes.is_none() && types.is_empty(),
        IntegrationType::Aws => false,
        // Nothing is sent, and what a template makes is no payload yet.
        IntegrationType::Mock => true,
    };
    if untouched {
        return ContentHandling::Always(Conversion::Pass);
    }
    let one = match (types.is_empty(), types.has_all()) {
        (true, _) => PayloadKind::Text,
        (false, true) => PayloadKind::Binary,
        (false, false) => return ContentHandling::ByMediaType(becomes),
    };
    ContentHandling::Always(Conversion::between(one, becomes.unwrap_or(one)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_header_can_change() {
        use Conversion::{Decode, Encode, Keep, Pass, Replace};
        use IntegrationType::{Aws, AwsProxy, Http, HttpProxy, Mock};
        let (binary, text) = (Some(PayloadKind::Binary), Some(PayloadKind::Text));
        let check = |kinds: &[IntegrationType], types: &[&str], becomes, expect: Conversion| {
            for kind in kinds {
                let types = BinaryMediaTypes::new(types.iter().copied());
                let found = resolve(&types, becomes, *kind);
                assert_eq!(
                    found,
                    ContentHandling::Always(expect),
                    "{kind:?} {types:?} {becomes:?}"
                );
            }
        };
        for types in [&[][..], &["*/*"], &["image/png"]] {
            check(&[HttpProxy, AwsProxy], types, None, Pass);
            check(&[Mock], types, None, Pass);
            check(&[Mock], types, binary, Pass);
        }
        let all = [Http, HttpProxy, Aws, AwsProxy];
        check(&all, &[], binary, Decode);
        check(&all, &[], text, Replace);
        check(&[Http], &[], None, Pass);
        check(&[Aws], &[], None, Replace);
        let any = ["image/png", "*/*"];
        check(&[Http, Aws], &any, None, Keep);
        check(&all, &any, binary, Keep);
        check(&all, &any, text, Encode);
        for (kind, becomes) in [(Http, None), (Aws, None), (Http, text), (HttpProxy, binary)] {
            let found = resolve(&BinaryMediaTypes::new(["image/png"]), becomes, kind);
            assert_eq!(found, ContentHandling::ByMediaType(becomes), "{kind:?}");
        }
    }
}
