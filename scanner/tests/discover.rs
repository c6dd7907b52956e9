//! What discovery makes of trees: which folders are backups, whose they are, and what is told of the rest.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot build its tree ends here"
)]

mod common;

use std::path::PathBuf;

use common::{NEW, Tree, fill};
use fleetback_scanner::discover::documents::documents;
use fleetback_scanner::discover::roots::{Discovery, discover};
use fleetback_scanner::work::progress::Silent;

fn search(tree: &Tree, roots: &[&str]) -> Discovery {
    let roots: Vec<PathBuf> = roots.iter().map(|root| tree.path(&fill(root))).collect();
    discover(&roots, "here", &Silent)
}

fn build(lines: &[&str]) -> Tree {
    let lines: Vec<String> = lines.iter().map(|line| fill(line)).collect();
    Tree::new(&lines.iter().map(String::as_str).collect::<Vec<_>>())
}

fn filled(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| fill(line)).collect()
}

/// Builds a tree, searches `roots`, and compares "host path" of the backups and the problems told.
#[track_caller]
fn check(lines: &[&str], roots: &[&str], backups: &[&str], told: &[&str]) {
    let tree = build(lines);
    let found = search(&tree, roots);
    let got: Vec<String> = found
        .backups
        .iter()
        .map(|backup| format!("{} {}", backup.host, tree.short(&backup.path)))
        .collect();
    assert_eq!(got, filled(backups), "backups");
    assert_eq!(tree.told(&found.problems), filled(told), "problems");
}

#[test]
fn a_root_is_one_backup() {
    check(&["{NEW}/Info.plist"], &["{NEW}"], &["here {NEW}"], &[]);
    check(&["phone/Manifest.db"], &["phone"], &["here phone"], &[]);
}

#[test]
fn a_root_is_a_location() {
    check(
        &[
            "Backup/{NEW}/",
            "Backup/{OLD}/",
            "Backup/{NEW}-20220907-105238/",
            "Backup/{OLD}-20220907-105238/",
        ],
        &["Backup"],
        &[
            "here Backup/{NEW}",
            "here Backup/{NEW}-20220907-105238",
            "here Backup/{OLD}",
            "here Backup/{OLD}-20220907-105238",
        ],
        &[],
    );
    check(
        &["MobileSync/Backup/{NEW}/"],
        &["MobileSync"],
        &["here MobileSync/Backup/{NEW}"],
        &[],
    );
}

#[test]
fn a_root_is_a_home() {
    check(
        &["anna/{FINDER}/{NEW}/"],
        &["anna"],
        &["here anna/{FINDER}/{NEW}"],
        &[],
    );
    check(
        &["ben/{ITUNES}/{NEW}/", "ben/{DEVICES}/{OLD}/"],
        &["ben"],
        &["here ben/{ITUNES}/{NEW}", "here ben/{DEVICES}/{OLD}"],
        &[],
    );
}

#[test]
fn the_folders_of_people_are_searched_in_a_home() {
    check(
        &[
            "anna/{FINDER}/",
            "anna/Desktop/iPhone backups/{NEW}/Status.plist",
            "anna/Documents/Phones/2025/Anna/Status.plist",
            "anna/Documents/Phones/2025/Anna/Info.plist",
            "anna/Library/Caches/{OLD}/Status.plist",
            "anna/AppData/Local/Temp/{OLD}/Status.plist",
            "anna/.cache/{OLD}/Status.plist",
        ],
        &["anna"],
        &[
            "here anna/Desktop/iPhone backups/{NEW}",
            "here anna/Documents/Phones/2025/Anna",
        ],
        &["note anna/{FINDER}: a folder for backups with none in it"],
    );
}

#[test]
fn a_home_is_searched_to_a_bound_and_the_bound_is_told() {
    let words = "1 home searched in part: in the standard locations, and in the other folders 5 levels deep and 1000 folders far; not in Library, AppData, Applications, hidden folders and what lies deeper: anna";
    let bound = format!("note anna: {words}");
    check(
        &["anna/{FINDER}/{NEW}/", "anna/1/2/3/4/5/file"],
        &["anna"],
        &["here anna/{FINDER}/{NEW}"],
        &[],
    );
    check(
        &["anna/{FINDER}/{NEW}/", "anna/1/2/3/4/{OLD}/"],
        &["anna"],
        &["here anna/1/2/3/4/{OLD}", "here anna/{FINDER}/{NEW}"],
        &[],
    );
    check(
        &["anna/{FINDER}/{NEW}/", "anna/1/2/3/4/5/{OLD}/"],
        &["anna"],
        &["here anna/{FINDER}/{NEW}"],
        &[&bound],
    );
    let many: Vec<String> = (0..1_001).map(|n| format!("anna/f{n:04}/")).collect();
    let mut lines = vec![
        "anna/{FINDER}/{NEW}/",
        "anna/a/{OLD}/",
        "anna/f0000/{NEW2}/",
    ];
    lines.extend(many.iter().map(String::as_str));
    check(&lines, &["anna"], &["here anna/{FINDER}/{NEW}"], &[&bound]);
    lines.truncate(1_001);
    let found = search(&build(&lines), &["anna"]);
    assert_eq!((found.backups.len(), found.left_out), (2, true));
    lines.truncate(1_000);
    let found = search(&build(&lines), &["anna"]);
    assert_eq!((found.backups.len(), found.left_out), (3, false));
}

