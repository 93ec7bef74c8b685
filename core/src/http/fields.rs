//! The fields of a head as ranges into its bytes: storage, and a view to look them up.
//!
//! Knows nothing of what fields mean; `facts` decides that while it fills the storage.

use super::FieldName;

/// Where one field line lies in its head. Heads are below 64 KiB, names below 256 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub(super) name: FieldName,
    pub(super) name_len: u8,
    pub(super) name_start: u16,
    pub(super) value_start: u16,
    pub(super) value_len: u16,
}

const _: () = assert!(size_of::<Field>() == 8);

impl Field {
    #[inline]
    fn name_in(self, bytes: &[u8]) -> &[u8] {
        let start = usize::from(self.name_start);
        &bytes[start..start + usize::from(self.name_len)]
    }

    #[inline]
    fn value_in(self, bytes: &[u8]) -> &[u8] {
        let start = usize::from(self.value_start);
        &bytes[start..start + usize::from(self.value_len)]
    }
}

/// Reusable storage for the fields of one head. Grows to at most
/// [`HEADER_FIELDS_MAX`](crate::limits::HEADER_FIELDS_MAX) entries and keeps its memory.
#[derive(Debug, Clone, Default)]
pub struct Fields(pub(super) Vec<Field>);

impl Fields {
    /// Without memory; the first heads allocate it.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// With memory for every head the limits allow (800 bytes).
    #[must_use]
    pub fn with_full_capacity() -> Self {
        Self(Vec::with_capacity(crate::limits::HEADER_FIELDS_MAX))
    }
}

/// The fields of a head, with names and values as sent.
#[derive(Debug, Clone, Copy)]
pub struct FieldLines<'a> {
    bytes: &'a [u8],
    fields: &'a [Field],
    /// A bit for each well-known name that occurs.
    present: u64,
}

impl<'a> FieldLines<'a> {
    #[inline]
    pub(super) const fn new(bytes: &'a [u8], fields: &'a [Field], present: u64) -> Self {
        Self { bytes, fields, present }
    }

    /// The LAST value of a well-known field, without surrounding blanks. `None` for `Other`.
    #[must_use]
    #[inline]
    pub fn field(&self, name: FieldName) -> Option<&'a [u8]> {
        if name == FieldName::Other || self.present & name.bit() == 0 {
            return None;
        }
        self.fields.iter().rev().find(|field| field.name == name).map(|f| f.value_in(self.bytes))
    }

    /// Every field line in order: well-known name, name as sent, value without surrounding blanks.
    #[inline]
    pub fn fields(
        &self,
    ) -> impl DoubleEndedIterator<Item = (FieldName, &'a str, &'a [u8])> + use<'a> {
        let bytes = self.bytes;
        self.fields.iter().map(move |f| (f.name, text(f.name_in(bytes)), f.value_in(bytes)))
    }

    /// The last value of a field by its name, without regard to case; well-known names too.
    #[must_use]
    pub fn custom(&self, name: &str) -> Option<&'a [u8]> {
        self.values(name).next_back()
    }

    /// All values of a field by its name, in order; well-known names too.
    pub fn values<'n>(
        &self,
        name: &'n str,
    ) -> impl DoubleEndedIterator<Item = &'a [u8]> + use<'a, 'n> {
        let bytes = self.bytes;
        let known = FieldName::of(name.as_bytes());
        // An absent well-known name leaves nothing to look at.
        let absent = known != FieldName::Other && self.present & known.bit() == 0;
        let fields: &'a [Field] = if absent { &[] } else { self.fields };
        fields
            .iter()
            .filter(move |f| {
                f.name == known
                    && (known != FieldName::Other
                        || f.name_in(bytes).eq_ignore_ascii_case(name.as_bytes()))
            })
            .map(move |f| f.value_in(bytes))
    }

    /// True when `Connection` names this field: it concerns this connection only and must not be
    /// forwarded (RFC 9110 section 7.6.1).
    #[must_use]
    pub fn connection_lists(&self, name: &str) -> bool {
        self.present & FieldName::Connection.bit() != 0
            && self
                .fields
                .iter()
                .filter(|f| f.name == FieldName::Connection)
                .flat_map(|f| list_elements(f.value_in(self.bytes)))
                .any(|option| option.eq_ignore_ascii_case(name.as_bytes()))
    }

    /// Number of field lines.
    #[must_use]
    #[inline]
    pub const fn count(&self) -> usize {
        self.fields.len()
    }
}

/// Elements of a comma-separated list, without blanks; empty ones too (RFC 9110 section 5.6.1).
#[inline]
pub(super) fn list_elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii)
}

/// Tokens are ASCII: the parser checked them.
#[inline]
pub(super) fn text(token: &[u8]) -> &str {
    std::str::from_utf8(token).unwrap_or_default()
}
