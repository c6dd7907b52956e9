//! All that is said of one device: its findings, its facts, its backups, and what could not be used.
//!
//! Texts are as they came from devices and files: the printer escapes them.

use std::cmp::Ordering;

use fleetback_scanner::model::backup::FileName;
use fleetback_scanner::model::management::{CapacityUnit, Validity};
use fleetback_scanner::model::problem::Problem;
use jiff::Timestamp;

use super::action::{Action, action};
use super::attempt::attempt;
use super::device::{UNKNOWN, currency};
use super::labelled::{LabelledValue, LabelledValues, labelled};
use super::report::ReportView;
use super::source::{evidence_origin, icloud_origin, mdm_origin};
use super::support_request::support_request;
use super::{history, policy};
use crate::format::{self, AgeLimits, Label};
use crate::results::{
    Backup, Device, Evidence, Finding, Icloud, IcloudAttempt, Mdm, Severity, Waiver,
};

/// All that is said of one device.
pub(crate) struct Details {
    pub(crate) findings: Vec<FindingDetails>,
    /// Facts under their headings.
    pub(crate) sections: Vec<(&'static str, LabelledValues)>,
    pub(crate) backups: Vec<BackupDetails>,
    pub(crate) problems: Vec<ProblemDetails>,
}

/// One finding.
pub(crate) struct FindingDetails {
    pub(crate) severity: Severity,
    pub(crate) code: &'static str,
    pub(crate) cause: String,
    pub(crate) why: String,
    /// None of a remark on a device that is in order.
    pub(crate) action: Option<Action>,
    pub(crate) waiver: Option<String>,
    /// What it rests on and where that was read; the rules of a benchmark that speak of it.
    pub(crate) grounds: LabelledValues,
    /// The lines of what Apple Support is handed.
    pub(crate) hand_over: Vec<String>,
}

/// One local backup.
pub(crate) struct BackupDetails {
    pub(crate) title: String,
    pub(crate) good: bool,
    pub(crate) facts: LabelledValues,
    pub(crate) file_lists: Vec<FileList>,
}

/// The first files of one kind that are not as the manifest lists them.
pub(crate) struct FileList {
    pub(crate) title: String,
    pub(crate) files: Vec<String>,
}

/// Something of a backup that could not be used.
pub(crate) struct ProblemDetails {
    pub(crate) path: String,
    pub(crate) what: String,
    pub(crate) remedy: Option<String>,
}

/// All that is said of a device.
pub(crate) fn details(view: &ReportView<'_>, device: &Device) -> Details {
    let writer = DetailsWriter {
        view,
        age_limits: view.results().policy.of(device).age_limits(),
    };
    let problems = device.backups.iter().flat_map(|backup| &backup.problems);
    Details {
        findings: (device.findings.iter())
            .map(|finding| writer.finding(device, finding))
            .collect(),
        sections: writer.sections(device),
        backups: (device.backups.iter())
            .map(|backup| writer.backup(backup))
            .collect(),
        problems: problems.map(problem).collect(),
    }
}

/// Knows the time zone, the time of the scan and the limits of the device.
struct DetailsWriter<'a> {
    view: &'a ReportView<'a>,
    age_limits: AgeLimits,
}