#[test]
fn the_store_programs_of_windows_are_redirected() {
    let place = "ben/AppData/Local/Packages/AppleInc.iTunes_abc123/LocalCache/Roaming/Apple Computer/MobileSync/Backup";
    check(
        &[
            &format!("{place}/{{NEW}}/"),
            "ben/AppData/Local/Packages/AppleInc.Other/LocalCache/",
            "ben/AppData/Local/Packages/Else_1/LocalCache/Roaming/Apple Computer/MobileSync/Backup/{OLD}/",
        ],
        &["ben"],
        &[&format!("here {place}/{{NEW}}")],
        &[],
    );
}

#[test]
fn a_root_is_a_folder_of_homes() {
    check(
        &[
            "Users/anna/{FINDER}/{NEW}/",
            "Users/ben/{DEVICES}/{OLD}/",
            "Users/Shared/readme.txt",
        ],
        &["Users"],
        &[
            "here Users/anna/{FINDER}/{NEW}",
            "here Users/ben/{DEVICES}/{OLD}",
        ],
        &[],
    );
}

#[test]
fn a_root_is_a_whole_disk() {
    check(
        &[
            "disk/System/{OLD}/",
            "disk/Library/Application Support/Apple/",
            "disk/Users/anna/{FINDER}/{NEW}/",
            "disk/Old phones/{NEW2}/",
        ],
        &["disk"],
        &[
            "here disk/Old phones/{NEW2}",
            "here disk/Users/anna/{FINDER}/{NEW}",
        ],
        &[],
    );
}

#[test]
fn a_root_is_a_share_of_hosts() {
    check(
        &[
            "share/mac-1/Users/anna/{FINDER}/{NEW}/",
            "share/pc-2/Users/ben/{ITUNES}/{NEW}/",
            "share/pc-3/MobileSync/Backup/{NEW}/",
            "share/pi-4/{NEW}/",
            "share/pi-4/{OLD}/",
            "share/readme.txt",
        ],
        &["share"],
        &[
            "mac-1 share/mac-1/Users/anna/{FINDER}/{NEW}",
            "pc-2 share/pc-2/Users/ben/{ITUNES}/{NEW}",
            "pc-3 share/pc-3/MobileSync/Backup/{NEW}",
            "pi-4 share/pi-4/{NEW}",
            "pi-4 share/pi-4/{OLD}",
        ],
        &[],
    );
}

#[test]
fn the_parts_of_one_host_are_not_hosts() {
    check(
        &["top/Users/anna/{FINDER}/{NEW}/"],
        &["top"],
        &["here top/Users/anna/{FINDER}/{NEW}"],
        &[],
    );
    check(
        &["top/old/{NEW}/", "top/{OLD}/"],
        &["top"],
        &["here top/{OLD}", "here top/old/{NEW}"],
        &[],
    );
}

#[test]
fn a_renamed_backup_is_told_from_an_app_bundle() {
    check(
        &[
            "root/Anna's old phone/Info.plist",
            "root/Anna's old phone/Status.plist",
            "root/iOS 9/Manifest.mbdb",
            "root/half done/Info.plist",
            "root/half done/Snapshot/",
            "root/Tool.app/Contents/Info.plist",
            "root/enterprise/Manifest.plist",
        ],
        &["root"],
        &[
            "here root/Anna's old phone",
            "here root/half done",
            "here root/iOS 9",
        ],
        &[
            "note root/Tool.app: a folder that holds nothing of a backup",
            "note root/enterprise: a folder that holds nothing of a backup",
        ],
    );
}

