//! Every target: its name, what it does with bytes, and what its corpus begins with.

use crate::seeds::{self, Seeds};
use crate::{backup, cli_inputs, documents, plists, results};

/// One reader of untrusted bytes.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name of the target, of its file in `fuzz_targets` and of its folder in `corpus`.
    pub name: &'static str,
    /// Reads the bytes and checks the invariants.
    pub run: fn(&[u8]),
    /// Small whole files to begin with.
    pub seeds: fn() -> Seeds,
}

/// All of them. A test holds this table, `Cargo.toml`, `fuzz_targets` and `corpus` together.
pub const TARGETS: &[Target] = &[
    target("archive", backup::archive, seeds::archives),
    target("bplist", plists::bplist, seeds::binary_plists),
    target("icloud_log", backup::icloud_log, seeds::icloud_logs),
    target("info_plist", backup::info_plist, seeds::info_plists),
    target(
        "history_store",
        cli_inputs::history_store,
        seeds::history_stores,
    ),
    target("inventory", documents::inventory, seeds::inventories),
    target("keybag", backup::keybag, seeds::keybags),
    target("manifest_db", backup::manifest_db, seeds::databases),
    target(
        "manifest_journal",
        backup::manifest_journal,
        seeds::manifest_journals,
    ),
    target(
        "manifest_plist",
        backup::manifest_plist,
        seeds::manifest_plists,
    ),
    target("mbdb", backup::mbdb, seeds::mbdbs),
    target("mdm", documents::mdm, seeds::mdm_documents),
    target("os_feed", documents::os_feed, seeds::os_feeds),
    target("passwords", cli_inputs::passwords, seeds::password_files),
    target("plan", documents::plan, seeds::plans),
    target("plist", plists::plist, seeds::plists),
    target("policy", results::policy, seeds::policies),
    target("results", results::results, seeds::stored_results),
    target("settings", cli_inputs::settings, seeds::settings_files),
    target("status_plist", backup::status_plist, seeds::status_plists),
    target(
        "system_status",
        documents::system_status,
        seeds::system_statuses,
    ),
];

const fn target(name: &'static str, run: fn(&[u8]), seeds: fn() -> Seeds) -> Target {
    Target { name, run, seeds }
}
