//! The corpus that is checked in: small whole files of every kind, out of the builders that the
//! tests use.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use fleetback_report::judge::{ReferenceData, RunInfo, judge};
use fleetback_report::policy::Policy;
use fleetback_report::render::json;
use fleetback_scanner::model::backup::VerifyLevel;
use fleetback_scanner::scan::{Inputs, ScanOptions, ScanServices, scan};
use fleetback_scanner::work::progress::Silent;
use fleetback_testdata::backup::alter;
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::backup::catalog::{Details, Row};
use fleetback_testdata::backup::cloud_log::CloudLog;
use fleetback_testdata::backup::keybag::{Kdf, Keybag};
use fleetback_testdata::backup::mbdb;
use fleetback_testdata::backup::payload::{Entry, Kind};
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::disk;
use fleetback_testdata::feeds;
use fleetback_testdata::mdm::answer::Managed;
use fleetback_testdata::mdm::samples;
use fleetback_testdata::mdm::wrapper::{Server, webhook};
use fleetback_testdata::plists::{Format, data, dict, encode, text};
use fleetback_testdata::rng::Rng;
use fleetback_testdata::when::{at, plist_date};
use plist::Value;
use rusqlite::Connection;

use crate::backup::PASSWORD;
use crate::sandbox::{self, NOW};

