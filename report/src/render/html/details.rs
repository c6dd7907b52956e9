//! What a device opens to, as short arrays of numbers of texts.
//!
//! The script unpacks these arrays by place, so the order here and in `report.js` is one promise.
//! They stand in an island of their own that is read when the first device is opened, not before.

use fleetback_scanner::model::backup::FileName;
use fleetback_scanner::model::management::{CapacityUnit, Validity};
use fleetback_scanner::model::problem::Problem;
use jiff::Timestamp;
use serde::Serialize;

use super::embedded_json::{Texts, UNTOLD};
use crate::format::{self, Label, shown};
use crate::results::{
    Attempt, Backup, Device, Evidence, Finding, Icloud, IcloudAttempt, Mdm, Waiver,
};
use crate::view::groups::may_destroy;
use crate::view::report::Sheet;
use crate::view::{device, history, policy};

/// All devices, in the order of the table.
#[derive(Debug, Serialize)]
pub(super) struct Details {
    texts: Vec<String>,
    devices: Vec<Detail>,
}

#[derive(Debug, Serialize)]
struct Detail {
    findings: Vec<FindingCells>,
    facts: Vec<(i32, Vec<Pair>)>,
    backups: Vec<BackupCells>,
    problems: Vec<(i32, i32, i32)>,
}

/// DeviceIds of a label and its value, or of a fact and its source.
type Pair = (i32, i32);

/// Severity, code, cause, why, fix, who and how sure, steps, what it may destroy, next, waiver, evidence,
/// letters.
type FindingCells = (
    usize,
    i32,
    i32,
    i32,
    i32,
    i32,
    Vec<i32>,
    i32,
    i32,
    i32,
    Vec<Pair>,
    Letters,
);

/// The lines of the message to the user, and of what Apple is handed.
type Letters = (Vec<i32>, Vec<i32>);

/// Title, is it good, tone, facts, lists of files, each headed by a title.
type BackupCells = (i32, i32, &'static str, Vec<Pair>, Vec<Vec<i32>>);

/// A label and its value, in words.
type Facts = Vec<(String, String)>;

/// The details of every device.
pub(super) fn details(sheet: &Sheet<'_>) -> Details {
    let mut writer = Writer {
        sheet,
        texts: Texts::default(),
    };
    let devices = sheet.results().devices.iter();
    let devices = devices.map(|device| writer.device(device)).collect();
    Details {
        texts: writer.texts.into_texts(),
        devices,
    }
}

struct Writer<'a> {
    sheet: &'a Sheet<'a>,
    texts: Texts,
}