#[test]
fn what_lies_beside_backups_is_told_for_what_it_is() {
    check(
        &[
            "Backup/{NEW}/Info.plist",
            "Backup/.DS_Store",
            "Backup/desktop.ini",
            "Backup/Thumbs.db",
            "Backup/._Info.plist",
            "Backup/a.txt",
            "Backup/b.zip",
            "Backup/iMazing.Versions/Versions/{OLD}/Info.plist",
            "Backup/_unback_/{OLD}/Info.plist",
            "Backup/empty/",
        ],
        &["Backup"],
        &["here Backup/{NEW}"],
        &[
            "note Backup: 1 file beside the backups: a.txt",
            "note Backup: 1 archive or disk images, which are not looked into: b.zip",
            "note Backup/_unback_: files that idevicebackup2 unpacked from a backup; not a backup",
            "note Backup/empty: a folder that holds nothing of a backup",
            "note Backup/iMazing.Versions: iMazing's own snapshots of earlier backups, which Apple's tools cannot restore; not read",
        ],
    );
}

#[test]
fn archives_where_backups_lie_are_told() {
    let tree = build(&[
        "MobileSync/Backup/{NEW}.zip",
        "MobileSync/Backup/{OLD}.tar.gz",
        "MobileSync/Backup/Anna.imazing",
    ]);
    let found = search(&tree, &["MobileSync"]);
    let told = tree.told(&found.problems);
    let wanted = filled(&[
        "note MobileSync/Backup: 3 archives or disk images, which are not looked into: {NEW}.zip, Anna.imazing, {OLD}.tar.gz",
    ]);
    assert!(told.contains(&wanted[0]), "{told:?}");
    assert!(found.left_out);
    let tree = build(&["share/pc/docs/photos.zip", "share/pc/{NEW}/"]);
    let found = search(&tree, &["share"]);
    assert_eq!(
        (tree.told(&found.problems).len(), found.left_out),
        (0, false)
    );
}

#[test]
fn many_folders_beside_a_backup_are_counted() {
    let folders: Vec<String> = (0..22).map(|n| format!("Backup/f{n:02}/")).collect();
    let mut lines = vec!["Backup/{NEW}/Info.plist"];
    lines.extend(folders.iter().map(String::as_str));
    let tree = build(&lines);
    let found = search(&tree, &["Backup"]);
    let told = tree.told(&found.problems);
    assert_eq!(told.len(), 21);
    assert_eq!(
        told[0],
        "note Backup: 2 more folders that hold nothing of a backup"
    );
}

#[test]
fn a_stray_file_hides_no_backup() {
    for stray in [
        "Manifest.db",
        "Manifest.mbdb",
        "Status.plist",
        "INFO.PLIST",
        "Info.plist|Status.plist|Manifest.db",
        "Info.plist|Snapshot/",
        "Manifest.plist|00/",
    ] {
        let strays = |folder: &str| -> Vec<String> {
            let names = stray.split('|');
            names.map(|name| format!("{folder}/{name}")).collect()
        };
        let backups = [
            "share/mac-1/Users/anna/{FINDER}/{NEW}/Status.plist",
            "share/pi-4/{OLD}/Status.plist",
        ];
        for folder in [
            "share",
            "share/mac-1",
            "share/mac-1/Users",
            "share/mac-1/Users/anna",
            "share/mac-1/Users/anna/{FINDER}",
            "share/pi-4",
        ] {
            let strays = strays(folder);
            let mut lines = backups.to_vec();
            lines.extend(strays.iter().map(String::as_str));
            let tree = build(&lines);
            let found = search(&tree, &["share"]);
            let got: Vec<String> = (found.backups.iter())
                .map(|backup| format!("{} {}", backup.host, tree.short(&backup.path)))
                .collect();
            let wanted = filled(&[
                "mac-1 share/mac-1/Users/anna/{FINDER}/{NEW}",
                "pi-4 share/pi-4/{OLD}",
            ]);
            assert_eq!(got, wanted, "{stray} in {folder}");
        }
    }
}

#[test]
fn a_folder_of_any_name_with_payload_of_its_own_is_a_backup_too() {
    let payload = format!("phone/3d/3d{}", "0".repeat(38));
    check(
        &[&payload, "phone/Info.plist", "phone/{NEW}/Status.plist"],
        &["phone"],
        &["here phone", "here phone/{NEW}"],
        &[],
    );
    check(&[&payload], &["phone"], &["here phone"], &[]);
    check(
        &[&format!("git/objects/3d/{}", "0".repeat(38)), "git/{NEW}/"],
        &["git"],
        &["here git/{NEW}"],
        &["note git/objects: a folder that holds nothing of a backup"],
    );
    check(
        &["MobileSync/Backup/Manifest.db"],
        &["MobileSync"],
        &[],
        &[
            "note MobileSync: a folder that was searched and holds no backups",
            "note MobileSync/Backup: 1 file beside the backups: Manifest.db",
            "note MobileSync/Backup: a folder for backups with none in it",
        ],
    );
}

