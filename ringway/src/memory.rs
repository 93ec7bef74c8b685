//! The allocator of the process, and its chore.
#![allow(unsafe_code)] // one call of mimalloc's

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Returns memory that this thread no longer uses to the system. mimalloc looks for such memory
/// when a page of it becomes free, so after a burst an idle process would keep all of it.
pub(crate) fn trim() {
    // SAFETY: no arguments to get wrong; it may be called at any time on any thread.
    unsafe { libmimalloc_sys::mi_collect(false) }
}