/// Name and content of each seed.
pub type Seeds = Result<Vec<(&'static str, Vec<u8>)>>;

const SEED: u64 = 2026;
const DEVICE: &str = "iPhone12,1";

/// A file, a folder and a link, with all that a row can hold.
fn rows() -> [(Entry, Details); 3] {
    let told = Details {
        modified: 1_700_000_000,
        inode: 7,
        size: 5_000_000_000,
        encryption_key: Some(vec![4; 44]),
        digest: Some([9; 20]),
    };
    [
        (Entry::file("HomeDomain", "Library/a", 3, "x"), told),
        (Entry::folder("HomeDomain", "Library"), Details::default()),
        (Entry::link("HomeDomain", "b", "../c"), Details::default()),
    ]
}

/// Archives of a file, a folder and a link.
pub fn archives() -> Seeds {
    let names = ["file", "folder", "link"];
    let seed = |(name, (entry, details))| Ok((name, Row::new(&entry, &details)?.blob));
    names.into_iter().zip(rows()).map(seed).collect()
}

/// A list with a value of every kind.
fn every_kind() -> Value {
    Value::Dictionary(dict([
        ("a", Value::Array(vec![text("b"), Value::Boolean(true)])),
        (
            "Applications",
            Value::Dictionary(dict([("x", data([1; 70]))])),
        ),
        ("date", plist_date(at(NOW))),
        ("int", Value::Integer((-3).into())),
        ("Größe", Value::Real(0.5)),
    ]))
}

/// Lists of both formats, UTF-16, and pages that are none.
pub fn plists() -> Seeds {
    let xml = encode(&every_kind(), Format::Xml)?;
    let wide = format!("\u{feff}{}", String::from_utf8_lossy(&xml));
    Ok(vec![
        ("binary", encode(&every_kind(), Format::Binary)?),
        (
            "html",
            b"<!DOCTYPE html><html><body>502</body></html>".to_vec(),
        ),
        (
            "utf16",
            wide.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ),
        ("xml", xml),
    ])
}

/// Binary lists, and an archive.
pub fn binary_plists() -> Seeds {
    let mut seeds = vec![("every-kind", encode(&every_kind(), Format::Binary)?)];
    seeds.extend(archives()?);
    Ok(seeds)
}

/// Keybags of one round and of two, and one cut short.
pub fn keybags() -> Seeds {
    let bag = |double| Keybag::new(&mut Rng::new(SEED), PASSWORD, Kdf::fast(), double);
    let (old, new) = (bag(false)?.blob, bag(true)?.blob);
    let cut = new[..new.len() / 2].to_vec();
    Ok(vec![("cut", cut), ("one-round", old), ("two-rounds", new)])
}

/// A Manifest.mbdb of three rows, and an empty one.
pub fn mbdbs() -> Seeds {
    let rows = rows();
    let whole = mbdb::database(rows.iter().map(|(entry, details)| (entry, details)));
    Ok(vec![("empty", mbdb::database([])), ("whole", whole)])
}

/// Schemas in place of `Files`: as iOS writes it, and as an attacker would.
const SCHEMAS: &[(&str, &str)] = &[
    (
        "whole",
        "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);",
    ),
    (
        "untyped",
        "CREATE TABLE Files (fileID, domain, relativePath, flags, file);",
    ),
    (
        "without-rowid",
        "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain, relativePath, flags, file) WITHOUT ROWID;",
    ),
    (
        "computed",
        "CREATE TABLE Files (fileID, domain, relativePath, flags, file, more AS (length(file)));",
    ),
    (
        "trigger",
        "CREATE TABLE Files (fileID, domain, relativePath, flags, file); CREATE TRIGGER t AFTER INSERT ON Files BEGIN DELETE FROM Files; END;",
    ),
];
const VIEW: &str = "PRAGMA page_size = 512; CREATE VIEW Files AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS fileID, x AS domain, x AS relativePath, 1 AS flags, x AS file FROM n;";

/// Databases of small pages, so that a mutation hits something.
pub fn databases() -> Seeds {
    let seed = |(name, schema): &(&'static str, &str)| Ok((*name, database(schema)?));
    let mut seeds = SCHEMAS.iter().map(seed).collect::<Result<Vec<_>>>()?;
    let mut view = Connection::open_in_memory()?;
    view.execute_batch(VIEW)?;
    seeds.push(("view", view.serialize(rusqlite::MAIN_DB)?.to_vec()));
    Ok(seeds)
}

fn database(schema: &str) -> Result<Vec<u8>> {
    let mut db = Connection::open_in_memory()?;
    db.execute_batch("PRAGMA page_size = 512;")?;
    db.execute_batch(schema)?;
    let columns = "INSERT INTO Files (fileID, domain, relativePath, flags, file)";
    for (entry, details) in &rows() {
        let row = Row::new(entry, details)?;
        let values = (row.file_id, row.domain, row.path, row.flags, row.blob);
        db.execute(&format!("{columns} VALUES (?1, ?2, ?3, ?4, ?5)"), values)?;
    }
    db.execute(
        &format!("{columns} VALUES ('../x', NULL, '/etc', 'y', 7)"),
        (),
    )?;
    Ok(db.serialize(rusqlite::MAIN_DB)?.to_vec())
}

/// Journals beside the list of the backup that stands in the private folder: rows that were deleted, were
/// changed, were added, and one without records.
pub fn manifest_journals() -> Seeds {
    const CUT_SHORT: [(&str, &str); 3] = [
        (
            "added",
            "INSERT INTO Files SELECT hex(zeroblob(20)), domain, relativePath, flags, file FROM Files LIMIT 1;",
        ),
        (
            "changed",
            "UPDATE Files SET relativePath = relativePath || 'x';",
        ),
        ("deleted", "DELETE FROM Files;"),
    ];
    let journal = |(name, sql): (&'static str, &str)| {
        let above = tempfile::tempdir()?;
        let folder = sandbox::write_backup(above.path())?;
        alter::sql_cut_short(&folder, sql)?;
        Ok((name, disk::read(&folder.join("Manifest.db-journal"))?))
    };
    let mut seeds: Vec<_> = CUT_SHORT.into_iter().map(journal).collect::<Result<_>>()?;
    let mut empty = seeds[0].1[..512].to_vec();
    empty[8..12].fill(0);
    seeds.push(("empty", empty));
    Ok(seeds)
}

/// One file of a written backup.
fn file_of(backup: &BackupBuilder, name: &str) -> Result<Vec<u8>> {
    let above = tempfile::tempdir()?;
    let written = backup.write(above.path())?;
    let path = written.path.join(name);
    fs::read(&path).with_context(|| format!("no {name}"))
}

/// Info.plist of both formats.
pub fn info_plists() -> Seeds {
    let of = |format| file_of(&BackupBuilder::new(SEED).info_format(format), "Info.plist");
    Ok(vec![
        ("binary", of(Format::Binary)?),
        ("xml", of(Format::Xml)?),
    ])
}

/// Status.plist of a finished backup.
pub fn status_plists() -> Seeds {
    let whole = file_of(&BackupBuilder::new(SEED), "Status.plist")?;
    Ok(vec![("finished", whole)])
}

/// Manifest.plist of a plain and of an encrypted backup.
pub fn manifest_plists() -> Seeds {
    let plain = BackupBuilder::new(SEED);
    let encrypted = plain.clone().encrypted(PASSWORD, Kdf::fast());
    Ok(vec![
        ("encrypted", file_of(&encrypted, "Manifest.plist")?),
        ("plain", file_of(&plain, "Manifest.plist")?),
    ])
}

/// Both files of the iCloud log.
pub fn icloud_logs() -> Seeds {
    let night = at("2026-11-19T02:10:00Z");
    let log = CloudLog::new()
        .daily_attempts(night, 3, 209)
        .attempt_in(night, "MBErrorDomain", 300, &[202, 4])
        .windows_ended_by_wifi(night, 2);
    let names = ["attempts", "switch"];
    let contents = log
        .entries()?
        .into_iter()
        .filter_map(|entry| match entry.kind {
            Kind::File(content) => Some(content),
            _ => None,
        });
    Ok(names.into_iter().zip(contents).collect())
}

/// Answers, check-ins, a command and an event, and every shape of one file.
pub fn mdm_documents() -> Seeds {
    let device = Managed::new(SEED, &DeviceIds::new(SEED, DEVICE), "iPhone");
    let xml = |message: Value| encode(&message, Format::Xml);
    let event = webhook(Server::NanoMdm, at(NOW), &device.security_info())?;
    let queries = &["UDID", "LastCloudBackupDate"];
    let samples = samples::all()?.into_iter();
    let samples = samples.filter(|sample| sample.files.len() == 1);
    let samples = samples.flat_map(|sample| {
        let files = sample.files.into_iter();
        files.map(move |(_, bytes)| (sample.name, bytes))
    });
    let mut seeds: Vec<(&'static str, Vec<u8>)> = samples.collect();
    seeds.extend([
        (
            "applications",
            xml(device.managed_applications(&[("com.example.a", 7)]))?,
        ),
        ("authenticate", xml(device.authenticate())?),
        ("command", xml(device.device_information_command(queries))?),
        (
            "error",
            xml(device.error(12_021, "MCMDMErrorDomain", "no"))?,
        ),
        ("event", event.into_bytes()),
        ("information", xml(device.device_information())?),
        (
            "information-binary",
            encode(&device.device_information(), Format::Binary)?,
        ),
        ("profiles", xml(device.profile_list(&["com.example.b"]))?),
        (
            "restrictions",
            xml(device.restrictions("a", &[("allowCloudBackup", false)]))?,
        ),
    ]);
    Ok(seeds)
}

/// Tables as people save them.
pub fn inventories() -> Seeds {
    let seeds: [(_, &[u8]); 4] = [
        (
            "comma",
            b"serial,user,email,department\nFBTEST0001,Anna,a@b.example,IT\nFBTEST0001,Bo,,\n",
        ),
        (
            "quoted",
            b"\xef\xbb\xbfSerial Number;IMEI;User\r\n\"FBTEST0002\";3.56789E+14;\"A\nB\"\r\n",
        ),
        (
            "sep",
            b"sep=|\nudid|ecid|name\n00008030-001A35E40212345E|0x1a35e40212345e|J\xfcrgen\n",
        ),
        ("unclosed", b"serial\tuser\tsite\nFBTEST0003\t\"x\ty\n"),
    ];
    Ok(seeds.map(|(name, table)| (name, table.to_vec())).to_vec())
}

/// Plans of swaps, good and bad.
pub fn plans() -> Seeds {
    let seeds: [(_, &[u8]); 4] = [
        (
            "comma",
            b"old serial,new serial,user,date\nFBTEST0001,FBTEST0009,Anna,2026-12-01\nFBTEST0001,FBTEST0008,Bo,03/04/2027\n",
        ),
        (
            "model",
            b"sep=;\r\nold;new type;new os;new capacity\r\nFBTEST0002;iPhone 16;iOS 26.1 (23B85);1 TB\r\n3.5E+14;;;\r\n",
        ),
        (
            "quoted",
            b"\xef\xbb\xbfIMEI\tto\tuser\r\n'356789012345678\tiPhone17,1\t\"A\nB\"\r\n\tx\t\r\n",
        ),
        ("unclosed", b"device|user|date\nFBTEST0003|\"J\xfcrgen|31.03.2027\n"),
    ];
    Ok(seeds.map(|(name, table)| (name, table.to_vec())).to_vec())
}

/// Lists of iOS releases in their shapes.
pub fn os_feeds() -> Seeds {
    let some: feeds::Release<'_> = ("18.7.10", "2026-08-17", Some(&["iPhone11,8"]));
    let all: feeds::Release<'_> = ("18.7.8", "2026-04-22", Some(&["iPhone11,8", "iPad13,18"]));
    let bare: feeds::Release<'_> = ("18.7.7", "2026-03-24", None);
    let majors = [("18", all, &[some, all, bare][..])];
    let seeds = [
        ("gdmf", feeds::gdmf(&[all, some], &[bare])),
        ("sofa-v1", feeds::sofa_v1(&majors)),
        ("sofa-v2", feeds::sofa_v2("2026-08-22T18:45:03Z", &majors)),
    ];
    Ok(seeds
        .map(|(name, feed)| (name, feed.to_string().into_bytes()))
        .to_vec())
}

/// Apple's status page, bare and as the argument of a call.
pub fn system_statuses() -> Seeds {
    let (start, end) = (1_795_000_000_000, 1_795_100_000_000);
    let events = [
        (
            "iCloud Backup",
            "Outage",
            "resolved",
            Some(start),
            Some(end),
        ),
        (
            "iCloud Account & Sign In",
            "Issue",
            "ongoing",
            Some(start),
            None,
        ),
        ("App Store", "Maintenance", "completed", None, None),
    ];
    let bare = feeds::system_status(&events).to_string();
    let called = format!("jsonCallback({bare});");
    Ok(vec![
        ("bare", bare.into_bytes()),
        ("called", called.into_bytes()),
    ])
}

/// The built-in policy, one with a waiver, and one with groups.
pub fn policies() -> Seeds {
    let waived = "name = \"A\"\n[thresholds]\nstale_days = 0.5\n[backups]\nicloud = \"forbidden\"\n\
        [[waiver]]\ndevice = \"FBTEST0001\"\ncode = \"backup-stale\"\nreason = \"spare\"\nuntil = 2026-12-31\n";
    let grouped = "preset = \"stig\"\n[[group]]\nname = \"A\"\npreset = \"cis-byod\"\n[group.match]\n\
        name = [\"Cart-*\", \"?\"]\ntag = \"kiosk\"\nsupervised = true\nos_at_least = \"16\"\nos_below = \"27.0.1\"\n\
        [group.backups]\nverification = \"names\"\n[group.os]\ngrace_days = 60\n\
        [[group]]\nname = \"B\"\n[group.match]\ndevice = [\"FBTEST0001\"]\n\
        [[waiver]]\ngroup = \"B\"\nreason = \"spare\"\n";
    Ok(vec![
        ("built-in", Policy::builtin().to_toml().into_bytes()),
        ("waiver", waived.as_bytes().to_vec()),
        ("groups", grouped.as_bytes().to_vec()),
    ])
}

/// Password files of both forms, and what people save in their place.
pub fn password_files() -> Seeds {
    let seeds: [(_, &[u8]); 5] = [
        (
            "csv",
            b"id,password\nFBTEST0001,one\n00008030-001A35E40212345E,\"t\"\"w,o\"\n*,three\n",
        ),
        ("semicolons", b"\xef\xbb\xbfid;password\r\nFBTEST0001;one\r\n"),
        ("swapped", b"password,id\none,FBTEST0001\n"),
        (
            "toml",
            b"[[password]]\nid = \"FBTEST0001\"\npassword = \"one\"\n\n[[password]]\nid = \"*\"\npassword = 'two'\n",
        ),
        ("unclosed", b"id,password\nFBTEST0001,\"one\n*,two\n"),
    ];
    Ok(seeds.map(|(name, text)| (name, text.to_vec())).to_vec())
}

/// The settings as `config init` writes them, and with every key awake.
pub fn settings_files() -> Seeds {
    let template = fleetback::fuzz_api::settings_template();
    let awake = template.replace("#: ", "");
    Ok(vec![
        ("asleep", template.into_bytes()),
        ("awake", awake.into_bytes()),
        ("mistyped", b"[scan]\nvrify = \"names\"\n".to_vec()),
    ])
}

/// A store as a run leaves it, one of a later version, one that lost its tables, and another
/// program's database.
pub fn history_stores() -> Seeds {
    let whole = store_with(
        "INSERT INTO checks VALUES ('host', '/b', 's', 'names', 1, 1, '{}');
         INSERT INTO proofs VALUES ('k', 1, 'passwords.csv line 3');",
    )?;
    Ok(vec![
        ("newer", store_with("PRAGMA user_version = 900;")?),
        (
            "no-tables",
            store_with("DROP TABLE checks; DROP TABLE proofs;")?,
        ),
        ("another", database(SCHEMAS[0].1)?),
        ("whole", whole),
    ])
}

fn store_with(sql: &str) -> Result<Vec<u8>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("history.sqlite3");
    fleetback::fuzz_api::store(&path).map_err(anyhow::Error::msg)?;
    let store = Connection::open(&path)?;
    store.execute_batch(sql)?;
    store.close().map_err(|(_, error)| error)?;
    disk::read(&path)
}

/// Results of an empty fleet and of one device.
pub fn stored_results() -> Seeds {
    let empty = tempfile::tempdir()?;
    let one = tempfile::tempdir()?;
    BackupBuilder::new(SEED).write(&one.path().join("MobileSync/Backup"))?;
    Ok(vec![
        ("empty", scanned(empty.path())?),
        ("one-device", scanned(one.path())?),
    ])
}

/// As `--json` writes them, with a path in place of that of this run.
fn scanned(root: &Path) -> Result<Vec<u8>> {
    let options = ScanOptions {
        now: at(NOW),
        scan_host: "host".to_owned(),
        verify: VerifyLevel::Names,
        verify_again: false,
        verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
    };
    let inputs = Inputs {
        roots: vec![root.to_owned()],
        ..Inputs::default()
    };
    let run = RunInfo {
        now: at(NOW),
        scan_host: "host".to_owned(),
        run_id: "run".to_owned(),
        tool_version: "0.1.0".to_owned(),
    };
    let fleet = scan(&inputs, &options, &ScanServices::new(&Silent));
    let mut out = Vec::new();
    json::write(
        &judge(&fleet, &ReferenceData::default(), &Policy::builtin(), &run),
        &mut out,
    )?;
    let text = String::from_utf8(out)?;
    Ok(text
        .replace(&*root.to_string_lossy(), "/backups")
        .into_bytes())
}
