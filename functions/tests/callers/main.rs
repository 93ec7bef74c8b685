//! Invokes a function many times at once: `callers ADDRESS COUNT FUNCTION EVENT`. It says it has
//! its connections, waits for a line, sends everything, and prints each answer that was another:
//! how often, status, and body.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, count, function, event] = &arguments[..] else {
        panic!("ADDRESS COUNT FUNCTION EVENT");
    };
    let count: usize = count.parse().expect("a number");
    let connect = |_| BufReader::new(TcpStream::connect(address).expect("a connection"));
    let mut connections: Vec<_> = (0..count).map(connect).collect();
    println!("ready");
    io::stdin().read_line(&mut String::new()).expect("the word to start");
    let request = format!(
        "POST /2015-03-31/functions/{function}/invocations HTTP/1.1\r\nHost: localhost\r\n\
         Content-Length: {}\r\n\r\n{event}",
        event.len()
    );
    for connection in &mut connections {
        connection.get_mut().write_all(request.as_bytes()).expect("the runner reads");
    }
    let mut answers = BTreeMap::new();
    for connection in &mut connections {
        *answers.entry(answer(connection)).or_insert(0) += 1;
    }
    for (answer, count) in answers {
        println!("{count} {answer}");
    }
}

/// Status, `Retry-After` and body of an answer.
fn answer(connection: &mut BufReader<TcpStream>) -> String {
    let (mut line, mut length, mut retry) = (String::new(), 0, String::new());
    connection.read_line(&mut line).expect("an answer");
    let status = line.split(' ').nth(1).expect("a status").to_owned();
    loop {
        line.clear();
        if connection.read_line(&mut line).expect("a head") <= 2 {
            break;
        }
        match line.trim_end().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().expect("a length"),
            Some(("retry-after", value)) => value.clone_into(&mut retry),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body).expect("a whole body");
    format!("{status} [{retry}] {}", String::from_utf8_lossy(&body))
}
