//! Where a document is: account, region, kind, parent, identifier.

use std::fmt;

/// The account and region a call speaks to; everything it sees and changes lies there.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// Twelve digits.
    pub account_id: Box<str>,
    /// `us-east-1`; empty for what an account has once, such as its users.
    pub region: Box<str>,
}

impl Scope {
    /// A region of an account.
    #[must_use]
    pub fn new(account_id: &str, region: &str) -> Self {
        Self { account_id: account_id.into(), region: region.into() }
    }

    /// What the account has once, for all regions.
    #[must_use]
    pub fn global(&self) -> Self {
        Self::new(&self.account_id, "")
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        /// What a document is. The names are those of the store, and stay.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The name in keys and in the store.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// A REST API without what hangs on it.
    RestApi = "rest-api",
    /// A resource with its methods; parent: API.
    Resource = "resource",
    /// A model, by name; parent: API.
    Model = "model",
    /// A request validator; parent: API.
    RequestValidator = "request-validator",
    /// An authorizer; parent: API.
    Authorizer = "authorizer",
    /// A customised gateway response, by type; parent: API.
    GatewayResponse = "gateway-response",
    /// A documentation part; parent: API.
    DocumentationPart = "documentation-part",
    /// A documentation version with its parts; parent: API.
    DocumentationVersion = "documentation-version",
    /// A deployment without the API it is a copy of; parent: API.
    Deployment = "deployment",
    /// The immutable copy of the API that a deployment is; parent: API. See [`Self::is_cold`].
    DeployedApi = "deployed-api",
    /// A stage, by name; parent: API.
    Stage = "stage",
    /// An API key.
    ApiKey = "api-key",
    /// A usage plan.
    UsagePlan = "usage-plan",
    /// A key's membership of a plan; parent: plan.
    UsagePlanKey = "usage-plan-key",
    /// What a key may still use, where it was set by hand; parent: plan.
    Usage = "usage",
    /// The account's settings.
    Account = "account",
    /// A custom domain name.
    DomainName = "domain-name",
    /// A base path of a domain name; parent: domain name.
    BasePathMapping = "base-path-mapping",
    /// Who else may use a private domain name, by ARN.
    AccessAssociation = "access-association",
    /// A VPC link.
    VpcLink = "vpc-link",
    /// A client certificate with its private key.
    ClientCertificate = "client-certificate",
    /// A user of the management plane; of the account.
    User = "user",
    /// An access key with its secret, by access key id; of the account.
    AccessKey = "access-key",
}

impl Kind {
    /// Large and rarely read: left in the store until somebody asks.
    #[must_use]
    pub const fn is_cold(self) -> bool {
        matches!(self, Self::DeployedApi)
    }

    /// Its body holds a secret.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::ApiKey | Self::AccessKey | Self::ClientCertificate)
    }

    /// Whether old bodies are kept: not of secrets, nor of copies, which never change.
    #[must_use]
    pub const fn has_history(self) -> bool {
        !self.is_secret() && !self.is_cold()
    }

    /// The kind of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

/// The place of a document. Parts are separated by a line feed, which no identifier has.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(Box<str>);

impl Key {
    /// A document of a scope; `parent` is empty for what hangs on nothing.
    #[must_use]
    pub fn new(scope: &Scope, kind: Kind, parent: &str, id: &str) -> Self {
        let Scope { account_id, region } = scope;
        Self(format!("{}\n{account_id}\n{region}\n{parent}\n{id}", kind.name()).into())
    }

    /// What all keys of these documents begin with.
    #[must_use]
    pub(super) fn prefix(scope: &Scope, kind: Kind, parent: &str) -> String {
        let Scope { account_id, region } = scope;
        format!("{}\n{account_id}\n{region}\n{parent}\n", kind.name())
    }

    /// As the store keeps it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// From the store; `None` when it is no key of ours.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let complete = text.split('\n').count() == 5;
        (complete && Kind::named(text.split('\n').next()?).is_some()).then(|| Self(text.into()))
    }

    fn part(&self, at: usize) -> &str {
        self.0.split('\n').nth(at).unwrap_or_default()
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        Kind::named(self.part(0))
    }

    /// Whose it is.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::new(self.part(1), self.part(2))
    }

    /// What it hangs on.
    #[must_use]
    pub fn parent(&self) -> &str {
        self.part(3)
    }

    /// Its identifier among its siblings.
    #[must_use]
    pub fn id(&self) -> &str {
        self.part(4)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.replace('\n', "/"))
    }
}
