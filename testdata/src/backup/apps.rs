//! The apps of a device: a short list in Info.plist, and as much weight in it as a test wants.

use plist::{Dictionary, Value};

use crate::plists::{data, dict, text};
use crate::rng::Rng;

/// Bundle ids of apps; `example` is a reserved name.
pub const BUNDLES: &[&str] = &[
    "com.example.timetable",
    "com.example.fieldnotes",
    "org.example.library",
    "net.example.messenger",
];

/// What makes the lists of apps longer than the usual four.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weight {
    /// Bytes that Info.plist has at least.
    pub info_bytes_min: u64,
    /// Further apps, in Info.plist and Manifest.plist.
    pub apps: usize,
    /// Bytes of the icon that each of them has in Info.plist, before base64.
    pub icon_bytes: usize,
}

impl Weight {
    /// Bundle ids of all apps.
    pub fn bundles(&self) -> impl Iterator<Item = String> {
        let usual = BUNDLES.iter().map(|bundle| (*bundle).to_owned());
        usual.chain((0..self.apps).map(|number| format!("com.example.further{number:04}")))
    }
}

/// `Applications` of Manifest.plist.
pub fn containers(weight: Weight) -> Dictionary {
    let mut containers = Dictionary::new();
    for bundle in weight.bundles() {
        let entry = dict([
            ("CFBundleIdentifier", text(&bundle)),
            ("CFBundleVersion", text("1042")),
            ("ContainerContentClass", text("Data/Application")),
            (
                "Path",
                text(format!("/var/containers/Bundle/Application/{bundle}.app")),
            ),
        ]);
        containers.insert(bundle, Value::Dictionary(entry));
    }
    containers
}

/// One entry of `Applications` in Info.plist, with an icon of `icon_bytes`.
pub fn info_entry(rng: &mut Rng, bundle: &str, icon_bytes: usize) -> Value {
    let mut icon = b"\x89PNG\r\n\x1a\n".to_vec();
    icon.extend(rng.bytes(icon_bytes));
    let metadata = format!(
        "<plist version=\"1.0\"><dict><key>softwareVersionBundleId</key><string>{bundle}</string></dict></plist>"
    );
    Value::Dictionary(dict([
        ("ApplicationSINF", data(rng.bytes(48))),
        ("PlaceholderIcon", data(icon)),
        ("iTunesMetadata", data(metadata)),
    ]))
}
