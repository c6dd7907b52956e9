//! Webhook events of MicroMDM and NanoMDM: JSON around one message, with the time it came.
//!
//! `raw_payload` is the message itself in base64, standard or URL-safe depending on the version of
//! the server. An event without it still proves contact.

use jiff::Timestamp;
use plist::Dictionary;
use serde_json::Value;

use crate::mdm::date::instant;
use crate::mdm::protocol::document::Document;
use crate::mdm::protocol::redacted;

/// A message and when it came.
#[derive(Debug, PartialEq)]
pub(crate) struct Event {
    /// `created_at`; `None` when it is missing or a zero.
    pub(crate) created_at: Option<Timestamp>,
    /// The message; `Err` says in plain words what is wrong with it.
    pub(crate) message: Result<Dictionary, String>,
}

/// Reads one event; `None` when the value is something else.
pub(crate) fn read(document: &mut Document, value: &Value) -> Option<Event> {
    value.get("topic")?.as_str()?;
    let event = ["acknowledge_event", "checkin_event"]
        .into_iter()
        .find_map(|key| value.get(key)?.as_object())?;
    let text = |key| event.get(key).and_then(Value::as_str);
    let message = match text("raw_payload").filter(|payload| !payload.is_empty()) {
        Some(payload) => unwrap(document, payload),
        None => Ok(bare(&[("UDID", text("udid")), ("Status", text("status"))])),
    };
    Some(Event {
        created_at: instant::instant_in(value, "created_at"),
        message,
    })
}

fn unwrap(document: &mut Document, payload: &str) -> Result<Dictionary, String> {
    redacted::dictionary_in_base64(document, payload)
        .map_err(|found| format!("a raw_payload that is {found}"))
}

/// What the event itself says, as the message would have said it.
fn bare(pairs: &[(&str, Option<&str>)]) -> Dictionary {
    pairs
        .iter()
        .filter_map(|(key, value)| Some(((*key).to_owned(), plist::Value::from((*value)?))))
        .collect()
}
