//! Takes batches of rows and posts each row as one signed message (Standard Webhooks). A row keeps its
//! `webhook-id` through every repeat, so that a receiver can drop what it has seen. Gives a receipt per row.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::{self, StreamExt as _};
use hmac::{Hmac, Mac as _};
use reqwest::{Client, StatusCode, Url};
use serde_json::{Map, Value as Json, json};

use super::push::{Connection, Given, Item, Later, Op, PushError, Pushed, Receipt, Shape};
use super::{Objects, Opened, Setting, Spec, Wrong};
use crate::engine::journal::Intents;
use crate::engine::{Secret, clock};

/// Signed webhooks.
pub const SPEC: Spec = Spec {
    name: "webhook",
    doc: "An HTTPS endpoint that gets one signed message per change (Standard Webhooks).",
    objects: Objects::Any("a name that travels in each message"),
    object: super::named,
    argument: None,
    settings: &[
        Setting {
            name: "url",
            doc: "Where messages are posted.",
            required: true,
            own_of: None,
            secret: true,
            check: |text| url(text).map(drop),
        },
        Setting {
            name: "secret",
            doc: "The signing secret, `whsec_…`.",
            required: true,
            own_of: None,
            secret: true,
            check: |text| key(&Secret::new(text.to_owned())).map(drop),
        },
    ],
    batch: 100,
    open,
};

/// Messages under way at a time.
const AT_ONCE: usize = 4;
/// How often a message is tried before the batch fails.
const TRIES: u32 = 6;
/// The first wait between two tries; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait that a receiver may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

struct Endpoint {
    client: Client,
    url: Url,
    key: Vec<u8>,
}

fn open<'a>(given: &'a Given<'a>) -> Opened<'a> {
    Box::pin(async move {
        let url = url(given.text("url")?).map_err(|wrong| wrong.of(given, "url"))?;
        let key = key(&Secret::new(given.text("secret")?.to_owned())).map_err(|wrong| wrong.of(given, "secret"))?;
        let client = Client::builder()
            .timeout(Duration::from_secs(30))
            .connect_timeout(Duration::from_secs(10))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("plgc/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| {
                let what = format!("destination `{}`: {}", given.name, without_url(error));
                PushError::new(what, "check the machine's certificates")
            })?;
        let connection: Box<dyn Connection> = Box::new(Endpoint { client, url, key });
        Ok(connection)
    })
}

/// A url may hold a secret.
fn without_url(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(it) = cause {
        text = it.to_string();
        cause = it.source();
    }
    text
}

fn url(text: &str) -> Result<Url, Wrong> {
    let url = Url::parse(text).map_err(|_| Wrong { what: "is no url", help: "write `https://…`" })?;
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() != "https" && !(url.scheme() == "http" && is_local) {
        let help = "write `https://…`; only this machine may be reached by http";
        return Err(Wrong { what: "is not https", help });
    }
    Ok(url)
}

fn key(secret: &Secret) -> Result<Vec<u8>, Wrong> {
    let text = secret.expose();
    let key = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).ok().filter(|key| !key.is_empty());
    key.ok_or(Wrong {
        what: "is no signing secret: `whsec_` and base64",
        help: "copy the whole secret from the receiver's settings",
    })
}

