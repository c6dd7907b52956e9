//! Secrets and telephone numbers of MDM exports reach no report, no table, no page and no error.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::mdm::answer::{Managed, SECRETS};
use fleetback_testdata::mdm::samples;
use fleetback_testdata::plists::{Format, encode};

use crate::sandbox::{Sandbox, stderr, stdout};

/// Every sample, check-ins with tokens whole, broken and cut short, and a token in a file of its own.
fn exports(sandbox: &Sandbox) -> Vec<String> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for sample in samples::all().unwrap() {
        for (name, bytes) in sample.files {
            files.push((format!("mdm/{}/{name}", sample.name), bytes));
        }
    }
    let device = Managed::new(7, &DeviceIds::new(7, "iPhone12,1"), "iPhone");
    let token = encode(&device.token_update(), Format::Xml).unwrap();
    let text = String::from_utf8(token.clone()).unwrap();
    let broken = text.replace("<data>", "<data>*");
    files.push(("mdm/token.plist".to_owned(), token.clone()));
    files.push(("mdm/broken.plist".to_owned(), broken.into_bytes()));
    files.push((
        "mdm/cut.plist".to_owned(),
        token[..token.len() - 40].to_vec(),
    ));
    files.push(("mdm/UnlockToken.dat".to_owned(), SECRETS[1].into()));
    files.push((
        "mdm/token.json".to_owned(),
        format!("{{\"PushMagic\":\"{}\"", SECRETS[0]).into_bytes(),
    ));
    for (name, bytes) in &files {
        let path = sandbox.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    files.into_iter().map(|(name, _)| name).collect()
}

/// What must never be seen, in every form that it has in the exports.
fn hidden() -> Vec<String> {
    let secrets = SECRETS.iter().map(|secret| (*secret).to_owned());
    let packed = SECRETS
        .iter()
        .flat_map(|secret| [STANDARD.encode(secret), URL_SAFE.encode(secret)]);
    let phones = samples::phone_numbers();
    let bare = phones.iter().map(|phone| phone.replace(' ', ""));
    secrets
        .chain(packed)
        .chain(bare)
        .chain(phones.clone())
        .collect()
}

#[test]
fn no_output_shows_a_secret_or_a_telephone_number() {
    let sandbox = Sandbox::new();
    let names = exports(&sandbox);
    let hidden = hidden();
    assert!(hidden.len() > 10);
    let check = |what: &str, text: &str| {
        assert!(!text.is_empty(), "{what} says nothing");
        for secret in &hidden {
            assert!(!text.contains(secret.as_str()), "{what} shows {secret}");
        }
    };
    let outputs = ["a.csv", "a.html", "a.json"];
    let scan = sandbox.scan(&[
        "--mdm", "mdm", "--csv", outputs[0], "--html", outputs[1], "--json", outputs[2], "-v",
    ]);
    check("standard error", &stderr(&scan));
    for output in outputs {
        check(output, &sandbox.read(output));
    }
    let table = sandbox.scan(&["--mdm", "mdm"]);
    check("the terminal", &stdout(&table));
    let serial = DeviceIds::new(3, "iPhone12,1").serial;
    let swap = sandbox.run(&[
        "swap",
        &serial,
        "--mdm",
        "mdm",
        "--now",
        crate::sandbox::NOW,
    ]);
    check("swap", &stdout(&swap));
    for name in names {
        check(
            &format!("explain {name}"),
            &stdout(&sandbox.run(&["explain", "--mdm", &name])),
        );
    }
}
