//! Where the programs of `#evaluate` live as long as the rendering.

use std::cell::OnceCell;

use crate::program::Program;

/// A chain of programs; each stays where it is.
#[derive(Default)]
pub(super) struct Arena {
    link: OnceCell<Box<(Program, Self)>>,
}

impl Arena {
    /// Keeps a program, and says where the next one goes. This one must be empty.
    pub(super) fn keep(&self, program: Program) -> (&Program, &Self) {
        let link = self.link.get_or_init(|| Box::new((program, Self::default())));
        (&link.0, &link.1)
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // One after another: a chain that drops itself needs the stack for each link.
        let mut next = self.link.take();
        while let Some(mut link) = next {
            next = link.1.link.take();
        }
    }
}
