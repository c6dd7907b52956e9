//! Results of commands from Fleet's API: `result` is the answer in base64, `payload` the command that it
//! answers. Its hosts are read like the records of any console.

use serde_json::Value;

use crate::mdm::date::instant;
use crate::mdm::protocol::document::Document;
use crate::mdm::protocol::message;
use crate::mdm::protocol::redacted;

/// One result of a command.
pub(crate) fn read_result(document: &mut Document, value: &Value) {
    let updated_at = instant::instant_in(value, "updated_at");
    for key in ["payload", "result"] {
        let text = value.get(key).and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() {
            continue;
        }
        match redacted::dictionary_in_base64(document, text) {
            Ok(root) => message::read_wrapped(document, &root, updated_at),
            Err(found) => {
                let found = format!("a {key} that is {found}");
                document.add_problem("a command result with its answer", &found);
            }
        }
    }
}