/// `v1,` and the base64 of HMAC-SHA-256 over `id.timestamp.body`.
fn signature(key: &[u8], id: &str, timestamp: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

fn body(shape: &Shape, item: &Item) -> String {
    let fields: Map<String, Json> =
        shape.fields(item).into_iter().map(|(name, value)| (name.to_owned(), value.json())).collect();
    json!({
        "type": format!("{}.{}", shape.sync, item.op),
        "timestamp": format!("{}Z", shape.now.replacen(' ', "T", 1)),
        "data": { "object": shape.object, "match": shape.key.name, "key": item.key, "fields": fields },
    })
    .to_string()
}

enum Try {
    Done(Receipt),
    /// What happened, how long it asks to wait, and what helps where it goes on.
    Again(String, Option<Duration>, &'static str),
    /// What happened, and what helps.
    Failed(String, &'static str),
}

/// What helps where nothing more is known.
const UP: &str = "see that the receiver is up; the next run goes on";

impl Endpoint {
    async fn send(&self, shape: &Shape, item: &Item) -> Result<Receipt, PushError> {
        let (id, body) = (shape.id(item), body(shape, item));
        let mut wait = FIRST_WAIT;
        for tried in 1..=TRIES {
            match self.attempt(&id, &body, item).await {
                Try::Done(receipt) => return Ok(receipt),
                Try::Failed(why, help) => return Err(self.failed(&why, help)),
                Try::Again(why, _, help) if tried == TRIES => {
                    return Err(self.failed(&format!("{why}, {TRIES} times"), help));
                }
                Try::Again(_, asked, _) => tokio::time::sleep(asked.unwrap_or(wait).min(LONGEST_WAIT)).await,
            }
            wait *= 2;
        }
        Err(self.failed("no answer", UP))
    }

    fn failed(&self, why: &str, help: &str) -> PushError {
        let host = self.url.host_str().unwrap_or_default();
        PushError::new(format!("the webhook at {host} fails: {why}"), help)
    }

    async fn attempt(&self, id: &str, body: &str, item: &Item) -> Try {
        let timestamp = clock() / 1_000_000;
        let Some(signature) = signature(&self.key, id, timestamp, body) else {
            return Try::Failed(
                "the secret cannot sign".to_owned(),
                "copy the whole secret from the receiver's settings",
            );
        };
        let request = self
            .client
            .post(self.url.clone())
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", signature)
            .body(body.to_owned());
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return unreached(without_url(error)),
        };
        let status = response.status();
        let asked = response.headers().get("retry-after").and_then(|it| it.to_str().ok()?.trim().parse().ok());
        let text = response.text().await.unwrap_or_default();
        let said = words(status, &text);
        match status.as_u16() {
            200..=299 => Try::Done(Receipt::Accepted { created: item.op == Op::Create }),
            408 | 425 | 429 | 500..=599 => Try::Again(said, asked.map(Duration::from_secs), UP),
            400..=499 => Try::Done(Receipt::Rejected(said)),
            300..=399 => Try::Failed(
                said,
                "write the address that it leads to in the destination's `url`: a message does not follow a redirect",
            ),
            _ => Try::Failed(said, "see that `url` names the receiver; the next run goes on"),
        }
    }
}

/// What to do where no answer came: another try helps only where the receiver may be down.
fn unreached(why: String) -> Try {
    let has = |words: &[&str]| words.iter().any(|word| why.contains(word));
    if has(&["InvalidContentType", "wrong version number"]) {
        let what = format!("no https is spoken at its port ({why})");
        return Try::Failed(
            what,
            "check the port in the destination's `url`, and `https`: only this machine may be reached by http",
        );
    }
    if has(&["certificate", "UnknownIssuer"]) {
        return Try::Failed(
            why,
            "see that the receiver's certificate is valid for the host in the destination's `url`",
        );
    }
    if has(&["failed to lookup", "dns error", "Name or service not known", "nodename nor servname"]) {
        let what = format!("its host is not found ({why})");
        return Try::Again(what, None, "check the host in the destination's `url`; the next run goes on");
    }
    Try::Again(why, None, UP)
}

/// What was answered; of a body the beginning, without what would not show as it is.
fn words(status: StatusCode, text: &str) -> String {
    let text = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let text: String = text.collect::<Vec<_>>().join(" ").chars().take(300).collect();
    if text.is_empty() { status.to_string() } else { format!("{status}: {text}") }
}

impl Connection for Endpoint {
    fn check<'a>(&'a mut self, _shape: &'a Shape) -> Later<'a, Result<(), PushError>> {
        Box::pin(async { Ok(()) })
    }

    fn push<'a>(&'a mut self, shape: &'a Shape, items: &'a [Item], _: &'a mut Intents) -> Later<'a, Pushed> {
        Box::pin(async move {
            let mut pushed = Pushed::default();
            let (this, stopped) = (&*self, std::cell::Cell::new(false));
            let stopped = &stopped;
            // After a failure, what is under way ends, and nothing new begins.
            let sends = items.iter().enumerate().map(|(place, item)| async move {
                if stopped.get() {
                    return None;
                }
                let sent = this.send(shape, item).await;
                stopped.set(stopped.get() || sent.is_err());
                Some((place, sent))
            });
            let mut sends = stream::iter(sends).buffered(AT_ONCE);
            while let Some(sent) = sends.next().await {
                match sent {
                    Some((place, Ok(receipt))) => pushed.receipts.push((place, receipt)),
                    Some((_, Err(error))) => pushed.failed = Some(error),
                    None => {}
                }
            }
            pushed
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    #[test]
    fn signs_as_the_reference_does() {
        let key = key(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())).unwrap();
        let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}").unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_base64() {
        assert!(key(&Secret::new("whsec_!".to_owned())).is_err());
        assert!(key(&Secret::new("whsec_".to_owned())).is_err());
    }

    #[test]
    fn what_helps_hangs_on_what_happened() {
        let help = |why: &str| match unreached(why.to_owned()) {
            Try::Failed(_, help) | Try::Again(_, _, help) => help,
            Try::Done(_) => "",
        };
        assert!(help("received corrupt message of type InvalidContentType").starts_with("check the port"));
        assert!(help("invalid peer certificate: Expired").contains("certificate"));
        assert!(help("dns error: failed to lookup address").starts_with("check the host"));
        assert_eq!(help("Connection refused (os error 111)"), UP);
    }

    #[test]
    fn nothing_of_a_body_is_shown_that_could_steer_a_terminal() {
        assert_eq!(words(StatusCode::FOUND, "\u{0}a\u{1b}[31m\r\n b\u{7f}"), "302 Found: a [31m b");
        assert_eq!(words(StatusCode::FOUND, "\u{0}"), "302 Found");
    }
}
