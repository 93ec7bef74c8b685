//! Keys of the response cache.

use crate::context::Context;
use crate::mapping::Source;
use crate::snapshot::MethodCache;

/// Appends the key of a request: the method's prefix, the client's verb, and the method's values.
///
/// Everything has its length before it and an undefined value differs from an empty one, so that
/// two requests have the same key only when all parts are the same. A header or parameter counts
/// with *all* its values, although a mapping takes the last: a back end may look at another one,
/// and an answer to it must not reach the next client.
pub fn write_cache_key(cache: &MethodCache, ctx: &Context<'_>, out: &mut Vec<u8>) {
    out.extend_from_slice(&cache.prefix);
    let verb = ctx.request.head.map_or("", |head| head.method());
    write_part(out, |out| out.extend_from_slice(verb.as_bytes()));
    for part in &cache.parts {
        write_value(&part.source, ctx, out);
    }
}

/// Number of values, then each.
fn write_value(source: &Source, ctx: &Context<'_>, out: &mut Vec<u8>) {
    let count_at = out.len();
    out.extend_from_slice(&0_u32.to_be_bytes());
    let mut count = 0_u32;
    match source {
        Source::Header(..)
        | Source::MultiValueHeader(..)
        | Source::QueryString(_)
        | Source::MultiValueQueryString(_) => {
            for value in source.values(ctx) {
                write_part(out, |out| out.extend_from_slice(value));
                count += 1;
            }
        }
        Source::Literal(_)
        | Source::Path(_)
        | Source::PathOfAnyMethod(_)
        | Source::Body(_)
        | Source::Context(_)
        | Source::Undefined => {
            let value_at = out.len();
            let mut defined = false;
            write_part(out, |out| defined = source.write(ctx, out));
            if defined {
                count = 1;
            } else {
                out.truncate(value_at);
            }
        }
    }
    out[count_at..count_at + 4].copy_from_slice(&count.to_be_bytes());
}

/// Length, then bytes.
fn write_part(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    out.extend_from_slice(&0_u32.to_be_bytes());
    write(out);
    // Parts come from one request head, which is far shorter than 4 GiB.
    let len = (out.len() - at - 4) as u32;
    out[at..at + 4].copy_from_slice(&len.to_be_bytes());
}