#[test]
fn an_empty_list_alone_is_no_backup() {
    let tree = build(&["root/phone/", "root/{NEW}/Status.plist"]);
    std::fs::write(tree.path("root/phone/Manifest.db"), "").unwrap();
    let found = search(&tree, &["root"]);
    assert_eq!(found.backups.len(), 1);
    std::fs::write(tree.path("root/phone/Manifest.db"), "SQLite").unwrap();
    let found = search(&tree, &["root"]);
    assert_eq!(found.backups.len(), 2);
}

#[test]
fn a_stub_stands_for_the_file_that_was_not_downloaded() {
    check(
        &[
            "root/phone/.Manifest.db.icloud",
            "root/iPad/Status.plist.nextcloud",
            "root/iPad/Info.plist",
            "root/other/.Status.plist.icloud",
        ],
        &["root"],
        &["here root/iPad", "here root/phone"],
        &["note root/other: a folder that holds nothing of a backup"],
    );
}

#[test]
fn names_are_compared_without_case() {
    check(
        &[
            "root/phone/STATUS.PLIST",
            "root/phone/INFO.PLIST",
            "share/MOBILESYNC/BACKUP/{NEW}/STATUS.PLIST",
        ],
        &["root", "share"],
        &["here root/phone", "here share/MOBILESYNC/BACKUP/{NEW}"],
        &[],
    );
}

#[test]
fn a_backup_inside_a_folder_of_its_own_name() {
    check(
        &["root/{NEW}/{NEW}/Status.plist", "root/{OLD}/{NEW2}/"],
        &["root"],
        &["here root/{NEW}/{NEW}", "here root/{OLD}/{NEW2}"],
        &[],
    );
    check(
        &[
            "root/{NEW}/Status.plist",
            "root/{NEW}/Info.plist",
            "root/{NEW}/{OLD}/Info.plist",
        ],
        &["root"],
        &["here root/{NEW}", "here root/{NEW}/{OLD}"],
        &[],
    );
    // Of another device even less is told.
    check(
        &[
            "root/{NEW}/Info.plist",
            "root/{NEW}/{OLD}/Status.plist",
            "root/{NEW}/{OLD}/Info.plist",
        ],
        &["root"],
        &["here root/{NEW}", "here root/{NEW}/{OLD}"],
        &[],
    );
    check(
        &[
            "root/{NEW}/Info.plist",
            "root/{NEW}/copy/{NEW}/Status.plist",
            "root/{NEW}/copy/{NEW}/Info.plist",
        ],
        &["root"],
        &["here root/{NEW}/copy/{NEW}"],
        &["note root/{NEW}: 1 file beside the backups: Info.plist"],
    );
}

#[test]
fn the_parts_of_a_backup_are_not_searched() {
    check(
        &[
            "Backup/{NEW}/Status.plist",
            "Backup/{NEW}/Snapshot/Manifest.db",
            "Backup/{NEW}/Snapshot/{OLD}/Status.plist",
            "Backup/{NEW}/00/{OLD}/Status.plist",
            "Backup/{NEW}/_unback_/{OLD}/Status.plist",
            "Backup/{NEW}/_BackupExplorer/Manifest.db",
        ],
        &["Backup"],
        &["here Backup/{NEW}"],
        &[],
    );
}

#[test]
fn what_was_deleted_does_not_count_and_is_told() {
    for bin in [
        "#recycle",
        "@Recycle",
        "$RECYCLE.BIN",
        ".Trash",
        ".Trashes/501",
        ".Trash-1000/files",
        ".stversions",
        ".dropbox.cache/2026-11-19",
        "#snapshot/daily",
        "~snapshot",
        ".zfs/snapshot/a",
        ".recycle/anna",
        "@Recently-Snapshot/GMT",
        "Network Trash Folder",
        "RECYCLER",
        ".Recycle.Bin",
    ] {
        let top = bin.split('/').next().unwrap();
        check(
            &[
                &format!("share/{bin}/{{OLD}}/Status.plist"),
                "share/pc/{NEW}/",
            ],
            &["share"],
            &["pc share/pc/{NEW}"],
            &[&format!(
                "note share/{top}: a recycle bin or a folder of old versions, which does not count; it holds 1 backup: {{OLD}}"
            )],
        );
        check(
            &[&format!("share/{bin}/holiday.jpg"), "share/pc/{NEW}/"],
            &["share"],
            &["pc share/pc/{NEW}"],
            &[],
        );
    }
    // Whoever names a bin means it.
    check(
        &["#recycle/{NEW}/"],
        &["#recycle"],
        &["here #recycle/{NEW}"],
        &[],
    );
    // In a home, and beside backups.
    check(
        &[
            "anna/{FINDER}/.Trashes/{OLD}/",
            "anna/{FINDER}/{NEW}/",
            "anna/.Trash/phone/Status.plist",
            "anna/.Trash/phone/Info.plist",
        ],
        &["anna"],
        &["here anna/{FINDER}/{NEW}"],
        &[
            "note anna/.Trash: a recycle bin or a folder of old versions, which does not count; it holds 1 backup: phone",
            "note anna/{FINDER}/.Trashes: a recycle bin or a folder of old versions, which does not count; it holds 1 backup: {OLD}",
        ],
    );
}

