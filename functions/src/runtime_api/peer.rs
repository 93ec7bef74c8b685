//! Whose process is at the other end of a loopback connection: a process of another user must not
//! take the invocations of a function.

use std::fs;
use std::io;
use std::net::{SocketAddr, SocketAddrV4};
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpStream;

/// The kernel answers at once; this is for one that does not.
const ANSWER_MS: u64 = 100;

/// Whether it is the user this process runs as. What cannot be told is not.
pub(super) fn is_ours(stream: &TcpStream, peer: SocketAddr) -> bool {
    let (Ok(SocketAddr::V4(own)), SocketAddr::V4(peer)) = (stream.local_addr(), peer) else {
        return false;
    };
    let Ok(this) = fs::metadata("/proc/self") else { return false };
    // A kernel without that question still has the table, which is long where there are many
    // connections.
    let asked = diagnosed(peer, own).ok();
    let user = asked.or_else(|| {
        let table = fs::read_to_string("/proc/net/tcp").ok()?;
        listed(&table, peer, own)
    });
    user == Some(this.uid())
}

/// The user of the socket that is bound to `local` and connected to `remote`: the kernel is asked
/// for this one (sock_diag(7)).
fn diagnosed(local: SocketAddrV4, remote: SocketAddrV4) -> io::Result<u32> {
    let (netlink, inet_diag) = (Domain::from(16), Protocol::from(4));
    let socket = Socket::new(netlink, Type::DGRAM, Some(inet_diag))?;
    socket.set_read_timeout(Some(Duration::from_millis(ANSWER_MS)))?;
    socket.send(&question(local, remote))?;
    let mut answer = [0; 256];
    let length = io::Read::read(&mut &socket, &mut answer)?;
    user(&answer[..length]).ok_or_else(|| io::ErrorKind::NotFound.into())
}

/// `struct nlmsghdr`, `struct inet_diag_req_v2`.
fn question(local: SocketAddrV4, remote: SocketAddrV4) -> [u8; 72] {
    const SOCK_DIAG_BY_FAMILY: u16 = 20;
    const NLM_F_REQUEST: u16 = 1;
    const AF_INET: u8 = 2;
    const IPPROTO_TCP: u8 = 6;
    let mut message = [0; 72];
    let mut put = |at: usize, bytes: &[u8]| message[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &72_u32.to_ne_bytes());
    put(4, &SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    put(6, &NLM_F_REQUEST.to_ne_bytes());
    put(16, &[AF_INET, IPPROTO_TCP]);
    // In whatever state it is.
    put(20, &u32::MAX.to_ne_bytes());
    put(24, &local.port().to_be_bytes());
    put(26, &remote.port().to_be_bytes());
    put(28, &local.ip().octets());
    put(44, &remote.ip().octets());
    // No cookie: the addresses say which.
    put(64, &[0xff; 8]);
    message
}

/// `idiag_uid` of the `struct inet_diag_msg` behind the head; nothing of an error.
fn user(answer: &[u8]) -> Option<u32> {
    let kind = answer.get(4..6)?;
    let user = answer.get(80..84)?.try_into().ok()?;
    (kind == 20_u16.to_ne_bytes()).then(|| u32::from_ne_bytes(user))
}

/// As [`diagnosed`], in the kernel's table of all sockets
/// (<https://docs.kernel.org/networking/proc_net_tcp.html>).
fn listed(table: &str, local: SocketAddrV4, remote: SocketAddrV4) -> Option<u32> {
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
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn the_user_of_a_connection() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when uid\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1\n\
            1: 0100007F:A000 0100007F:1F90 01 00000000:00000000 00:00000000 00000000 1000 0 2\n";
        let at = |port| SocketAddrV4::new([127, 0, 0, 1].into(), port);
        assert_eq!(listed(table, at(0xA000), at(0x1F90)), Some(1000));
        assert_eq!(listed(table, at(0xA001), at(0x1F90)), None);
        assert_eq!(listed("", at(1), at(2)), None);
    }

    #[test]
    fn the_kernel_knows_the_user_of_a_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (SocketAddr::V4(local), SocketAddr::V4(remote)) =
            (client.local_addr().unwrap(), client.peer_addr().unwrap())
        else {
            panic!("127.0.0.1 is of IPv4")
        };
        let own = fs::metadata("/proc/self").unwrap().uid();
        let table = fs::read_to_string("/proc/net/tcp").unwrap();
        assert_eq!(listed(&table, local, remote), Some(own));
        // Where the kernel answers the question, it says the same.
        if let Ok(asked) = diagnosed(local, remote) {
            assert_eq!(asked, own);
            drop(listener);
            let absent = SocketAddrV4::new(*local.ip(), 1);
            assert!(diagnosed(absent, remote).is_err());
        }
    }
}
