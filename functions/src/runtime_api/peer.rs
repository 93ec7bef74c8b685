//! Whose process is at the other end of a loopback connection: a process of another user must not
//! take the invocations of a function.

use std::fs;
use std::net::{SocketAddr, SocketAddrV4};
use std::os::unix::fs::MetadataExt;

use tokio::net::TcpStream;

/// Whether it is the user this process runs as. What cannot be told is not.
pub(super) fn is_ours(stream: &TcpStream, peer: SocketAddr) -> bool {
    let (Ok(SocketAddr::V4(own)), SocketAddr::V4(peer)) = (stream.local_addr(), peer) else {
        return false;
    };
    let (Ok(table), Ok(this)) = (fs::read_to_string("/proc/net/tcp"), fs::metadata("/proc/self"))
    else {
        return false;
    };
    owner(&table, peer, own) == Some(this.uid())
}

/// The user of the socket that is bound to `local` and connected to `remote`, in the kernel's table
/// (<https://docs.kernel.org/networking/proc_net_tcp.html>).
fn owner(table: &str, local: SocketAddrV4, remote: SocketAddrV4) -> Option<u32> {
    let (local, remote) = (name(local), name(remote));
    let line = table.lines().skip(1).map(str::split_ascii_whitespace).find(|line| {
        let mut columns = line.clone().skip(1);
        columns.next() == Some(&local) && columns.next() == Some(&remote)
    });
    line?.nth(7)?.parse().ok()
}

/// As the kernel prints an address: its four bytes as a number of this machine, and the port.
fn name(address: SocketAddrV4) -> String {
    format!("{:08X}:{:04X}", u32::from_ne_bytes(address.ip().octets()), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_of_a_connection() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when uid\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1\n\
            1: 0100007F:A000 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 1000 0 2\n";
        let at = |port| SocketAddrV4::new([127, 0, 0, 1].into(), port);
        assert_eq!(owner(table, at(0xA000), at(0x1F90)), Some(1000));
        assert_eq!(owner(table, at(0x1F90), at(0xA000)), None);
        assert_eq!(owner("", at(1), at(2)), None);
    }
}