#[test]
fn a_large_bin_is_looked_into_in_part() {
    let many: Vec<String> = (0..300)
        .map(|n| format!("share/#snapshot/d{n:03}/x/"))
        .collect();
    let mut lines = vec!["share/{NEW}/"];
    lines.extend(many.iter().map(String::as_str));
    check(
        &lines,
        &["share"],
        &["here share/{NEW}"],
        &[
            "note share/#snapshot: 1 recycle bin or folders of old versions, which do not count and were looked into in part: #snapshot",
        ],
    );
}

#[test]
fn a_root_that_is_missing_or_no_folder() {
    check(&[], &["gone"], &[], &["incomplete gone: no such folder"]);
    check(
        &["devices.csv"],
        &["devices.csv"],
        &[],
        &["incomplete devices.csv: something that is not a folder"],
    );
    check(
        &["root -> gone"],
        &["root"],
        &[],
        &["incomplete root: a link that leads nowhere"],
    );
    check(
        &["file", "root -> file"],
        &["root"],
        &[],
        &["incomplete root: something that is not a folder"],
    );
}

#[test]
fn an_empty_root_is_searched_and_said_so() {
    check(
        &["root/"],
        &["root"],
        &[],
        &["note root: a folder that was searched and holds no backups"],
    );
    check(
        &["Users/anna/{FINDER}/", "Users/ben/{FINDER}/{NEW}/"],
        &["Users"],
        &["here Users/ben/{FINDER}/{NEW}"],
        &["note Users/anna/{FINDER}: a folder for backups with none in it"],
    );
}

#[test]
fn a_link_at_the_root_at_a_location_and_at_a_backup_is_followed() {
    check(
        &["disk/{NEW}/", "root -> disk"],
        &["root"],
        &["here root/{NEW}"],
        &[],
    );
    check(
        &[
            "disk/{NEW}/",
            "anna/Library/Application Support/MobileSync/Backup -> ../../../../disk",
        ],
        &["anna"],
        &["here anna/{FINDER}/{NEW}"],
        &[],
    );
    check(
        &["disk/{NEW}/", "share/pc/MobileSync/Backup -> ../../../disk"],
        &["share"],
        &["pc share/pc/MobileSync/Backup/{NEW}"],
        &[],
    );
    check(
        &["disk/phone/Info.plist", "Backup/{NEW} -> ../disk/phone"],
        &["Backup"],
        &["here Backup/{NEW}"],
        &[],
    );
    check(
        &["disk/{NEW}/", "Backup/phone -> ../disk/{NEW}"],
        &["Backup"],
        &["here Backup/phone"],
        &[],
    );
}

#[test]
fn a_link_to_a_volume_that_is_not_there_is_missing_evidence() {
    check(
        &["anna/Library/Application Support/MobileSync/Backup -> /nowhere/at/all"],
        &["anna"],
        &[],
        &["incomplete anna/{FINDER}: a link to /nowhere/at/all that leads nowhere"],
    );
    check(
        &["Backup/{NEW} -> gone"],
        &["Backup"],
        &[],
        &["incomplete Backup/{NEW}: a link to gone that leads nowhere"],
    );
}