impl DetailsWriter<'_> {
    /// A stored text with its instants in the zone of the reader.
    fn read(&self, text: &str) -> String {
        self.view.read(text)
    }

    /// The lines of a text that goes to somebody who does not see the report.
    fn lines(&self, text: Option<&str>) -> Vec<String> {
        let text = text.map(|text| format::in_named_zone(text, self.view.zone()));
        let lines = text.iter().flat_map(|text| text.lines());
        lines.map(str::to_owned).collect()
    }

    fn finding(&self, device: &Device, finding: &Finding) -> FindingDetails {
        FindingDetails {
            severity: finding.severity,
            code: finding.code.id(),
            cause: self.view.results().cause(&finding.cause).to_owned(),
            why: self.read(self.view.results().why(finding)),
            action: action(device, finding),
            waiver: finding.waived.as_ref().map(waiver),
            grounds: self.grounds(finding),
            hand_over: self.lines(support_request(self.view, device, finding).as_deref()),
        }
    }

    /// What a finding rests on, and the rules of a benchmark that speak of it.
    fn grounds(&self, finding: &Finding) -> LabelledValues {
        let evidence = finding.evidence.iter().map(|one| self.evidence(one));
        let rules = policy::references(&finding.references).map(|rules| {
            labelled(
                rules,
                format!("rules that ask for {}", policy::demands(finding)),
            )
        });
        evidence.chain(rules).collect()
    }

    fn evidence(&self, evidence: &Evidence) -> LabelledValue {
        let source = evidence_origin(self.view.results(), evidence);
        let source = match evidence.observed_at {
            Some(at) => format!("{source}, {}", self.when(at)),
            None => source,
        };
        labelled(self.read(&evidence.text), source)
    }

    fn sections(&self, device: &Device) -> Vec<(&'static str, LabelledValues)> {
        let sections = [
            ("Device", self.identity(device)),
            ("iCloud", self.icloud(&device.icloud)),
            ("MDM", self.mdm(device.mdm.as_ref())),
        ];
        let past = history::facts(self.view, device);
        let past = past.map(|facts| ("History", worded(facts)));
        let sections = sections.into_iter().chain(past);
        let filled = sections.map(|(title, facts)| (title, with_content(facts)));
        filled.filter(|(_, facts)| !facts.is_empty()).collect()
    }

    fn backup(&self, backup: &Backup) -> BackupDetails {
        let state = format::capital(backup.state.label());
        let archived = if backup.archived {
            ", archived copy"
        } else {
            ""
        };
        BackupDetails {
            title: format!(
                "{state}{archived}, restorable: {}",
                backup.restorable.label()
            ),
            good: backup.good,
            facts: with_content(self.backup_facts(backup)),
            file_lists: file_lists(backup),
        }
    }

    fn identity(&self, device: &Device) -> LabelledValues {
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
            (
                "Newest for its model",
                Some(currency(self.view.results(), &device.os)),
            ),
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
                Some(format::limit(device.max_age_days)),
            ),
            ("Group of the policy", device.policy_group.clone()),
            (
                "Last attempt",
                device
                    .newest_attempt()
                    .map(|last| attempt(device, &last, &self.when(last.at))),
            ),
            (
                "In the inventory",
                device.in_inventory.map(|is| format::yes_no(is).to_owned()),
            ),
        ];
        facts
            .into_iter()
            .map(|(label, value)| labelled(label, or_unknown(value)))
            .collect()
    }

    fn icloud(&self, icloud: &Icloud) -> LabelledValues {
        let facts = [
            ("iCloud Backup on", yes_no_or(icloud.enabled, UNKNOWN)),
            (
                "Last backup",
                or_unknown(icloud.last_date.map(|at| self.when(at))),
            ),
            ("Counts as good", format::yes_no(icloud.good).into()),
            (
                "Source",
                or_unknown(icloud_origin(self.view.results(), icloud)),
            ),
            (
                "As of",
                or_unknown(icloud.observed_at.map(|at| self.when(at))),
            ),
        ];
        let attempts = icloud
            .attempts
            .iter()
            .map(|attempt| self.icloud_attempt(attempt));
        facts
            .map(|(label, value)| labelled(label, value))
            .into_iter()
            .chain(attempts)
            .collect()
    }

    fn icloud_attempt(&self, attempt: &IcloudAttempt) -> LabelledValue {
        let meaning = attempt.meaning.as_deref().unwrap_or("unknown error code");
        let label = format::date_time(attempt.at, self.view.zone());
        labelled(
            label,
            format!("{meaning} ({} {})", attempt.domain, attempt.code),
        )
    }

    fn mdm(&self, mdm: Option<&Mdm>) -> LabelledValues {
        let Some(mdm) = mdm else {
            return vec![labelled("MDM", "no document mentions this device")];
        };
        let facts = [
            (
                "Last seen",
                or_unknown(mdm.last_seen.map(|at| self.when(at))),
            ),
            ("Source", or_unknown(mdm_origin(self.view.results(), mdm))),
            ("Trusted", format::yes_no(mdm.trusted).into()),
            ("Supervised", yes_no_or(mdm.supervised, UNKNOWN)),
            ("User Enrollment", yes_no_or(mdm.user_enrollment, UNKNOWN)),
            ("Lost mode", yes_no_or(mdm.lost_mode, UNKNOWN)),
            ("Find My", yes_no_or(mdm.find_my, UNKNOWN)),
            ("Activation Lock", yes_no_or(mdm.activation_lock, UNKNOWN)),
            ("Storage", storage(mdm)),
        ];
        let rarely_known = self.mdm_if_known(mdm);
        let restrictions = mdm
            .restrictions
            .iter()
            .map(|(key, value)| restriction(mdm, key, *value));
        let facts = facts.map(|(label, value)| labelled(label, value));
        let facts = facts.into_iter().chain(rarely_known);
        facts.chain(restrictions).chain(apps(mdm)).collect()
    }

    /// Facts that few sources have: a row of "unknown" for each would bury the others.
    fn mdm_if_known(&self, mdm: &Mdm) -> LabelledValues {
        let when = |at: Option<Timestamp>| at.map(|at| self.when(at));
        let yes_no = |value: Option<bool>| value.map(|value| format::yes_no(value).to_owned());
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
            ("Battery", mdm.battery.map(format::percent)),
            (
                "Last computer backup (reported)",
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
        let known = facts
            .into_iter()
            .filter_map(|(label, value)| Some(labelled(label, value?)));
        known.collect()
    }

    fn certificates(&self, all: &[Validity]) -> String {
        let one = |validity: &Validity| {
            let day = |at| format::date(at, self.view.zone());
            format!("{} to {}", day(validity.from), day(validity.until))
        };
        or_none(&all.iter().map(one).collect::<Vec<_>>())
    }

    fn backup_facts(&self, backup: &Backup) -> LabelledValues {
        let when = |at: Option<Timestamp>| or_unknown(at.map(|at| self.when(at)));
        let facts = [
            ("State", self.read(&backup.state_reason)),
            (
                "Restorable",
                format!(
                    "{}: {}",
                    backup.restorable.label(),
                    self.read(&backup.restorable_reason)
                ),
            ),
            ("Completed", when(backup.completed_at)),
            ("Status.plist", when(backup.status_date)),
            ("Manifest.plist", when(backup.manifest_date)),
            ("Info.plist", when(backup.info_date)),
            ("Encrypted", yes_no_or(backup.encrypted, UNKNOWN)),
            ("Password", self.password(backup)),
            ("Files", files(backup)),
            ("Checked", self.checked(backup)),
            ("Computer", backup.host.clone()),
            ("Folder", backup.path.to_string_lossy().into_owned()),
            ("Written by", backup.kind_of_host_tool.label().into()),
        ];
        facts
            .into_iter()
            .map(|(label, value)| labelled(label, value))
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

    /// "2026-11-20 03:14, 2 days before the scan".
    fn when(&self, at: Timestamp) -> String {
        let now = self.view.results().scanned_at;
        let at_words = format::date_time(at, self.view.zone());
        let age = |then, now| format::age(then, now, &self.age_limits).words();
        match at.cmp(&now) {
            Ordering::Less => format!("{at_words}, {} before the scan", age(at, now)),
            Ordering::Equal => format!("{at_words}, during the scan"),
            Ordering::Greater => format!("{at_words}, {} after the scan", age(now, at)),
        }
    }
}

/// Without the rows that say nothing.
fn with_content(facts: LabelledValues) -> LabelledValues {
    let known = facts.into_iter().filter(|fact| fact.value != UNKNOWN);
    known.collect()
}

fn file_lists(backup: &Backup) -> Vec<FileList> {
    let name = |file: &FileName| format!("{}/{}", file.domain, file.path);
    let missing = backup.missing_sample.iter().map(name).collect();
    let different = backup
        .different_sample
        .iter()
        .map(|found| format!("{}: {}", name(&found.file), found.how));
    let lists: [(&str, Vec<String>); 3] = [
        ("missing", missing),
        ("different", different.collect()),
        ("extra", backup.extra_sample.clone()),
    ];
    let filled = lists.into_iter().filter(|(_, files)| !files.is_empty());
    filled.map(|(kind, files)| file_list(kind, files)).collect()
}

/// "The first 3 files that are missing".
fn file_list(kind: &str, files: Vec<String>) -> FileList {
    let are = if files.len() == 1 { "is" } else { "are" };
    let count = format::plural(files.len() as u64, "file", "files");
    FileList {
        title: format!("The first {count} that {are} {kind}"),
        files,
    }
}

fn problem(problem: &Problem) -> ProblemDetails {
    ProblemDetails {
        path: problem.path.to_string_lossy().into_owned(),
        what: format::sentence(&problem.reason()),
        remedy: problem.remedy.as_deref().map(format::capital),
    }
}

fn worded(facts: Vec<(&'static str, Option<String>)>) -> LabelledValues {
    facts
        .into_iter()
        .map(|(label, value)| labelled(label, or_unknown(value)))
        .collect()
}

fn or_unknown(value: Option<String>) -> String {
    value.unwrap_or_else(|| UNKNOWN.into())
}

fn yes_no_or(value: Option<bool>, otherwise: &str) -> String {
    value.map(format::yes_no).unwrap_or(otherwise).into()
}

fn waiver(waiver: &Waiver) -> String {
    match &waiver.until {
        Some(until) => format!("waived until {until}: {}", waiver.reason),
        None => format!("waived without end: {}", waiver.reason),
    }
}

/// The part that is free, and the whole in the unit that was reported: whether that is of base 10 or of
/// base 2 is unknown, and the ratio holds for both.
fn storage(mdm: &Mdm) -> String {
    let free = mdm
        .available
        .zip(mdm.capacity)
        .map(|(free, all)| format!("{} free", format::percent(free / all)));
    let whole = mdm
        .capacity_told
        .map(|all| format!("{:.1} {} in all, as reported", all.amount, unit(all.unit)));
    let parts: Vec<_> = [free, whole].into_iter().flatten().collect();
    match parts.is_empty() {
        true => UNKNOWN.into(),
        false => parts.join("; "),
    }
}

fn unit(unit: CapacityUnit) -> &'static str {
    match unit {
        CapacityUnit::Bytes => "bytes",
        CapacityUnit::Megabytes => "MB",
        CapacityUnit::Gigabytes => "GB",
    }
}

fn or_none(list: &[String]) -> String {
    if list.is_empty() {
        return "none".into();
    }
    list.join(", ")
}

fn apps(mdm: &Mdm) -> LabelledValues {
    let lists = [
        ("Apps barred from backup", &mdm.apps_barred_from_backup),
        (
            "Apps removed with the enrolment",
            &mdm.apps_removed_with_enrolment,
        ),
    ];
    let filled = lists.into_iter().filter(|(_, apps)| !apps.is_empty());
    filled
        .map(|(label, apps)| labelled(label, apps.join(", ")))
        .collect()
}

fn restriction(mdm: &Mdm, key: &str, value: bool) -> LabelledValue {
    let profiles = mdm
        .restriction_profiles
        .get(key)
        .map(|profiles| profiles.join(", "));
    let by = profiles.map_or(String::new(), |profiles| format!(", set by {profiles}"));
    labelled(key, format!("{value}{by}"))
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
