//! Which addresses integrations may call, whatever text they were made from.
//!
//! Decided on the very address that is connected to, so that neither spellings nor names that
//! change their minds matter. It must not know how names are resolved.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::snapshot::Origin;

/// What the operator says about addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Listeners of this process that are nobody's back end: the admin port.
    own: Box<[SocketAddr]>,
    /// Listeners of this process that only integrations of services call: functions.
    services: Box<[SocketAddr]>,
    /// Allowed where the definition names them itself.
    allowed: Box<[Network]>,
}

/// An address that may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forbidden {
    /// Link-local, of a metadata service, unspecified, multicast or reserved.
    Special,
    /// A listener of this process.
    Own,
}

impl Reach {
    /// Forbids `own`, and `services` but to integrations of services; `allowed` is allowed where a
    /// definition names its host without variables.
    #[must_use]
    pub fn new(own: Vec<SocketAddr>, services: Vec<SocketAddr>, allowed: Vec<Network>) -> Self {
        Self { own: own.into(), services: services.into(), allowed: allowed.into() }
    }

    /// Whether an endpoint may be called at this address. `is_local` says whether the address is
    /// one of this machine, and is asked only where a listener of ours has the same port.
    ///
    /// # Errors
    /// Why not.
    pub fn check(
        &self,
        address: SocketAddr,
        origin: Origin,
        is_local: impl Fn(IpAddr) -> bool,
    ) -> Result<(), Forbidden> {
        let ip = address.ip();
        let is_of = |own: &[SocketAddr]| {
            own.iter().any(|own| own.port() == address.port())
                && forms(ip).any(|ip| own.iter().any(|own| own.ip() == ip) || is_local(ip))
        };
        let is_operator = origin == Origin::Operator;
        let forbidden = if is_of(&self.own) || !is_operator && is_of(&self.services) {
            // Not even for the operator: AWS_ENDPOINT_URL often leads to the admin port, for tools.
            Forbidden::Own
        } else if !is_operator && forms(ip).any(is_special) {
            Forbidden::Special
        } else {
            return Ok(());
        };
        match origin {
            Origin::Definition if self.allowed.iter().any(|network| network.has(ip)) => Ok(()),
            Origin::Definition | Origin::StageVariable | Origin::Operator => Err(forbidden),
        }
    }
}

/// `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    start: IpAddr,
    bits: u8,
}

