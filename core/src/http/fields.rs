//! The fields of a head as ranges into its bytes: storage, and a view to look them up.
//!
//! Knows nothing of what fields mean; `facts` decides that while it fills the storage.

use super::{FieldName, write};

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

    /// Every field line in order.
    #[inline]
    pub fn fields(&self) -> impl DoubleEndedIterator<Item = FieldLine<'a>> + use<'a> {
        let bytes = self.bytes;
        self.fields.iter().map(move |field| FieldLine { bytes, field: *field })
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
    pub fn connection_lists(&self, name: &[u8]) -> bool {
        self.present & FieldName::Connection.bit() != 0
            && self
                .fields
                .iter()
                .filter(|f| f.name == FieldName::Connection)
                .flat_map(|f| list_elements(f.value_in(self.bytes)))
                .any(|option| option.eq_ignore_ascii_case(name))
    }

    /// Number of field lines.
    #[must_use]
    #[inline]
    pub const fn count(&self) -> usize {
        self.fields.len()
    }
}

/// One field line of a head.
#[derive(Debug, Clone, Copy)]
pub struct FieldLine<'a> {
    bytes: &'a [u8],
    field: Field,
}

impl<'a> FieldLine<'a> {
    /// The well-known name, or `Other`.
    #[must_use]
    #[inline]
    pub const fn name(&self) -> FieldName {
        self.field.name
    }

    /// The name as sent: a token, not empty.
    #[must_use]
    #[inline]
    pub fn text(&self) -> &'a [u8] {
        self.field.name_in(self.bytes)
    }

    /// The value without surrounding blanks.
    #[must_use]
    #[inline]
    pub fn value(&self) -> &'a [u8] {
        self.field.value_in(self.bytes)
    }

    /// Appends `name: value` and CR LF.
    #[inline]
    pub fn write(&self, out: &mut Vec<u8>) {
        let Field { name_len, name_start, value_start, value_len, .. } = self.field;
        let start = usize::from(name_start);
        let colon = start + usize::from(name_len);
        let end = usize::from(value_start) + usize::from(value_len);
        let line = &self.bytes[start..end + 2];
        let blank = self.bytes[colon + 1];
        if usize::from(value_start) == colon + 2 && blank == b' ' && line.ends_with(write::CRLF) {
            // As nearly everyone writes it: one piece.
            out.extend_from_slice(line);
        } else {
            write::field(out, self.text(), self.value());
        }
    }
}

/// Elements of a comma-separated list, without blanks; empty ones too (RFC 9110 section 5.6.1).
#[inline]
pub(super) fn list_elements(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|&byte| byte == b',').map(<[u8]>::trim_ascii)
}

/// A method as text. Tokens are ASCII, the parser checked them; the usual ones need no second look.
#[inline]
pub(super) fn method(token: &[u8]) -> &str {
    match token {
        b"GET" => "GET",
        b"POST" => "POST",
        b"PUT" => "PUT",
        b"HEAD" => "HEAD",
        b"PATCH" => "PATCH",
        b"DELETE" => "DELETE",
        b"OPTIONS" => "OPTIONS",
        _ => std::str::from_utf8(token).unwrap_or_default(),
    }
}
