//! The `curl` lines: a MOCK and an HTTP_PROXY route that answer without a key, a parameter or a
//! body.

use std::fmt;

use ringway_core::snapshot::{Integration, Method, ParameterLocation, RequiredParameter};

use super::Banner;

/// A `curl` command that works as printed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trial {
    url: String,
    /// Verb, when it is not GET.
    verb: Option<Box<str>>,
    /// The certificate is nobody's.
    insecure: bool,
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("curl ")?;
        if self.insecure {
            f.write_str("-k ")?;
        }
        match self.verb.as_deref() {
            None => {}
            Some("HEAD") => f.write_str("-I ")?,
            Some(verb) => write!(f, "-X {verb} ")?,
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/%@+,=[]".contains(c);
        if self.url.chars().all(plain) && !self.url.contains('[') {
            f.write_str(&self.url)
        } else {
            // Quoted for the shell; `-g` keeps curl from reading brackets as ranges.
            write!(f, "-g '{}'", self.url.replace('\'', "%27"))
        }
    }
}

/// Integrations a trial is looked for, one trial each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Mock,
    Http,
}

/// At most one trial of each kind.
pub(super) fn choose(banner: &Banner<'_>) -> Vec<Trial> {
    [Kind::Mock, Kind::Http].into_iter().filter_map(|kind| of_kind(banner, kind)).collect()
}

fn of_kind(banner: &Banner<'_>, kind: Kind) -> Option<Trial> {
    let stages = banner.snapshot.stages.iter();
    let routes = stages.flat_map(|stage| stage.methods.iter().map(move |method| (stage, method)));
    let (_, stage, method) = routes
        .filter(|(_, method)| works(method, kind))
        .filter_map(|(stage, method)| Some((rank(method)?, stage, method)))
        .min_by_key(|(rank, ..)| *rank)?;
    let base = banner.bases(stage).into_iter().next()?;
    Some(Trial {
        url: format!("{base}{}", sample_path(method)),
        verb: verb(method).map(Into::into),
        insecure: base.starts_with("https:") && banner.self_signed,
    })
}

/// Answers well without a key or a parameter.
fn works(method: &Method, kind: Kind) -> bool {
    let asks = |parameter: &RequiredParameter| parameter.location != ParameterLocation::Path;
    let open = !method.api_key_required && !method.required.iter().any(asks);
    open && match (&method.integration, kind) {
        (Integration::Mock(mock), Kind::Mock) => {
            mock.templates.0.iter().any(|(_, template)| template.mock_status.is_some())
        }
        (Integration::Http(http), Kind::Http) => http.endpoint.is_ok() && !http.forbidden_header,
        _ => false,
    }
}

/// Lower is better; `None` for verbs that change something.
fn rank(method: &Method) -> Option<(u8, usize)> {
    let verb = match &*method.http_method {
        "GET" => 0,
        "ANY" => 1,
        "HEAD" => 2,
        "OPTIONS" => 3,
        _ => return None,
    };
    // A route without parameters is the plainer example.
    Some((verb, method.path_parameters.len()))
}

fn verb(method: &Method) -> Option<&str> {
    Some(&*method.http_method).filter(|verb| !matches!(*verb, "GET" | "ANY"))
}

/// The path with 1 for every parameter: `/pets/{petId}/toys/{proxy+}` to `/pets/1/toys/1`.
fn sample_path(method: &Method) -> String {
    let segments = method.resource_path.split('/').map(|segment| {
        if segment.starts_with('{') && segment.ends_with('}') { "1" } else { segment }
    });
    segments.collect::<Vec<_>>().join("/")
}
