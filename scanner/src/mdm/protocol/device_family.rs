//! Whose messages are kept out: an MDM also looks after Macs, Apple TVs and watches.

use plist::{Dictionary, Value};

use super::envelope::text;

/// Beginning of a product type or model name -> what it is.
const FAMILIES: &[(&str, &str)] = &[
    ("Mac", "a Mac"),
    ("iMac", "a Mac"),
    ("VirtualMac", "a Mac"),
    ("Xserve", "a Mac"),
    ("AppleTV", "an Apple TV"),
    ("Apple TV", "an Apple TV"),
    ("Watch", "an Apple Watch"),
    ("Apple Watch", "an Apple Watch"),
    ("AudioAccessory", "a HomePod"),
    ("HomePod", "a HomePod"),
    ("RealityDevice", "an Apple Vision"),
    ("Apple Vision", "an Apple Vision"),
];

/// Beginnings of the product types that are looked after; they outweigh everything else.
const OURS: &[&str] = &["iPhone", "iPad", "iPod"];

/// Keys that only macOS answers, by the dictionary they stand in.
const MAC_KEYS: &[(&str, &str)] = &[
    ("QueryResponses", "HostName"),
    ("QueryResponses", "LocalHostName"),
    ("QueryResponses", "OSUpdateSettings"),
    ("QueryResponses", "SystemIntegrityProtectionEnabled"),
    ("QueryResponses", "IsAppleSilicon"),
    ("QueryResponses", "ActiveManagedUsers"),
    ("QueryResponses", "AutoSetupAdminAccounts"),
    ("SecurityInfo", "FDE_Enabled"),
    ("SecurityInfo", "SystemIntegrityProtectionEnabled"),
    ("SecurityInfo", "FirewallSettings"),
    ("SecurityInfo", "FirmwarePasswordStatus"),
    ("SecurityInfo", "SecureBoot"),
];

/// What sent a message, when it was no iPhone, iPad or iPod touch; `None` when it was, or when
/// the message does not say.
pub(crate) fn other_family(root: &Dictionary) -> Option<&'static str> {
    let responses = root.get("QueryResponses").and_then(Value::as_dictionary);
    let models = || {
        let dicts = [Some(root), responses].into_iter().flatten();
        dicts.flat_map(|dict| {
            ["ProductName", "ProductType", "Model", "ModelName"].map(|key| text(dict, key))
        })
    };
    if models().flatten().any(is_ours) {
        return None;
    }
    let model = models().flatten().find_map(family);
    let mac_key = MAC_KEYS.iter().any(|(outer, key)| {
        let outer = root.get(outer).and_then(Value::as_dictionary);
        outer.is_some_and(|dict| dict.contains_key(key))
    });
    let mac_udid = text(root, "UDID").is_some_and(is_uuid);
    model.or((mac_key || mac_udid).then_some("a Mac"))
}

/// Is it the product type or the model of an iPhone, iPad or iPod?
pub(crate) fn is_ours(model: &str) -> bool {
    OURS.iter().any(|start| model.starts_with(start))
}

/// What a product type or model that is none of these is.
pub(crate) fn family(model: &str) -> Option<&'static str> {
    let row = FAMILIES.iter().find(|(start, _)| model.starts_with(start));
    row.map(|(_, family)| *family)
}

/// Macs call themselves 8-4-4-4-12; no other Apple device does.
pub(crate) fn is_uuid(text: &str) -> bool {
    let parts = text.split('-').map(|part| {
        let hex = part.bytes().all(|b| b.is_ascii_hexdigit());
        if hex { part.len() } else { 0 }
    });
    parts.eq([8, 4, 4, 4, 12])
}
