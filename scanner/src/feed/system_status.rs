//! `--system-status FILE`: the JSON behind Apple's System Status page, bare or as the argument of
//! `jsonCallback(...)`.
//!
//! Apple documents none of it; the shape is what several public clients read. So every key may be
//! missing: an event without a beginning costs itself, and an event that is said to be over without a
//! word when is left out, for it is unknown what it explains.

use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::model::problem::{Problem, ProblemKind};
use crate::model::service_status::{ServiceEvent, ServiceStatus};
use crate::source::file::{self, Fault};
use crate::source::json;

/// A hundred times the file of an ordinary day, in bytes.
const BYTES_MAX: u64 = 4 << 20;
/// Letters of a name that are kept.
const NAME_MAX: usize = 80;

const WANTED: &str = "the JSON of Apple's System Status page";
const REMEDY: &str = "save https://www.apple.com/support/systemstatus/data/system_status_en_US.js anew, or leave --system-status out";

/// Reads the file. What is wrong with it is a problem; nothing is known of outages then.
pub fn read(path: &Path, now: Timestamp) -> (Option<ServiceStatus>, Vec<Problem>) {
    let read = load(path).and_then(|(value, modified)| parse(path, &value, modified.min(now), now));
    match read {
        Ok((status, left_out)) => (Some(status), note(path, left_out)),
        Err(fault) => {
            let problem = fault.incomplete(path, WANTED);
            (None, vec![problem.with_remedy(REMEDY)])
        }
    }
}

fn load(path: &Path) -> Result<(Value, Timestamp), Fault> {
    let modified = file::open(path)?
        .metadata()
        .and_then(|meta| meta.modified())
        .map_err(|e| file::fault(&e))?;
    let modified = Timestamp::try_from(modified)
        .map_err(|_| Fault::Wrong("a modification time that no calendar knows".to_owned()))?;
    let value = file::read_with(path, BYTES_MAX, |bytes| json::parse(argument(bytes)))??;
    Ok((value, modified))
}

/// What stands in the brackets of `jsonCallback(...);`, or all of it.
fn argument(bytes: &[u8]) -> &[u8] {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = text.trim_ascii();
    let name = text
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b"_$.".contains(b))
        .count();
    let rest = text[name..].trim_ascii_start();
    match rest.strip_prefix(b"(").filter(|_| name > 0) {
        Some(inner) => {
            let inner = inner.strip_suffix(b";").unwrap_or(inner).trim_ascii_end();
            inner.strip_suffix(b")").unwrap_or(inner)
        }
        None => text,
    }
}

fn parse(
    path: &Path,
    root: &Value,
    modified: Timestamp,
    now: Timestamp,
) -> Result<(ServiceStatus, usize), Fault> {
    let services = root.get("services").and_then(Value::as_array);
    let services = services
        .filter(|services| !services.is_empty())
        .ok_or_else(|| Fault::Wrong("JSON without a list of services".to_owned()))?;
    let read: Vec<_> = services.iter().flat_map(of_service).collect();
    let count = read.len();
    let mut events: Vec<_> = read.into_iter().flatten().collect();
    let left_out = count - events.len();
    events.sort();
    events.dedup();
    let dates = events.iter().flat_map(|e| [Some(e.start), e.end]).flatten();
    let inside = dates.filter(|date| *date <= now).max();
    let status = ServiceStatus {
        path: path.to_owned(),
        observed_at: inside.map_or(modified, |date| date.max(modified)),
        events,
    };
    Ok((status, left_out))
}

/// The events of a service; `None` in place of one that cannot be used.
fn of_service(service: &Value) -> Vec<Option<ServiceEvent>> {
    let name = service.get("serviceName").and_then(Value::as_str);
    let events = service.get("events").and_then(Value::as_array);
    let events = events.into_iter().flatten();
    events.map(|value| event(name?, value)).collect()
}

fn event(service: &str, value: &Value) -> Option<ServiceEvent> {
    let word = |key: &str| value.get(key).and_then(Value::as_str);
    let end = millis(value.get("epochEndDate"));
    let over = matches!(word("eventStatus"), Some("resolved" | "completed"));
    let start = millis(value.get("epochStartDate"))?;
    let whole = end.map_or(!over, |end| end >= start);
    whole.then(|| ServiceEvent {
        start,
        end,
        service: name(&service.replace("&amp;", "&")),
        kind: name(word("statusType").unwrap_or("event")),
    })
}

fn name(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(NAME_MAX)
        .collect()
}

/// Milliseconds since 1970; 0 is no date.
fn millis(value: Option<&Value>) -> Option<Timestamp> {
    let number = value?.as_i64().filter(|number| *number > 0)?;
    Timestamp::from_millisecond(number).ok()
}

fn note(path: &Path, left_out: usize) -> Vec<Problem> {
    let count = match left_out {
        0 => return Vec::new(),
        1 => "1 event without them".to_owned(),
        n => format!("{n} events without them"),
    };
    let wanted = "a service, a beginning and, where it is over, an end of every event";
    let note = Problem::note(path, wanted, format!("{count}; left out"));
    vec![note.with_kind(ProblemKind::LeftOut)]
}