#[test]
fn every_folder_on_the_way_to_a_location_may_be_a_link_to_nowhere() {
    for (link, place) in [
        (
            "anna/Library/Application Support/MobileSync",
            "Library/Application Support",
        ),
        ("anna/Library/Application Support", "Library"),
        ("anna/Library", "AppData/Roaming"),
        ("anna/AppData/Roaming/Apple Computer", "AppData/Roaming"),
        ("anna/Apple/MobileSync/Backup", "Apple/MobileSync"),
        ("anna/Apple", "AppData/Roaming"),
        ("MobileSync", "Users/anna"),
        ("Users", "Old"),
    ] {
        let tree = build(&[
            &format!(
                "root/{}/",
                if place.starts_with("Old") || place.starts_with("Users") {
                    place.to_owned()
                } else {
                    format!("anna/{place}")
                }
            ),
            &format!("root/{link} -> /nowhere/at/all"),
        ]);
        let found = search(&tree, &["root"]);
        let wanted =
            format!("incomplete root/{link}: a link to /nowhere/at/all that leads nowhere");
        assert_eq!(tree.told(&found.problems), [wanted]);
        assert!(found.left_out);
    }
}

#[test]
fn a_root_behind_a_link_to_nowhere() {
    let tree = build(&[
        "anna/Library/Application Support/",
        "anna/Library/Application Support/MobileSync -> /nowhere",
    ]);
    let found = search(&tree, &["anna/{FINDER}"]);
    assert_eq!(
        tree.told(&found.problems),
        ["incomplete anna/Library/Application Support/MobileSync: a link that leads nowhere"]
    );
}

#[test]
fn a_link_at_mobilesync_is_followed() {
    check(
        &[
            "disk/Backup/{NEW}/",
            "share/pc/MobileSync -> ../../disk",
            "share/pi/{OLD}/",
        ],
        &["share"],
        &["pc share/pc/MobileSync/Backup/{NEW}", "pi share/pi/{OLD}"],
        &[],
    );
}

#[test]
fn a_link_in_the_place_of_a_home_a_computer_or_a_backup_is_missing_evidence() {
    let skipped = "in the place of a folder that holds backups; links are not followed here";
    check(
        &[
            "else/{FINDER}/{OLD}/",
            "Users/ben/{FINDER}/{NEW}/",
            "Users/anna -> ../else",
        ],
        &["Users"],
        &["here Users/ben/{FINDER}/{NEW}"],
        &[&format!(
            "incomplete Users/anna: a link to ../else {skipped}"
        )],
    );
    check(
        &[
            "else/{OLD}/",
            "share/pc-1/{NEW}/",
            "share/pc-2 -> ../else",
            "share/pc-3 -> /gone",
            "share/latest -> pc-1",
        ],
        &["share"],
        &["pc-1 share/pc-1/{NEW}"],
        &[
            "note share/latest: a link to pc-1; links are not followed here",
            &format!("incomplete share/pc-2: a link to ../else {skipped}"),
            "incomplete share/pc-3: a link to /gone that leads nowhere",
        ],
    );
    check(
        &[
            "else/Backup/",
            "root/{NEW}/",
            "root/gone -> nowhere",
            "root/file -> {NEW}/x",
            "root/{NEW}/x",
        ],
        &["root"],
        &["here root/{NEW}"],
        &[
            "note root/file: a link to {NEW}/x; links are not followed here",
            "incomplete root/gone: a link to nowhere that leads nowhere",
        ],
    );
    check(
        &[
            "disk/System/",
            "elsewhere/anna/{FINDER}/{NEW}/",
            "disk/Library/",
            "disk/Users -> ../elsewhere",
        ],
        &["disk"],
        &[],
        &[&format!(
            "incomplete disk/Users: a link to ../elsewhere {skipped}"
        )],
    );
}

#[test]
fn any_other_link_is_named() {
    check(
        &["root/{NEW}/", "else/{OLD}/", "root/more -> ../else"],
        &["root"],
        &["here root/{NEW}"],
        &["note root/more: a link to ../else; links are not followed here"],
    );
}

#[test]
fn links_to_each_other_are_told_once() {
    let many: Vec<String> = (0..60)
        .map(|n| {
            format!(
                "Backup/0000{n:04}-001A35E40212345E -> 0000{:04}-001A35E40212345E",
                (n + 1) % 60
            )
        })
        .collect();
    let mut lines = vec!["Backup/{NEW}/"];
    lines.extend(many.iter().map(String::as_str));
    let tree = build(&lines);
    let found = search(&tree, &["Backup"]);
    assert_eq!(
        (found.backups.len(), found.problems.len(), found.left_out),
        (1, 21, true)
    );
    let last = tree.told(&found.problems);
    assert!(last.contains(&"incomplete Backup: 40 more links, which were not followed".to_owned()));
}

#[test]
fn thousands_of_empty_folders_named_by_udids_are_one_problem() {
    let tree = build(&["Backup/{NEW}/Status.plist"]);
    for number in 0..2_003 {
        let path = tree.path("Backup").join(format!("00000000-{number:016}"));
        std::fs::create_dir(path).unwrap();
    }
    let found = search(&tree, &["Backup"]);
    assert_eq!(
        (found.backups.len(), found.problems.len(), found.left_out),
        (2_001, 1, true)
    );
    let told = &tree.told(&found.problems)[0];
    assert!(
        told.starts_with("incomplete Backup: 3 folders named by UDIDs that hold nothing"),
        "{told}"
    );
}

