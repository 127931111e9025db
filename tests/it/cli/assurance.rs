//! Packs, coverage, mutants and differences through the real binary; the hook and the review script in a real
//! repository.

use std::path::Path;
use std::process::{Command, Output};

use insta::assert_snapshot;
use remit_tests::process::Remit;
use remit_tests::root;

use super::remit;

const SHOP: &str = "\
remit 1
policy shop

autonomy full
intent thanks {
  examples { \"Thank you\" }
  reply send from 0.80, else approval
}
intent other {
  examples { \"So\" }
  reply approval
}
limit daily: 3 replies per contact per day else approval
guard newcomers: approval when contact.new
guard unsure: approval when margin < 0.10

never send when contact.new

cases \"thanks\" {
  | intent thanks 0.90              -> send
  | intent thanks 0.90, contact.new -> approval
}
";
const PACK: &str = "# people who are polite\nintent thanks 0.95\nintent thanks 0.85\nintent other 0.50\n";

fn shop() -> Remit {
    let remit = remit();
    remit.write("shop.remit", SHOP);
    remit
}

fn there(remit: &Remit, name: &str) -> bool {
    remit.folder().join(name).exists()
}

#[test]
fn a_pack_is_written_looked_at_and_compared() {
    let remit = shop();
    remit.write("packs/shop/polite.pack", PACK);
    let snap = "packs/shop/snapshots/polite.snap";
    let waiting = "packs/shop/snapshots/polite.snap.new";
    let text = |name: &str| std::fs::read_to_string(remit.folder().join(name)).unwrap();

    let new = remit.run(&["test", "shop.remit"]);
    assert_eq!(new.code, Some(3), "{new:?}");
    assert!(there(&remit, waiting) && !there(&remit, snap));
    assert!(new.stdout.contains("it has no snapshot yet") && new.stdout.contains("2 passed, 1 failed"), "{new:?}");
    // An answer that is none is asked again; where answers end, it waits.
    let ended = remit.run_with(&["test", "shop.remit", "--review"], b"what?\n");
    assert!(ended.code == Some(3) && there(&remit, waiting), "{ended:?}");
    let accepted = remit.run_with(&["test", "shop.remit", "--review"], b"a\n");
    assert_eq!(accepted.code, Some(0), "{accepted:?}");
    assert!(there(&remit, snap) && !there(&remit, waiting));
    assert_snapshot!(text(snap));
    assert_eq!(remit.run(&["test", "."]).code, Some(0));

    remit.write("shop.remit", SHOP.replace("send from 0.80", "send from 0.90"));
    let changed = remit.run(&["test", "shop.remit"]);
    assert_eq!(changed.code, Some(3), "{changed:?}");
    assert_snapshot!(changed.stdout);
    let json = remit.run(&["test", "shop.remit", "--json"]).json_lines().remove(0);
    assert_eq!((&json["packs"][0]["state"], &json["failed"]), (&"changed".into(), &1.into()), "{json}");
    let junit = remit.run(&["test", "shop.remit", "--format", "junit"]).stdout;
    assert!(junit.contains("failures=\"1\"") && junit.contains("polite.pack"), "{junit}");
    let skipped = remit.run_with(&["test", "shop.remit", "--review"], b"s\n");
    assert!(skipped.code == Some(3) && there(&remit, waiting), "{skipped:?}");
    let rejected = remit.run_with(&["test", "shop.remit", "--review"], b"reject\n");
    assert!(rejected.code == Some(3) && !there(&remit, waiting), "{rejected:?}");
    assert!(text(snap).contains("intent thanks 0.85\n  -> send"), "the snapshot is as it was");
    assert_eq!(remit.run(&["test", "shop.remit", "--accept"]).code, Some(0));
    assert!(text(snap).contains("intent thanks 0.85\n  -> approval"));
    // What waits goes away when it is out of date.
    remit.write("shop.remit", SHOP);
    assert_eq!(remit.run(&["test", "shop.remit"]).code, Some(3));
    remit.write("shop.remit", SHOP.replace("send from 0.80", "send from 0.90"));
    assert!(remit.run(&["test", "shop.remit"]).code == Some(0) && !there(&remit, waiting));

    remit.write("packs/shop/polite.pack", "intent thnaks 0.95\n");
    let broken = remit.run(&["test", "shop.remit"]);
    assert!(broken.code == Some(3) && broken.stdout.contains("polite.pack:1:"), "{broken:?}");
    let filtered = remit.run(&["test", "shop.remit", "--filter", "thanks"]);
    assert_eq!(filtered.code, Some(0), "{filtered:?}");
}

#[test]
fn coverage_names_what_no_case_shows_and_mutants_what_no_test_notices() {
    let remit = shop();
    let shown = remit.run(&["test", "shop.remit", "--coverage", "--suggest", "--mutants"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert_snapshot!(shown.stdout);
    for (arguments, code) in [
        (&["--coverage", "--fail-under", "10"][..], 0),
        (&["--coverage", "--fail-under", "100"], 4),
        (&["--mutants", "--fail-under", "100", "--format", "plain"], 4),
        (&["--fail-under", "10"], 1),
        (&["--coverage", "--fail-under", "101"], 1),
    ] {
        let ran = remit.run(&[&["test", "shop.remit"], arguments].concat());
        assert_eq!(ran.code, Some(code), "{ran:?}");
    }
    let json = remit.run(&["test", "shop.remit", "--suggest", "--mutants", "--json"]).json_lines().remove(0);
    let (coverage, mutants) = (&json["coverage"][0], &json["mutants"][0]);
    assert_eq!((&coverage["policy"], &mutants["policy"]), (&"shop.remit".into(), &"shop.remit".into()));
    assert!(coverage["percent"].as_u64().unwrap() < 100 && mutants["percent"].as_u64().unwrap() < 100, "{json}");
    // Pasted, the suggestions pass and show everything.
    let rows =
        coverage["suggestions"].as_array().unwrap().iter().map(|one| format!("| {}\n", one["row"].as_str().unwrap()));
    let more = format!("{SHOP}\ncases \"more\" {{\n{}}}\n", rows.collect::<String>());
    remit.write("shop.remit", more);
    let full = remit.run(&["test", "shop.remit", "--coverage", "--fail-under", "100"]);
    assert_eq!(full.code, Some(0), "{full:?}");
}

#[test]
fn claims_are_told_on_both_levels_and_a_condition_that_never_holds_is_named() {
    let remit = shop();
    let claims = [
        "never send when contact.new",
        "never send when intent is thanks",
        "always route to team care when message detects threat",
        "never send when confidence < 0.20 and confidence > 0.90",
    ];
    remit.write(
        "shop.remit",
        format!(
            "{SHOP}team care\ndetector threat on message {{ words \"lawyer\" }}\nteam inbox\n\
                 route {{ care: to team care when message detects threat  otherwise: to team inbox }}\n"
        ),
    );
    let asked = remit.run(&[&["prove", "shop.remit"], &claims[..]].concat());
    assert_eq!(asked.code, Some(4), "{asked:?}");
    assert_snapshot!(asked.stdout);
    let own = remit.run(&["prove", "shop.remit"]);
    assert!(own.code == Some(0) && own.stdout.ends_with("1 of 1 proved\n"), "{own:?}");
    let wrong = remit.run(&["prove", "shop.remit", "never send when contact.nwe"]);
    assert!(wrong.code == Some(3) && wrong.stderr.contains("contact.nwe"), "{wrong:?}");
}

fn git(remit: &Remit, arguments: &[&str]) -> Output {
    let ran = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(remit.folder())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("REMIT", crate::mails::REMIT)
        .output()
        .unwrap();
    println!("git {arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
    ran
}

fn commit(remit: &Remit, message: &str) {
    assert!(git(remit, &["add", "--all"]).status.success());
    assert!(git(remit, &["commit", "--quiet", "--message", message]).status.success());
}

/// A repository whose first commit has the shop in a folder.
fn repository() -> Remit {
    let remit = remit();
    assert!(git(&remit, &["init", "--quiet", "--initial-branch", "main"]).status.success());
    remit.write("policies/shop.remit", format!("{SHOP}import \"./parts/shared.remit\"\n"));
    remit.write("policies/parts/shared.remit", "remit 1\nguard attached: approval when message.attachment\n");
    remit.write("README.md", "A shop\n");
    commit(&remit, "first");
    remit
}

fn freer() -> String {
    format!("{SHOP}import \"./parts/shared.remit\"\n").replace("send from 0.80", "send from 0.70")
}

#[test]
fn revisions_are_compared_with_each_other_and_with_what_is_on_disk() {
    let remit = repository();
    let nothing = remit.run(&["diff", "HEAD"]);
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
    assert!(nothing.stdout.starts_with("no difference"), "{nothing:?}");
    remit.write("policies/shop.remit", freer());
    remit.write("policies/more.remit", "remit 1\nintent other { examples { \"So\" } reply approval }\n");
    let disk = remit.run(&["diff", "HEAD"]);
    assert_eq!(disk.code, Some(0), "{disk:?}");
    assert_snapshot!(disk.stdout);
    assert_eq!(remit.run(&["diff", "HEAD", "--fail-on", "freer"]).code, Some(4));
    assert_eq!(remit.run(&["diff", "HEAD", "--fail-on", "freer", "--", "policies/shop.remit"]).code, Some(4));

    assert!(git(&remit, &["checkout", "--quiet", "-b", "branch"]).status.success());
    commit(&remit, "freer");
    // An import alone changes what its policy means.
    remit.write("policies/parts/shared.remit", "remit 1\nguard attached: off when message.attachment\n");
    commit(&remit, "stricter");
    let stricter = remit.run(&["diff", "HEAD~1", "--fail-on", "freer"]);
    assert!(stricter.code == Some(0) && stricter.stdout.contains("STRICTER  approval -> off"), "{stricter:?}");
    assert_eq!(remit.run(&["diff", "HEAD~1", "--fail-on", "any"]).code, Some(4));
    for range in [&["main..branch"][..], &["main...branch"], &["main", "branch"], &["main.."]] {
        let both = remit.run(&[&["diff"], range, &["--format", "markdown", "--", "policies"]].concat());
        assert_eq!(both.code, Some(0), "{both:?}");
        assert!(both.stdout.contains("## `policies/shop.remit`") && both.stdout.contains("| **freer** |"), "{both:?}");
        assert!(both.stdout.contains("| **stricter** |") && both.stdout.contains("`policies/more.remit`"), "{both:?}");
    }
    let json = remit.run(&["diff", "main..branch", "--json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["empty"], &json["may_be_freer"]), (&false.into(), &true.into()), "{json}");
    let statuses: Vec<_> = json["policies"].as_array().unwrap().iter().map(|one| &one["status"]).collect();
    assert_eq!(statuses, ["new", "changed"], "{json}");

    // Moved about, it means the same.
    let laid_out = remit.run(&["fmt", "policies"]);
    assert_eq!(laid_out.code, Some(0), "{laid_out:?}");
    assert!(remit.run(&["diff", "HEAD", "--fail-on", "any"]).code == Some(0));
    remit.write("policies/shop.remit", "remit 1\nguard a: aproval when contact.new\n");
    let broken = remit.run(&["diff", "HEAD"]);
    assert!(broken.code == Some(3) && broken.stderr.contains("does not check"), "{broken:?}");
    assert!(!broken.stdout.contains("every message is decided as before"), "{broken:?}");

    for (arguments, code, said) in [
        (&["diff", "no-such-thing"][..], 1, "neither a file nor a revision"),
        (&["diff", "policies"], 3, "is a path"),
        (&["diff", "nowhere.remit", "policies/shop.remit"], 3, "there is no policy file `nowhere.remit`"),
        (&["diff", "policies", "policies/shop.remit"], 1, "cannot be compared with a folder"),
        (&["diff", "HEAD", "--", "../outside"], 1, "outside of the working folder"),
        (&["diff", "HEAD", "--", "gone.remit"], 3, "in neither version"),
        (&["diff", "main..no-such-thing"], 1, "neither a file nor a revision"),
    ] {
        let ran = remit.run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(code), ""), "{ran:?}");
        assert!(ran.stderr.contains(said), "{ran:?}");
    }
}

#[test]
fn folders_are_compared_policy_by_policy() {
    let remit = remit();
    remit.write("old/shop.remit", SHOP);
    remit.write("new/shop.remit", SHOP.replace("send from 0.80", "send from 0.85"));
    remit.write("old/gone.remit", "remit 1\nautonomy full\n");
    let both = remit.run(&["diff", "old", "new", "--fail-on", "freer"]);
    assert_eq!(both.code, Some(0), "{both:?}");
    assert!(both.stdout.contains("gone.remit\ngone\n") && both.stdout.contains("STRICTER"), "{both:?}");
    let back = remit.run(&["diff", "new", "old", "--fail-on", "freer"]);
    assert_eq!(back.code, Some(4), "{back:?}");
    let outside = remit.run(&["diff", "HEAD"]);
    assert!(outside.code == Some(1) && outside.stderr.contains("hint:"), "{outside:?}");
}

fn example(name: &str) -> std::path::PathBuf {
    root().join("docs/examples").join(name)
}

/// The hook as a person would install it.
fn install(remit: &Remit) {
    let hook = remit.folder().join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::copy(example("pre-commit"), &hook).unwrap();
}

#[test]
fn the_hook_keeps_a_broken_policy_from_being_committed() {
    let remit = repository();
    assert!(remit.run(&["fmt", "policies", "policies/parts"]).code == Some(0));
    commit(&remit, "laid out");
    install(&remit);
    let try_commit = |message: &str| {
        assert!(git(&remit, &["add", "--all"]).status.success());
        git(&remit, &["commit", "--quiet", "--message", message])
    };
    remit.write("README.md", "A better shop\n");
    assert!(try_commit("no policy").status.success());
    let read = |name: &str| std::fs::read_to_string(remit.folder().join(name)).unwrap();
    let (text, shared) = (read("policies/shop.remit"), read("policies/parts/shared.remit"));

    remit.write("policies/shop.remit", text.replace("guard newcomers: approval", "guard newcomers: aproval"));
    let broken = try_commit("broken");
    assert!(!broken.status.success());
    assert!(String::from_utf8_lossy(&broken.stderr).contains("policies/shop.remit:"), "{broken:?}");
    remit.write("policies/shop.remit", text.replace("guard newcomers: approval", "guard newcomers:   approval"));
    let untidy = try_commit("untidy");
    assert!(!untidy.status.success() && String::from_utf8_lossy(&untidy.stderr).contains("remit fmt"), "{untidy:?}");
    remit.write("policies/shop.remit", text.replace("send from 0.80", "send from 0.95"));
    assert!(!try_commit("a case fails").status.success());
    // An import is checked by those who import it.
    remit.write("policies/shop.remit", &text);
    remit.write("policies/parts/shared.remit", shared.replace("attached", "unsure"));
    assert!(!try_commit("a name twice").status.success());
    // What is committed is what counts, not what lies in the working folder.
    remit.write("policies/parts/shared.remit", shared.replace("approval", "off"));
    assert!(git(&remit, &["add", "--all"]).status.success());
    remit.write("policies/shop.remit", "nonsense\n");
    let good = git(&remit, &["commit", "--quiet", "--message", "good"]);
    assert!(good.status.success(), "{good:?}");
}

fn review(remit: &Remit, accept: &str) -> (Option<i32>, String, String) {
    let ran = Command::new(example("review-policies"))
        .args(["main", "policies"])
        .current_dir(remit.folder())
        .env("REMIT", crate::mails::REMIT)
        .env("ACCEPT_FREER", accept)
        .output()
        .unwrap();
    let comment = std::fs::read_to_string(remit.folder().join("remit-diff.md")).unwrap_or_default();
    (ran.status.code(), comment, String::from_utf8_lossy(&ran.stderr).into_owned())
}

#[test]
fn a_pull_request_is_reviewed_by_the_script_of_the_action() {
    let remit = repository();
    assert!(git(&remit, &["checkout", "--quiet", "-b", "branch"]).status.success());
    let (code, comment, said) = review(&remit, "no");
    assert!(code == Some(0) && comment.contains("no difference"), "{comment} {said}");
    remit.write("policies/shop.remit", freer());
    commit(&remit, "freer");
    let (code, comment, said) = review(&remit, "no");
    assert!(code == Some(4) && said.contains("more freely"), "{comment} {said}");
    assert!(
        comment.contains("## `policies/shop.remit`") && comment.contains("| **freer** | approval → send"),
        "{comment}"
    );
    assert_eq!(review(&remit, "yes").0, Some(0), "it is meant");
    remit.write("policies/shop.remit", freer().replace("send from 0.70", "send from 0.95"));
    commit(&remit, "a case fails");
    assert_eq!(review(&remit, "yes").0, Some(3));
    remit.write("policies/shop.remit", "remit 1\nnonsense\n");
    commit(&remit, "broken");
    assert_eq!(review(&remit, "yes").0, Some(3));
}

/// The workflow calls what is there, with what it takes.
#[test]
fn the_workflow_runs_the_script_that_is_tested() {
    let workflow = std::fs::read_to_string(example("remit.yml")).unwrap();
    assert!(workflow.contains("run: docs/examples/review-policies \"$BASE\" policies"), "{workflow}");
    assert!(Path::new(&example("review-policies")).is_file());
    let text = std::fs::read_to_string(root().join("docs/policies-in-git.md")).unwrap();
    for name in ["pre-commit", "review-policies", "remit.yml"] {
        assert!(text.contains(&format!("examples/{name}")), "{name}");
        assert!(example(name).is_file(), "{name}");
    }
}