impl Network {
    /// Reads one.
    ///
    /// # Errors
    /// One sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let invalid = || format!("{text} is neither an address nor a network such as 10.0.0.0/8");
        let (start, bits) = match text.split_once('/') {
            Some((start, bits)) => (start, Some(bits.parse::<u8>().map_err(|_| invalid())?)),
            None => (text, None),
        };
        let start: IpAddr = start.parse().map_err(|_| invalid())?;
        let most = if start.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(most);
        if bits > most { Err(invalid()) } else { Ok(Self { start, bits }) }
    }

    /// An address of one family is none of the other, but for IPv4 in IPv6.
    fn has(&self, ip: IpAddr) -> bool {
        let same = |own: u128, other: u128, width: u32| {
            let rest = width - u32::from(self.bits);
            rest >= width || own >> rest == other >> rest
        };
        match (self.start, ip.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same(u32::from(own).into(), u32::from(other).into(), 32)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same(own.into(), other.into(), 128),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

/// An address, and the IPv4 addresses that translators and tunnels reach by it.
fn forms(ip: IpAddr) -> impl Iterator<Item = IpAddr> {
    let embedded = match ip {
        IpAddr::V4(_) => [None; 2],
        IpAddr::V6(ip) => embedded(ip),
    };
    [Some(ip), embedded[0].map(IpAddr::V4), embedded[1].map(IpAddr::V4)].into_iter().flatten()
}

fn embedded(ip: Ipv6Addr) -> [Option<Ipv4Addr>; 2] {
    let v4 = |high: u16, low: u16| Some(Ipv4Addr::from(u32::from(high) << 16 | u32::from(low)));
    match ip.segments() {
        // `::` and `::1` are what they are.
        [0, 0, 0, 0, 0, 0, 0, _] => [None; 2],
        // Mapped and compatible (RFC 4291), translated (RFC 2765), NAT64 (RFC 6052, RFC 8215).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low]
        | [0, 0, 0, 0, 0xffff, 0, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        | [0x64, 0xff9b, 1, _, _, _, high, low]
        // ISATAP (RFC 5214).
        | [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => [v4(high, low), None],
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => [v4(high, low), None],
        // Teredo (RFC 4380): server and, inverted, client.
        [0x2001, 0, high, low, _, _, client_high, client_low] => {
            [v4(high, low), v4(!client_high, !client_low)]
        }
        _ => [None; 2],
    }
}

/// What is nobody's back end by itself.
fn is_special(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let octets @ [a, b, ..] = ip.octets();
            // Link-local, where AWS, Azure and Google have their metadata; this network; multicast
            // and reserved.
            a == 0 || a == 169 && b == 254 || a >= 224
                // Metadata of Alibaba and Oracle, the host agent of Azure.
                || matches!(octets, [100, 100, 100, 200] | [192, 0, 0, 192] | [168, 63, 129, 16])
        }
        IpAddr::V6(ip) => {
            let [first, second, ..] = ip.segments();
            ip.is_unspecified()
                || ip.is_multicast()
                // Link-local and what was site-local.
                || first & 0xff80 == 0xfe80
                // Metadata of AWS and Google.
                || first == 0xfd00 && second == 0xec2
                || first == 0xfd20 && second == 0xce
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(allowed: &[&str]) -> Reach {
        let own = ["127.0.0.1:4566", "[::]:4567"].map(|own| own.parse().unwrap());
        let allowed = allowed.iter().map(|text| Network::parse(text).unwrap());
        let services = vec!["127.0.0.1:9001".parse().unwrap()];
        Reach::new(own.to_vec(), services, allowed.collect())
    }

    #[track_caller]
    fn check(address: &str, origin: Origin, allowed: &[&str], expect: Result<(), Forbidden>) {
        let is_local = |ip: IpAddr| ip.is_loopback() || ip == IpAddr::from([10, 0, 0, 1]);
        let address = address.parse().unwrap();
        assert_eq!(reach(allowed).check(address, origin, is_local), expect, "{address}");
    }

    #[test]
    fn addresses_that_are_nobodys_back_end() {
        for special in [
            "169.254.169.254:80",
            "169.254.0.1:80",
            "0.0.0.0:80",
            "0.1.2.3:80",
            "224.0.0.1:80",
            "255.255.255.255:80",
            "100.100.100.200:80",
            "192.0.0.192:80",
            "168.63.129.16:80",
            "[::]:80",
            "[fe80::1]:80",
            "[fec0::1]:80",
            "[ff02::1]:80",
            "[fd00:ec2::254]:80",
            "[fd00:ec2::23]:80",
            "[fd20:ce::254]:80",
            "[::ffff:169.254.169.254]:80",
            "[::169.254.169.254]:80",
            "[::ffff:0:169.254.169.254]:80",
            "[64:ff9b::169.254.169.254]:80",
            "[64:ff9b:1:a:b:c:a9fe:a9fe]:80",
            "[2002:a9fe:a9fe::1]:80",
            "[2001:0:a9fe:a9fe::1]:80",
            "[2001:0:808:808:0:0:5601:5601]:80",
            "[2a00::5efe:a9fe:a9fe]:80",
            "[2a00::200:5efe:169.254.1.1]:80",
            "[::ffff:0.0.0.0]:80",
        ] {
            check(special, Origin::Definition, &[], Err(Forbidden::Special));
            check(special, Origin::StageVariable, &["0.0.0.0/0", "::/0"], Err(Forbidden::Special));
            check(special, Origin::Definition, &["0.0.0.0/0", "::/0"], Ok(()));
            check(special, Origin::Operator, &[], Ok(()));
        }
        for ordinary in [
            "127.0.0.1:80",
            "127.1.2.3:8080",
            "[::1]:80",
            "10.0.0.1:80",
            "192.168.1.1:443",
            "100.100.100.201:80",
            "8.8.8.8:53",
            "[2a00::1]:443",
            "[fd00::1]:80",
            "[fd00:ec3::1]:80",
            "[64:ff9b::8.8.8.8]:443",
            "[2002:808:808::1]:80",
            "223.255.255.255:80",
        ] {
            check(ordinary, Origin::StageVariable, &[], Ok(()));
        }
    }

    #[test]
    fn our_own_listeners() {
        let own = Err(Forbidden::Own);
        for address in [
            "127.0.0.1:4566",
            "[::1]:4566",
            "127.0.0.2:4566",
            "10.0.0.1:4566",
            "10.0.0.1:4567",
            "[::ffff:127.0.0.1]:4566",
            "[64:ff9b::127.0.0.1]:4566",
            "[2002:7f00:1::]:4567",
        ] {
            check(address, Origin::Definition, &[], own);
            check(address, Origin::StageVariable, &["0.0.0.0/0", "::/0"], own);
            check(address, Origin::Operator, &[], own);
        }
        check("127.0.0.1:9001", Origin::Definition, &[], own);
        check("127.0.0.1:9001", Origin::StageVariable, &["127.0.0.1"], own);
        check("127.0.0.1:9001", Origin::Operator, &[], Ok(()));
        check("127.0.0.1:4566", Origin::Definition, &["127.0.0.0/8"], Ok(()));
        check("[::ffff:127.0.0.1]:4566", Origin::Definition, &["127.0.0.1"], Ok(()));
        check("127.0.0.1:4566", Origin::Definition, &["128.0.0.0/8"], own);
        check("10.0.0.2:4566", Origin::Definition, &[], Ok(()));
        check("127.0.0.1:4568", Origin::Definition, &[], Ok(()));
    }

    #[test]
    fn networks() {
        let check = |text: &str, ip: &str, expect: bool| {
            let network = Network::parse(text).unwrap();
            assert_eq!(network.has(ip.parse().unwrap()), expect, "{text} {ip}");
        };
        check("10.0.0.0/8", "10.255.0.1", true);
        check("10.0.0.0/8", "11.0.0.1", false);
        check("0.0.0.0/0", "::ffff:1.2.3.4", true);
        check("0.0.0.0/0", "::1", false);
        check("fe80::/10", "febf::1", true);
        check("::/0", "1.2.3.4", false);
        check("::1", "::1", true);
        for invalid in ["", "a", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1", "1.2.3.4/"] {
            assert!(Network::parse(invalid).is_err(), "{invalid}");
        }
    }
}
