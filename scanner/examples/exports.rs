//! Makes exports of an MDM as large as they come and reads them, for the figures of docs/performance.md.
//!
//! `exports csv FILE DEVICES BYTES`, `exports json FILE DEVICES BYTES` (one table of so many devices, filled
//! up to about so many bytes), `exports hosts FILE DEVICES BYTES` (the same as hosts of Fleet), `exports
//! plists FOLDER DEVICES` (three answers of each device, a file each), `exports read PATH THREADS`
//! (everything below it, as a scan reads it), `exports join DEVICES ROUNDS [shared]` (joining alone, of
//! backups in memory; `shared`: all with one serial number).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a tool for measuring: it ends at the first mistake and prints"
)]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use fleetback_scanner::model::backup::{LocalBackup, VerifyLevel};
use fleetback_scanner::model::identity::{Identity, Imei, Serial, Udid};
use fleetback_scanner::reconcile::reconcile;
use fleetback_scanner::scan::{Event, Inputs, Progress, ScanOptions, ScanServices, Silent, scan};
use fleetback_testdata::backup::builder::BackupBuilder;
use fleetback_testdata::device::DeviceIds;
use fleetback_testdata::mdm::answer::Managed;
use fleetback_testdata::mdm::console::{self, ConsoleDevice};
use fleetback_testdata::plists::{Format, encode};
use rayon::prelude::*;

/// Devices that are written at once.
const BATCH: u64 = 500;

fn known(seed: u64) -> ConsoleDevice {
    ConsoleDevice::new(seed + 1, "iPhone12,1")
}

/// Letters that bring a record to the length that is asked for; no reader maps them to anything.
fn filler(devices: u64, bytes: u64, without: u64) -> String {
    let each = (bytes / devices).saturating_sub(without);
    "lorem ipsum ".chars().cycle().take(each as usize).collect()
}

fn csv(file: &Path, devices: u64, bytes: u64) {
    let one = console::jamf_table(&[known(0)]);
    let (header, row) = one.split_once('\n').unwrap();
    let note = filler(devices, bytes, row.len() as u64);
    let mut out = BufWriter::new(File::create(file).unwrap());
    writeln!(out, "{header},Notes").unwrap();
    for seed in 0..devices {
        let table = console::jamf_table(&[known(seed)]);
        let row = table.trim_end().rsplit('\n').next().unwrap();
        writeln!(out, "{row},\"{note}\"").unwrap();
    }
}

/// One list of records below `list`, each with a key of its own to fill it up.
fn json(file: &Path, list: &str, devices: u64, bytes: u64, record: impl Fn(u64) -> String) {
    let note = filler(devices, bytes, record(0).len() as u64);
    let mut out = BufWriter::new(File::create(file).unwrap());
    write!(out, "{{\"totalCount\":{devices},\"{list}\":[").unwrap();
    for seed in 0..devices {
        let comma = if seed == 0 { "" } else { "," };
        let record = record(seed);
        let open = record.strip_suffix('}').unwrap();
        write!(out, "{comma}{open},\"notes\":\"{note}\"}}").unwrap();
    }
    write!(out, "]}}").unwrap();
}

/// A record of Jamf Pro's API, out of the list of one.
fn jamf(seed: u64) -> String {
    let list = console::jamf_api(&[known(seed)]);
    let start = list.find('[').unwrap() + 1;
    list[start..list.rfind(']').unwrap()].to_owned()
}

fn host(seed: u64) -> String {
    let one = known(seed);
    format!(
        "{{\"uuid\":\"{}\",\"hardware_serial\":\"{}\",\"platform\":\"ios\",\"os_version\":\"iOS 18.1\",\
         \"hardware_model\":\"iPhone12,1\",\"detail_updated_at\":\"{}\",\"is_cloud_backup_enabled\":true,\
         \"last_cloud_backup_date\":\"2026-03-01T02:10:00Z\"}}",
        one.ids.udid, one.ids.serial, one.contact
    )
}

