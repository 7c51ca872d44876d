//! A receiver of webhooks on a loopback port. Verifies nothing by itself: keeps every request, and answers as it is told.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
}

/// How to answer a request: status, further header lines, body.
pub type Answer = fn(&Request, usize) -> (u16, &'static str, &'static str);

/// A receiver; it stops listening when the process ends.
pub struct Receiver {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Receiver {
    /// Starts one. The answer gets the request and how many came before it.
    pub fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || serve(stream, &kept, answer));
            }
        });
        Self { url, seen }
    }

    /// Forgets what came so far.
    pub fn forget(&self) {
        self.seen.lock().unwrap().clear();
    }

    /// What came so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, seen: &Mutex<Vec<Request>>, answer: Answer) -> Option<()> {
    let mut writer = stream.try_clone().ok()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let (mut request, mut length) =
            (Request { id: String::new(), timestamp: String::new(), signature: String::new(), body: String::new() }, 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            match name.to_lowercase().as_str() {
                "content-length" => length = value.parse().ok()?,
                "webhook-id" => request.id = value.to_owned(),
                "webhook-timestamp" => request.timestamp = value.to_owned(),
                "webhook-signature" => request.signature = value.to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        request.body = String::from_utf8(body).ok()?;
        let before = {
            let mut seen = seen.lock().ok()?;
            seen.push(request.clone());
            seen.len() - 1
        };
        let (status, headers, body) = answer(&request, before);
        let text = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
        writer.write_all(text.as_bytes()).ok()?;
    }
}
