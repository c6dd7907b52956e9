//! The wrappers that know when an answer came: webhook events of MicroMDM and NanoMDM.

use anyhow::Result;
use base64::Engine;
use jiff::Timestamp;
use plist::Value;
use serde_json::{Value as Json, json};

use crate::plists::{Format, encode};
use crate::rng::Rng;

/// Which server sent the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// MicroMDM.
    MicroMdm,
    /// NanoMDM: adds `ids`.
    NanoMdm,
}

/// A webhook event around `message`, an answer or a check-in, as pretty JSON.
pub fn webhook(server: Server, created_at: Timestamp, message: &Value) -> Result<String> {
    let raw = base64::engine::general_purpose::STANDARD.encode(encode(message, Format::Xml)?);
    let field = |key: &str| {
        let root = message.as_dictionary()?;
        Some(root.get(key)?.as_string()?.to_owned())
    };
    let enrolled_by_user = field("EnrollmentID");
    let id = field("UDID").or_else(|| enrolled_by_user.clone());
    let mut inner = match &enrolled_by_user {
        Some(id) => json!({ "enrollment_id": id, "raw_payload": raw }),
        None => json!({ "udid": id, "raw_payload": raw }),
    };
    if server == Server::NanoMdm {
        let kind = if enrolled_by_user.is_some() {
            "User Enrollment (Device)"
        } else {
            "Device"
        };
        inner["ids"] = json!({ "id": id, "type": kind });
    }
    let (topic, name) = match field("MessageType") {
        Some(kind) => (format!("mdm.{kind}"), "checkin_event"),
        None => {
            inner["status"] = json!(field("Status"));
            inner["command_uuid"] = json!(field("CommandUUID"));
            ("mdm.Connect".to_owned(), "acknowledge_event")
        }
    };
    let event_id = Rng::stream(created_at.as_second() as u64, &raw)
        .uuid()
        .to_lowercase();
    let event: Json = json!({
        "topic": topic,
        "event_id": event_id,
        "created_at": created_at.to_string(),
        name: inner,
    });
    Ok(serde_json::to_string_pretty(&event)? + "\n")
}