fn plists(folder: &Path, devices: u64) {
    (0..devices.div_ceil(BATCH))
        .into_par_iter()
        .for_each(|batch| {
            let below = folder.join(batch.to_string());
            fs::create_dir_all(&below).unwrap();
            for seed in batch * BATCH..devices.min((batch + 1) * BATCH) {
                let device = Managed::new(seed, &DeviceIds::new(seed, "iPhone12,1"), "iPhone");
                let answers = [
                    ("information", device.device_information()),
                    (
                        "restrictions",
                        device.restrictions("org.example", &[("allowCloudBackup", true)]),
                    ),
                    ("security", device.security_info()),
                ];
                for (name, answer) in answers {
                    let bytes = encode(&answer, Format::Xml).unwrap();
                    fs::write(below.join(format!("{seed}-{name}.plist")), bytes).unwrap();
                }
            }
        });
}

/// Counts what a progress bar would be told.
#[derive(Default)]
struct Heard {
    bytes: AtomicU64,
    times: AtomicU64,
}

impl Progress for Heard {
    fn report(&self, event: Event) {
        if let Event::BytesRead(bytes) = event {
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            self.times.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn options() -> ScanOptions {
    ScanOptions {
        now: "2099-01-01T00:00:00Z".parse().unwrap(),
        scan_host: "here".to_owned(),
        verify: VerifyLevel::State,
        verify_again: false,
        verify_again_days: ScanOptions::VERIFY_AGAIN_DAYS,
    }
}

fn in_pool<T: Send>(threads: &str, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.parse().unwrap());
    pool.build().unwrap().install(work)
}

fn read(path: &Path, threads: &str) {
    let inputs = Inputs {
        documents: vec![path.to_owned()],
        ..Inputs::default()
    };
    let heard = Heard::default();
    let begun = Instant::now();
    let fleet = in_pool(threads, || {
        scan(&inputs, &options(), &ScanServices::new(&heard))
    });
    println!(
        "{:.3} s, {} devices of {} documents, {} problems, {} bytes heard in {} pieces, {} MB at most",
        begun.elapsed().as_secs_f64(),
        fleet.devices.len(),
        fleet.documents,
        fleet.problems.len(),
        heard.bytes.into_inner(),
        heard.times.into_inner(),
        peak_mb()
    );
}

/// Linux tells the most memory that a process held.
fn peak_mb() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1024
}

/// One backup as the scanner reads it.
fn template() -> LocalBackup {
    let folder = std::env::temp_dir().join("fleetback-exports-template");
    let _ = fs::remove_dir_all(&folder);
    BackupBuilder::new(1)
        .files(5)
        .no_empty_folders()
        .write(&folder)
        .unwrap();
    let inputs = Inputs {
        roots: vec![folder.clone()],
        ..Inputs::default()
    };
    let fleet = scan(&inputs, &options(), &ScanServices::new(&Silent));
    let _ = fs::remove_dir_all(&folder);
    fleet.devices.into_iter().next().unwrap().backups.remove(0)
}

/// With `shared` all of them bear one serial number.
fn join(devices: u64, rounds: u64, shared: bool) {
    let template = template();
    let backup = |seed| {
        let ids = DeviceIds::new(seed, "iPhone12,1");
        let mut backup = template.clone();
        backup.path = PathBuf::from(format!("/srv/backups/host-{}/{}", seed % 10, ids.udid));
        backup.identity = Identity {
            udid: Udid::parse(&ids.udid),
            serial: Serial::parse(if shared { "C00NULL00000" } else { &ids.serial }),
            imeis: ids
                .imei
                .as_deref()
                .and_then(Imei::parse)
                .into_iter()
                .collect(),
            ..Identity::default()
        };
        backup
    };
    let backups: Vec<LocalBackup> = (0..devices).map(backup).collect();
    for _ in 0..rounds {
        let copy = backups.clone();
        let begun = Instant::now();
        let (joined, _) = reconcile(copy, Vec::new(), Vec::new());
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{seconds:.4} s, {} devices, {:.2} us each",
            joined.len(),
            seconds * 1e6 / devices as f64
        );
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let at = |index: usize| arguments[index].as_str();
    let number = |index: usize| at(index).parse::<u64>().unwrap();
    let path = || Path::new(at(1));
    match at(0) {
        "csv" => csv(path(), number(2), number(3)),
        "json" => json(path(), "results", number(2), number(3), jamf),
        "hosts" => json(path(), "hosts", number(2), number(3), host),
        "plists" => plists(path(), number(2)),
        "read" => read(path(), at(2)),
        "join" => join(number(1), number(2), arguments.len() > 3),
        other => println!("{other}: no such work"),
    }
}