impl Writer<'_> {
    fn device(&mut self, device: &Device) -> Detail {
        let problems = device.backups.iter().flat_map(|backup| &backup.problems);
        let problems = problems.map(|problem| self.problem(problem)).collect();
        Detail {
            problems,
            findings: device
                .findings
                .iter()
                .map(|finding| self.finding(finding))
                .collect(),
            facts: self.facts(device),
            backups: device
                .backups
                .iter()
                .map(|backup| self.backup(backup))
                .collect(),
        }
    }

    fn finding(&mut self, finding: &Finding) -> FindingCells {
        let fix = &finding.likely_fix;
        let harm = fix.may_destroy.as_ref().map(|harm| may_destroy(harm));
        let next = finding
            .next_fix
            .map(|next| format!("If it persists: {}", next.about().title));
        (
            device::severity_number(finding.severity),
            self.say(finding.code.id()),
            self.say(&finding.cause),
            self.say(&finding.why),
            self.say(&fix.title),
            self.say(&who_and_how_sure(finding)),
            fix.steps.iter().map(|step| self.say(step)).collect(),
            self.maybe(harm),
            self.maybe(next),
            self.maybe(finding.waived.as_ref().map(waiver)),
            self.grounds(finding),
            (
                self.lines(fix.message.as_deref()),
                self.lines(fix.hand_over.as_deref()),
            ),
        )
    }

    /// What a finding rests on, and the rules of a benchmark that speak of it.
    fn grounds(&mut self, finding: &Finding) -> Vec<Pair> {
        let evidence = finding.evidence.iter();
        let mut grounds: Vec<Pair> = evidence.map(|one| self.evidence(one)).collect();
        if let Some(rules) = policy::references(&finding.references) {
            let demands = format!("rules that ask for {}", policy::demands(finding));
            grounds.push((self.say(&rules), self.say(&demands)));
        }
        grounds
    }

    fn lines(&mut self, text: Option<&str>) -> Vec<i32> {
        let lines = text.into_iter().flat_map(str::lines);
        lines.map(|line| self.say(line)).collect()
    }

    fn evidence(&mut self, evidence: &Evidence) -> Pair {
        let from = match evidence.observed_at {
            Some(at) => format!("{}, {}", evidence.source, self.when(at)),
            None => evidence.source.clone(),
        };
        (self.say(&evidence.text), self.say(&from))
    }

    fn facts(&mut self, device: &Device) -> Vec<(i32, Vec<Pair>)> {
        let chapters = [
            ("Device", self.identity(device)),
            ("iCloud", self.icloud(&device.icloud)),
            ("MDM", self.mdm(device.mdm.as_ref())),
        ];
        let past =
            history::facts(self.sheet, device).map(|facts| ("Earlier nights", worded(facts)));
        chapters
            .into_iter()
            .chain(past)
            .map(|(title, facts)| (self.say(title), self.pairs(&facts)))
            .collect()
    }

    fn identity(&self, device: &Device) -> Facts {
        let build = format::os(
            device.product_type.as_deref(),
            device.os_version.as_deref(),
            device.build_version.as_deref(),
        );
        let facts = [
            ("Serial number", device.serial_number.clone()),
            ("UDID", device.udid.clone()),
            ("IMEI", device.imei.as_deref().map(format::imei)),
            ("ICCID", device.iccid.as_deref().map(format::iccid)),
            ("Product type", device.product_type.clone()),
            ("System", build),
            ("Newest for its model", Some(device::currency(&device.os))),
            ("E-mail", device.email.clone()),
            ("Site", device.site.clone()),
            ("Group", device.group.clone()),
            (
                "Tags",
                (!device.tags.is_empty()).then(|| device.tags.join(", ")),
            ),
            (
                "Planned swap",
                device.planned_swap.map(|day| day.to_string()),
            ),
            (
                "Limit of the policy",
                Some(device::limit(device.max_age_days)),
            ),
            (
                "Group of the policy",
                Some(device.policy_group.clone().unwrap_or_else(|| "none".into())),
            ),
            (
                "Last attempt",
                device
                    .last_attempt
                    .as_ref()
                    .map(|attempt| self.attempt(attempt)),
            ),
            (
                "In the inventory",
                Some(told(device.in_inventory, "there is no inventory")),
            ),
        ];
        facts
            .into_iter()
            .map(|(label, value)| (label.into(), or_untold(value)))
            .collect()
    }

    fn attempt(&self, attempt: &Attempt) -> String {
        format!(
            "{}, {}, {}",
            self.when(attempt.at),
            attempt.kind.label(),
            attempt.result
        )
    }

    fn icloud(&self, icloud: &Icloud) -> Facts {
        let facts = [
            ("iCloud Backup on", told(icloud.enabled, device::UNTOLD)),
            (
                "Last backup",
                or_untold(icloud.last_date.map(|at| self.when(at))),
            ),
            ("Counts as good", format::yes_no(icloud.good).into()),
            ("Told by", or_untold(icloud.source.clone())),
            (
                "As of",
                or_untold(icloud.observed_at.map(|at| self.when(at))),
            ),
        ];
        let attempts = icloud
            .attempts
            .iter()
            .map(|attempt| self.icloud_attempt(attempt));
        facts
            .map(|(label, value)| (label.into(), value))
            .into_iter()
            .chain(attempts)
            .collect()
    }

    fn icloud_attempt(&self, attempt: &IcloudAttempt) -> (String, String) {
        let meaning = attempt
            .meaning
            .as_deref()
            .unwrap_or("a code that nobody has explained");
        let label = format::date_time(attempt.at, self.sheet.zone());
        (
            label,
            format!("{} ({} {})", meaning, attempt.domain, attempt.code),
        )
    }

    fn mdm(&self, mdm: Option<&Mdm>) -> Facts {
        let Some(mdm) = mdm else {
            return vec![("MDM".into(), "no document speaks of this device".into())];
        };
        let facts = [
            (
                "Last seen",
                or_untold(mdm.last_seen.map(|at| self.when(at))),
            ),
            ("Told by", or_untold(mdm.source.clone())),
            ("Trusted", format::yes_no(mdm.trusted).into()),
            ("Supervised", told(mdm.supervised, device::UNTOLD)),
            ("User Enrollment", told(mdm.user_enrollment, device::UNTOLD)),
            ("Lost mode", told(mdm.lost_mode, device::UNTOLD)),
            ("Find My", told(mdm.find_my, device::UNTOLD)),
            ("Activation Lock", told(mdm.activation_lock, device::UNTOLD)),
            ("Storage", storage(mdm)),
        ];
        let told_of_some = self.mdm_if_told(mdm);
        let restrictions = mdm
            .restrictions
            .iter()
            .map(|(key, value)| restriction(mdm, key, *value));
        let facts = facts.map(|(label, value)| (label.into(), value));
        let facts = facts.into_iter().chain(told_of_some);
        facts.chain(restrictions).chain(apps(mdm)).collect()
    }

    /// Facts that few sources tell: a row of "not told" for each would bury the others.
    fn mdm_if_told(&self, mdm: &Mdm) -> Facts {
        let when = |at: Option<Timestamp>| at.map(|at| self.when(at));
        let yes_no = |told: Option<bool>| told.map(|told| format::yes_no(told).to_owned());
        let ended = mdm.enrolment_ended.filter(|ended| *ended);
        let facts = [
            ("Enrolled", when(mdm.enrolled_at)),
            ("Enrolment ended", yes_no(ended)),
            (
                "Waits in Setup Assistant",
                yes_no(mdm.awaiting_configuration),
            ),
            ("Shared iPad", yes_no(mdm.shared_ipad)),
            ("eSIM", yes_no(mdm.esim)),
            (
                "MDM can lift Activation Lock",
                yes_no(mdm.activation_lock_manageable),
            ),
            ("Passcode set", yes_no(mdm.passcode_present)),
            (
                "Setup Assistant skips",
                mdm.skipped_panes.as_deref().map(or_none),
            ),
            (
                "Identity certificates",
                mdm.identity_certificates
                    .as_ref()
                    .map(|all| self.certificates(all)),
            ),
            ("Battery", mdm.battery.map(percent)),
            (
                "Backup to a computer, as told",
                when(mdm.last_computer_backup),
            ),
            (
                "Next backup to a computer encrypted",
                yes_no(mdm.backup_will_be_encrypted),
            ),
            (
                "Backup queries not asked",
                mdm.backup_queries_left_out.as_deref().map(or_none),
            ),
        ];
        let told = facts
            .into_iter()
            .filter_map(|(label, value)| Some((label.into(), value?)));
        told.collect()
    }

    fn certificates(&self, all: &[Validity]) -> String {
        let one = |validity: &Validity| {
            let day = |at| format::date(at, self.sheet.zone());
            format!("{} to {}", day(validity.from), day(validity.until))
        };
        or_none(&all.iter().map(one).collect::<Vec<_>>())
    }

    fn backup(&mut self, backup: &Backup) -> BackupCells {
        let archived = if backup.archived {
            ", archived copy"
        } else {
            ""
        };
        let state = format::capital(backup.state.label());
        let title = format!(
            "{state}{archived}, restorable: {}",
            backup.restorable.label()
        );
        let good = if backup.good {
            "counts as good"
        } else {
            "does not count as good"
        };
        let facts = self.backup_facts(backup);
        (
            self.say(&title),
            self.say(good),
            if backup.good { "good" } else { "risk" },
            self.pairs(&facts),
            self.file_lists(backup),
        )
    }

    fn backup_facts(&self, backup: &Backup) -> Facts {
        let when = |at: Option<Timestamp>| or_untold(at.map(|at| self.when(at)));
        let facts = [
            ("State", backup.state_reason.clone()),
            (
                "Restorable",
                format!(
                    "{}: {}",
                    backup.restorable.label(),
                    backup.restorable_reason
                ),
            ),
            ("Completed", when(backup.completed_at)),
            ("Status.plist", when(backup.status_date)),
            ("Manifest.plist", when(backup.manifest_date)),
            ("Info.plist", when(backup.info_date)),
            ("Encrypted", told(backup.encrypted, device::UNTOLD)),
            ("Password", self.password(backup)),
            ("Files", files(backup)),
            ("Checked", self.checked(backup)),
            ("Computer", backup.host.clone()),
            ("Folder", backup.path.to_string_lossy().into_owned()),
            ("Written by", backup.kind_of_host_tool.label().into()),
        ];
        facts
            .into_iter()
            .map(|(label, value)| (label.into(), value))
            .collect()
    }

    /// "by name, 2026-11-18 03:00, 2 days before the scan; nothing has changed since".
    fn checked(&self, backup: &Backup) -> String {
        let since = if backup.recalled {
            "; nothing has changed since"
        } else {
            ""
        };
        let level = backup.verified.level.label();
        format!("{level}, {}{since}", self.when(backup.verified.at))
    }

    fn password(&self, backup: &Backup) -> String {
        let outcome = backup.password.label();
        match &backup.password_proof {
            Some(proof) => format!("{outcome}: {}, {}", proof.source, self.when(proof.at)),
            None => outcome.to_owned(),
        }
    }

    /// The first files of each kind that are not as the manifest promises.
    fn file_lists(&mut self, backup: &Backup) -> Vec<Vec<i32>> {
        let name = |file: &FileName| format!("{}/{}", file.domain, file.path);
        let missing = backup.missing_sample.iter().map(name).collect();
        let different = backup.different_sample.iter();
        let different = different.map(|found| format!("{}: {}", name(&found.file), found.how));
        let lists: [(&str, Vec<String>); 3] = [
            ("missing", missing),
            ("different", different.collect()),
            ("extra", backup.extra_sample.clone()),
        ];
        let told = lists.into_iter().filter(|(_, files)| !files.is_empty());
        told.map(|(kind, files)| self.file_list(kind, &files))
            .collect()
    }

    fn file_list(&mut self, kind: &str, files: &[String]) -> Vec<i32> {
        let count = files.len() as u64;
        let (are, count) = (
            if count == 1 { "is" } else { "are" },
            format::plural(count, "file", "files"),
        );
        let title = self.say(&format!("The first {count} that {are} {kind}"));
        let files = files.iter().map(|file| self.say(file));
        std::iter::once(title).chain(files).collect()
    }

    fn problem(&mut self, problem: &Problem) -> (i32, i32, i32) {
        let what = format!("Wanted {}, found {}.", problem.wanted, problem.found);
        (
            self.say(&problem.path.to_string_lossy()),
            self.say(&what),
            self.maybe(problem.remedy.as_deref().map(format::capital)),
        )
    }

    /// "2026-11-20 03:14, 2 days before the scan".
    fn when(&self, at: Timestamp) -> String {
        let now = self.sheet.results().scanned_at;
        let at_words = format::date_time(at, self.sheet.zone());
        match at.cmp(&now) {
            std::cmp::Ordering::Less => {
                format!("{at_words}, {} before the scan", format::elapsed(at, now))
            }
            std::cmp::Ordering::Equal => format!("{at_words}, during the scan"),
            std::cmp::Ordering::Greater => {
                format!("{at_words}, {} after the scan", format::elapsed(now, at))
            }
        }
    }

    fn say(&mut self, text: &str) -> i32 {
        self.texts.number(shown(text))
    }

    fn maybe(&mut self, text: Option<String>) -> i32 {
        text.map_or(UNTOLD, |text| self.say(&text))
    }

    fn pairs(&mut self, facts: &Facts) -> Vec<Pair> {
        let pairs = facts.iter();
        pairs
            .map(|(label, value)| (self.say(label), self.say(value)))
            .collect()
    }
}

