//! Which core runs what. Server and load never share one; with two cores, load and upstream do.

use std::fmt;

/// Cores by role; empty and `None` when there are too few to keep the roles apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Placement {
    /// One for each worker of the server.
    pub(crate) server: Vec<usize>,
    pub(crate) upstream: Option<usize>,
    pub(crate) load: Option<usize>,
}

impl Placement {
    /// On the cores this process may use, ascending.
    pub(crate) fn on(cores: &[usize], workers: usize) -> Self {
        match cores.get(workers..) {
            None | Some([]) => Self { server: Vec::new(), upstream: None, load: None },
            Some(rest @ [first, ..]) => Self {
                server: cores[..workers].to_vec(),
                upstream: Some(*first),
                load: rest.get(1).or(Some(first)).copied(),
            },
        }
    }

    pub(crate) fn is_pinned(&self) -> bool {
        !self.server.is_empty()
    }

    /// A core of the server and one of the client, when they have their own.
    pub(crate) fn pair(&self) -> Option<(usize, usize)> {
        self.server.first().copied().zip(self.load)
    }

    /// Cores that the client side has for itself.
    pub(crate) fn client_cores(&self) -> usize {
        if self.upstream == self.load { 1 } else { 2 }
    }
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.upstream, self.load) {
            (Some(upstream), Some(load)) => {
                let server = &self.server;
                write!(f, "gateway on cores {server:?}, upstream on {upstream}, load on {load}")
            }
            _ => f.write_str("nothing pinned: too few cores to keep gateway and load apart"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cores: &[usize], workers: usize, expect: Option<(&[usize], usize, usize)>) {
        let got = Placement::on(cores, workers);
        assert_eq!(got.is_pinned(), expect.is_some(), "{cores:?}, {workers} workers");
        if let Some((server, upstream, load)) = expect {
            let expect =
                Placement { server: server.to_vec(), upstream: Some(upstream), load: Some(load) };
            assert_eq!(got, expect, "{cores:?}, {workers} workers");
        }
    }

    #[test]
    fn placements() {
        check(&[0, 1], 1, Some((&[0], 1, 1)));
        check(&[2, 5], 1, Some((&[2], 5, 5)));
        check(&[0, 1, 2, 3], 1, Some((&[0], 1, 2)));
        check(&[0, 1, 2, 3], 2, Some((&[0, 1], 2, 3)));
        check(&[0, 1, 2, 3], 3, Some((&[0, 1, 2], 3, 3)));
        check(&[0], 1, None);
        check(&[0, 1], 2, None);
        check(&[0, 1], 8, None);
    }
}