#[test]
fn loops_end() {
    check(
        &["share/pc/{NEW}/", "share/pc/MobileSync/Backup -> ../.."],
        &["share"],
        &["pc share/pc/{NEW}"],
        &[
            "note share/pc/MobileSync/Backup: a folder that another path led to already; it is read once",
        ],
    );
    check(
        &[
            "top/share/pc/{NEW}/",
            "top/share/pc/MobileSync/Backup -> ../../..",
        ],
        &["top/share"],
        &["pc top/share/pc/{NEW}"],
        &[
            "note top/share/pc/MobileSync/Backup/share/pc/{NEW}: the same folder as top/share/pc/{NEW}, which is read once",
            "note top/share/pc/MobileSync/Backup/share/pc/MobileSync/Backup: a folder that another path led to already; it is read once",
        ],
    );
    check(
        &["root/{NEW}/", "root/MobileSync/Backup -> Backup"],
        &["root"],
        &["here root/{NEW}"],
        &["incomplete root/MobileSync/Backup: a link to Backup that leads nowhere"],
    );
}

#[test]
fn one_folder_reached_twice_is_read_once() {
    check(
        &["Users/anna/{FINDER}/{NEW}/"],
        &["Users", "Users/anna"],
        &["here Users/anna/{FINDER}/{NEW}"],
        &["note Users/anna/{FINDER}/{NEW}: a folder that lies below two roots; it is read once"],
    );
    check(
        &["Backup/{NEW}/", "Backup/{NEW2} -> {NEW}"],
        &["Backup"],
        &["here Backup/{NEW}"],
        &["note Backup/{NEW2}: the same folder as Backup/{NEW}, which is read once"],
    );
}

#[test]
fn the_number_of_backups_below_each_root() {
    let tree = build(&["a/{NEW}/", "a/{OLD}/", "b/"]);
    let found = search(&tree, &["a", "b", "gone"]);
    let seen: Vec<u64> = found.roots.iter().map(|root| root.backups).collect();
    assert_eq!(seen, [2, 0, 0]);
}

#[test]
fn hosts_and_the_folders_that_tell_their_volumes() {
    let tree = build(&["share/pc-1/{NEW}/", "share/pc-2/MobileSync/Backup/"]);
    let found = search(&tree, &["share"]);
    let hosts: Vec<_> = found
        .hosts
        .iter()
        .map(|host| (host.name.as_str(), host.folders.clone()))
        .collect();
    let want = [
        ("pc-1", vec![tree.path("share/pc-1")]),
        ("pc-2", vec![tree.path("share/pc-2/MobileSync/Backup")]),
    ];
    assert_eq!(hosts, want);
}

