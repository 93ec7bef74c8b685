//! A function that does what its event says, as one word and a number: `"sleep 100"`. It speaks the
//! Runtime API with the standard library alone, as any executable named `bootstrap` may.

use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process;
use std::thread;
use std::time::{Duration, Instant};

/// A connection to the Runtime API.
struct Api {
    host: String,
    stream: BufReader<TcpStream>,
}

/// What the API answered.
struct Answer {
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn field(&self, name: &str) -> &str {
        let field = self.fields.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        field.map_or("", |(_, value)| value)
    }
}

impl Api {
    fn connect() -> Self {
        let host = env::var("AWS_LAMBDA_RUNTIME_API").expect("the runner says where it is");
        let stream = TcpStream::connect(&host).expect("the Runtime API takes connections");
        stream.set_nodelay(true).expect("a socket option");
        Self { host, stream: BufReader::new(stream) }
    }

    fn call(&mut self, verb: &str, path: &str, fields: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{verb} /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: {}\r\n{fields}\
             Content-Length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        self.send(&[head.as_bytes(), body].concat());
        self.answer()
    }

    fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("the runner reads");
    }

    fn answer(&mut self) -> Answer {
        let mut fields = Vec::new();
        let mut line = String::new();
        while self.stream.read_line(&mut line).expect("the runner answers") > 2 {
            if let Some((name, value)) = line.split_once(": ") {
                fields.push((name.to_owned(), value.trim_end().to_owned()));
            }
            line.clear();
        }
        let mut answer = Answer { fields, body: Vec::new() };
        let length = answer.field("content-length").parse().unwrap_or(0);
        answer.body.resize(length, 0);
        self.stream.read_exact(&mut answer.body).expect("a whole body");
        answer
    }

    /// Answers in pieces; what stands in trailers comes at the end.
    fn stream(&mut self, id: &str, pieces: &[&str], trailers: &str) {
        self.send(
            format!(
                "POST /2018-06-01/runtime/invocation/{id}/response HTTP/1.1\r\nHost: {}\r\n\
                 Lambda-Runtime-Function-Response-Mode: streaming\r\n\
                 Trailer: Lambda-Runtime-Function-Error-Type, \
                 Lambda-Runtime-Function-Error-Body\r\n\
                 Transfer-Encoding: chunked\r\n\r\n",
                self.host
            )
            .as_bytes(),
        );
        for piece in pieces {
            self.send(format!("{:x}\r\n{piece}\r\n", piece.len()).as_bytes());
        }
        self.send(format!("0\r\n{trailers}\r\n").as_bytes());
        self.answer();
    }
}

fn main() {
    let mut api = Api::connect();
    if env::var("INIT").is_ok_and(|how| how == "exit") {
        process::exit(7);
    }
    if env::var("INIT").is_ok_and(|how| how == "error") {
        let error = br#"{"errorMessage":"no database","errorType":"Init.NoDatabase"}"#;
        api.call("POST", "init/error", "", error);
        process::exit(1);
    }
    let mut count = 0;
    loop {
        let event = api.call("GET", "invocation/next", "", b"");
        let id = event.field("lambda-runtime-aws-request-id").to_owned();
        count += 1;
        invoked(&mut api, &event, &id, count);
    }
}

#[expect(clippy::zombie_processes, reason = "a child that nobody waits for is what is tried")]
fn invoked(api: &mut Api, event: &Answer, id: &str, count: u32) {
    let text = String::from_utf8_lossy(&event.body).into_owned();
    let plain = text.trim_matches('"');
    let (word, rest) = plain.split_once(' ').unwrap_or((plain, ""));
    let number = rest.parse().unwrap_or(0);
    let response = match word {
        "sleep" => {
            let until = Instant::now() + Duration::from_millis(number);
            while let Some(left) = until.checked_duration_since(Instant::now()) {
                thread::park_timeout(left);
            }
            "\"slept\"".to_owned()
        }
        "exit" => process::exit(number as i32),
        "abort" => process::abort(),
        "large" => format!("\"{}\"", "x".repeat(number as usize)),
        "print" => {
            println!("printed {rest}");
            "null".to_owned()
        }
        "pid" => format!("[{},{count}]", process::id()),
        "env" => format!("{:?}", env::var(rest).unwrap_or_default()),
        "names" => {
            let names: Vec<String> = env::vars().map(|(name, _)| name).collect();
            format!("{names:?}")
        }
        "field" => format!("{:?}", event.field(rest)),
        // A process of its own that would outlive it.
        "child" => {
            let child = process::Command::new("sleep").arg("1000").spawn().expect("a child");
            child.id().to_string()
        }
        "error" => {
            let error = br#"{"errorMessage":"as asked","errorType":"Asked"}"#;
            let field = "Lambda-Runtime-Function-Error-Type: Asked\r\n";
            api.call("POST", &format!("invocation/{id}/error"), field, error);
            return;
        }
        "stream" => {
            let pieces = ["one ", "two ", "three"];
            return api.stream(id, &pieces, "");
        }
        "broken-stream" => {
            let trailers = "Lambda-Runtime-Function-Error-Type: Asked\r\n\
                            Lambda-Runtime-Function-Error-Body: eyJlcnJvclR5cGUiOiJBc2tlZCJ9\r\n";
            return api.stream(id, &["half"], trailers);
        }
        "twice" => {
            api.call("POST", &format!("invocation/{id}/response"), "", b"1");
            api.call("POST", &format!("invocation/{id}/response"), "", b"2");
            return;
        }
        // It answers, and is gone before it asks for the next.
        "last" => {
            api.call("POST", &format!("invocation/{id}/response"), "", b"\"bye\"");
            process::exit(0);
        }
        _ => text,
    };
    api.call("POST", &format!("invocation/{id}/response"), "", response.as_bytes());
}