fn worded(facts: Vec<(&'static str, Option<String>)>) -> Facts {
    let facts = facts.into_iter();
    facts
        .map(|(label, value)| (label.into(), or_untold(value)))
        .collect()
}

fn or_untold(value: Option<String>) -> String {
    value.unwrap_or_else(|| device::UNTOLD.into())
}

fn told(value: Option<bool>, otherwise: &str) -> String {
    value.map(format::yes_no).unwrap_or(otherwise).into()
}

fn who_and_how_sure(finding: &Finding) -> String {
    let who = format::capital(&finding.likely_fix.who);
    format!("{who} acts; confidence {}", finding.confidence.label())
}

fn waiver(waiver: &Waiver) -> String {
    match &waiver.until {
        Some(until) => format!("waived until {until}: {}", waiver.reason),
        None => format!("waived without end: {}", waiver.reason),
    }
}

/// Nobody says whether a device's gigabytes are of base 10 or of base 2; the ratio holds for both.
fn storage(mdm: &Mdm) -> String {
    match (mdm.available, mdm.capacity, mdm.capacity_told) {
        (Some(free), Some(all), _) => format!(
            "{} free ({free:.1} of {all:.1} GB as reported)",
            percent(free / all)
        ),
        (_, _, Some(all)) => format!("{:.1} {} in all, as reported", all.amount, unit(all.unit)),
        (Some(free), None, None) => format!("{free:.1} GB free, as reported"),
        (None, Some(all), None) => format!("{all:.1} GB in all, as reported"),
        (None, None, None) => device::UNTOLD.into(),
    }
}

fn unit(unit: CapacityUnit) -> &'static str {
    match unit {
        CapacityUnit::Bytes => "bytes",
        CapacityUnit::Megabytes => "MB",
        CapacityUnit::Gigabytes => "GB",
    }
}

fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

fn or_none(list: &[String]) -> String {
    if list.is_empty() {
        return "none".into();
    }
    list.join(", ")
}

fn apps(mdm: &Mdm) -> Facts {
    let lists = [
        ("Apps barred from backup", &mdm.apps_barred_from_backup),
        (
            "Apps removed with the enrolment",
            &mdm.apps_removed_with_enrolment,
        ),
    ];
    let told = lists.into_iter().filter(|(_, apps)| !apps.is_empty());
    told.map(|(label, apps)| (label.into(), apps.join(", ")))
        .collect()
}

fn restriction(mdm: &Mdm, key: &str, value: bool) -> (String, String) {
    let profiles = mdm
        .restriction_profiles
        .get(key)
        .map(|profiles| profiles.join(", "));
    let by = profiles.map_or(String::new(), |profiles| format!(", set by {profiles}"));
    (key.into(), format!("{value}{by}"))
}

fn files(backup: &Backup) -> String {
    let Some(files) = backup.files else {
        return "not checked".into();
    };
    let size = files
        .bytes
        .map_or(String::new(), |bytes| format!(", {}", format::size(bytes)));
    let expected = format::plural(files.expected, "file", "files");
    format!(
        "{expected} expected, {} missing, {} extra{size}",
        format::number(files.missing),
        format::number(files.extra)
    )
}