#[test]
fn a_tree_too_deep_is_told() {
    let deep = "root/1/2/3/4/5/6/7/8/";
    check(
        &[&format!("{deep}file"), "root/{NEW}/"],
        &["root"],
        &["here root/{NEW}"],
        &["note root/1: a folder that holds nothing of a backup"],
    );
    check(
        &[&format!("{deep}{{OLD}}/")],
        &["root"],
        &[],
        &[
            "note root: a folder that was searched and holds no backups",
            "note root: 1 folder 8 levels deep, with folders in it that were not searched: 8",
        ],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn names_that_are_hard() {
    use std::os::unix::ffi::OsStrExt;
    let tree = build(&[
        "Backup/line\nbreak/Manifest.db",
        "Backup/<script>/Manifest.db",
        "Backup/=cmd|calc/Manifest.db",
    ]);
    let bytes = std::ffi::OsStr::from_bytes(b"Backup/\xff\xfe");
    std::fs::create_dir_all(tree.root().join(bytes)).unwrap();
    std::fs::write(tree.root().join(bytes).join("Manifest.db"), "SQLite").unwrap();
    let found = search(&tree, &["Backup"]);
    let names: Vec<&str> = found
        .backups
        .iter()
        .map(|backup| backup.folder_name.as_str())
        .collect();
    assert_eq!(
        names,
        ["<script>", "=cmd|calc", "line\nbreak", "\u{fffd}\u{fffd}"]
    );
    assert_eq!(tree.told(&found.problems), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn fifos_and_sockets_hang_nobody() {
    let tree = build(&["Backup/{NEW}/", "papers/a.plist"]);
    fleetback_testdata::disk::make_fifo(&tree.path("Backup/fifo")).unwrap();
    fleetback_testdata::disk::make_fifo(&tree.path("papers/fifo")).unwrap();
    fleetback_testdata::disk::make_socket(&tree.path("papers/socket")).unwrap();
    let found = search(&tree, &["Backup"]);
    assert_eq!(
        tree.told(&found.problems),
        ["note Backup: 1 file beside the backups: fifo"]
    );
    let (found, problems) = documents(&[tree.path("papers")]);
    assert_eq!(found, [tree.path("papers/a.plist")]);
    let words = "not a regular file (a FIFO, a socket or a device)";
    assert_eq!(
        tree.told(&problems),
        [
            format!("note papers/fifo: {words}"),
            format!("note papers/socket: {words}")
        ]
    );
    assert!(search(&tree, &["Backup/fifo"]).problems[0].found == "something that is not a folder");
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_read_is_never_a_folder_without_backups() {
    let tree = build(&["Users/anna/{FINDER}/{NEW}/", "Users/ben/{FINDER}/{NEW2}/"]);
    let closed = tree.path(&fill("Users/ben/{FINDER}"));
    fleetback_testdata::disk::forbid(&closed).unwrap();
    if std::fs::read_dir(&closed).is_ok() {
        eprintln!("skipped: this user (root) may read every folder");
        return;
    }
    let found = search(&tree, &["Users"]);
    std::fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert_eq!(found.backups.len(), 1);
    assert_eq!(
        tree.told(&found.problems),
        filled(&["incomplete Users/ben/{FINDER}: permission denied"])
    );
}

#[test]
fn a_dot_has_the_name_of_the_real_folder() {
    let tree = build(&["{NEW}/Info.plist"]);
    let root = tree.path(NEW).join("..").join(NEW).join(".");
    let found = discover(&[root], "here", &Silent);
    assert_eq!(found.backups[0].folder_name, NEW);
    let below = tree.path(NEW).join("00");
    std::fs::create_dir(&below).unwrap();
    let found = discover(&[below.join("..")], "here", &Silent);
    assert_eq!(found.backups[0].folder_name, NEW);
    assert!(found.backups[0].name.is_some());
}

#[test]
fn searching_leaves_no_trace() {
    let tree = build(&[
        "share/a/{NEW}/Info.plist",
        "share/b/Users/anna/{FINDER}/{NEW2}/Manifest.db",
        "papers/a.plist",
    ]);
    let before = tree.listing();
    let found = search(&tree, &["share"]);
    let (papers, _) = documents(&[tree.path("papers")]);
    assert_eq!((found.backups.len(), papers.len()), (2, 1));
    assert_eq!(tree.listing(), before);
}

#[track_caller]
fn check_documents(lines: &[&str], paths: &[&str], want: &[&str], told: &[&str]) {
    let tree = build(lines);
    let paths: Vec<PathBuf> = paths.iter().map(|path| tree.path(path)).collect();
    let (found, problems) = documents(&paths);
    let found: Vec<String> = found.iter().map(|path| tree.short(path)).collect();
    assert_eq!(found, filled(want));
    assert_eq!(tree.told(&problems), filled(told));
}

#[test]
fn documents_below_files_and_folders() {
    check_documents(
        &[
            "mdm/b.plist",
            "mdm/sub/a.json",
            "mdm/.hidden",
            "mdm/.git/config",
            "mdm/Thumbs.db",
            "x.csv",
        ],
        &["mdm", "x.csv"],
        &["mdm/b.plist", "mdm/sub/a.json", "x.csv"],
        &[],
    );
    check_documents(
        &["mdm/a.plist"],
        &["mdm", "mdm/a.plist"],
        &["mdm/a.plist"],
        &[],
    );
    check_documents(&["mdm/"], &["mdm"], &[], &[]);
    check_documents(&[], &["gone"], &[], &["incomplete gone: no such folder"]);
    check_documents(
        &["real.plist", "mdm/a -> ../real.plist"],
        &["mdm"],
        &[],
        &["note mdm/a: a link; links among MDM exports are not followed"],
    );
    check_documents(
        &["real/a.plist", "mdm -> real"],
        &["mdm"],
        &["mdm/a.plist"],
        &[],
    );
    check_documents(
        &["mdm/{NEW}/Manifest.db", "mdm/{OLD}/TokenUpdate.plist"],
        &["mdm"],
        &["mdm/{OLD}/TokenUpdate.plist"],
        &["note mdm/{NEW}: a local backup, which is not read as an MDM export"],
    );
}
