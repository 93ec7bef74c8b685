//! Signatures of calls to AWS services: what they are for, and whose.

/// How a call is signed (Signature Version 4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Signing {
    /// Name of the service in signatures: `states`, `lambda`, `ses`.
    pub service: Box<str>,
    /// Region of the scope.
    pub region: Box<str>,
    /// Who signs.
    pub principal: Principal,
}

impl Signing {
    /// S3 takes paths as they were sent, and wants the hash of the payload in a field of its own.
    #[must_use]
    pub fn is_s3(&self) -> bool {
        matches!(&*self.service, "s3" | "s3-object-lambda" | "s3-outposts" | "s3express")
    }
}

/// Whose credentials sign.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Principal {
    /// The credentials this process was started with; the definition names none.
    Process,
    /// The credentials that were given with the address of the service.
    Endpoint,
    /// A role, assumed with the credentials of the process; its ARN.
    Role(Box<str>),
}
