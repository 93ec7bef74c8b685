//! A function that says hello: the Runtime API with the standard library alone.

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

const ANSWER: &str = r#"{"statusCode": 200, "body": "hello"}"#;

fn main() -> io::Result<()> {
    let api = env::var("AWS_LAMBDA_RUNTIME_API").map_err(io::Error::other)?;
    let mut write = TcpStream::connect(&api)?;
    write.set_nodelay(true)?;
    let mut read = BufReader::new(write.try_clone()?);
    let next = format!("GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: {api}\r\n\r\n");
    loop {
        write.write_all(next.as_bytes())?;
        let id = exchange(&mut read)?;
        let answer = format!(
            "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: {api}\r\n\
             Content-Length: {}\r\n\r\n{ANSWER}",
            ANSWER.len()
        );
        write.write_all(answer.as_bytes())?;
        exchange(&mut read)?;
    }
}

/// Reads one answer; the identifier of the invocation, if it has one.
fn exchange(read: &mut BufReader<TcpStream>) -> io::Result<String> {
    let (mut id, mut length, mut line) = (String::new(), 0, String::new());
    loop {
        line.clear();
        if read.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let Some((name, value)) = line.trim_end().split_once(':') else {
            if line.trim_end().is_empty() {
                break;
            }
            continue;
        };
        match name.to_ascii_lowercase().as_str() {
            "lambda-runtime-aws-request-id" => id = value.trim().to_owned(),
            "content-length" => length = value.trim().parse().map_err(io::Error::other)?,
            _ => {}
        }
    }
    read.read_exact(&mut vec![0; length])?;
    Ok(id)
}
