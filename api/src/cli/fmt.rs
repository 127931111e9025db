//! `remit fmt` and `remit tree`: a policy in its canonical layout, and as JSON.

use std::path::{Path, PathBuf};

use clap::Args;
use remit_dsl::{Diagnostic, format, render, tree};

use super::check::colour;
use super::files::PolicyFiles;
use super::{Done, Failure, Global, diff, files, inspect, table};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit fmt policies                      lay out every policy of the folder anew
  remit fmt policies --check              only say which files would change (for CI)
  remit fmt policies/default.remit --diff show the change, write nothing
  cat a.remit | remit fmt -               from standard input to standard output

The meaning stays, and so do comments and the order of rules. A file is replaced in one step, so that a crash leaves
either the old or the new one.

Exit codes: 0 good, 3 a file would change (--check) or cannot be read as a policy, 1 the command could not be run.")]
pub(crate) struct FmtArgs {
    /// Policy files, or folders of them; - reads standard input and prints
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write nothing; name the files that would change and exit with 3
    #[arg(long)]
    check: bool,
    /// Write nothing; print the change
    #[arg(long)]
    diff: bool,
}

pub(crate) fn fmt(_: &Global, args: &FmtArgs) -> Done {
    let (mut changed, mut broken) = (0, 0);
    for policy in files::find(&args.paths)? {
        let old = policy.text()?;
        let name = policy.shown(&policy.root);
        let new = match format::format(&old) {
            Ok(new) => new,
            Err(diagnostics) => {
                broken += 1;
                eprint!("{}", in_file(&name, &old, diagnostics));
                continue;
            }
        };
        let differs = new != old;
        changed += usize::from(differs);
        if args.diff {
            print!("{}", diff::unified(&name, &old, &new));
        }
        match policy.path() {
            _ if args.check => {
                if differs {
                    println!("{name}");
                }
            }
            _ if args.diff => {}
            None => print!("{new}"),
            Some(path) if differs => {
                files::replace(&path, &new)?;
                eprintln!("formatted {name}");
            }
            Some(_) => {}
        }
    }
    match changed {
        0 if args.check => eprintln!("nothing would change"),
        _ if args.check => eprintln!("{} would change: run `remit fmt`", table::counted(changed, "file")),
        _ => {}
    }
    Ok(if broken > 0 || (args.check && changed > 0) { 3 } else { 0 })
}

/// Diagnostics of a text that was read without its name.
fn in_file(name: &str, text: &str, mut diagnostics: Vec<Diagnostic>) -> String {
    for found in &mut diagnostics {
        files::rename(found, |_| name.to_owned());
    }
    render::human(&diagnostics, &|file| (file == name).then(|| text.to_owned()), colour())
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit tree policies/default.remit > policy.json       the tree as JSON, comments included
  remit tree --from-json policy.json                    the policy text of a tree, in its canonical layout
  remit tree --schema                                   a JSON Schema of the tree

For pages that edit policies: text to tree, change the tree, tree to text.

Exit codes: 0 good, 3 the text is no policy, or the JSON no tree of one.")]
pub(crate) struct TreeArgs {
    /// Policy file; - for standard input
    #[arg(value_name = "FILE", required_unless_present_any = ["from_json", "schema"], conflicts_with_all = ["from_json", "schema"])]
    file: Option<PathBuf>,
    /// Print the policy text of this JSON tree; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "schema")]
    from_json: Option<PathBuf>,
    /// Print a JSON Schema of the tree
    #[arg(long)]
    schema: bool,
}

pub(crate) fn tree(_: &Global, args: &TreeArgs) -> Done {
    if args.schema {
        println!("{}", serde_json::to_string_pretty(&tree::schema())?);
        return Ok(0);
    }
    if let Some(path) = &args.from_json {
        print!("{}", text_of_tree(path)?);
        return Ok(0);
    }
    let Some(path) = &args.file else { return Err(Failure::new("name a policy file")) };
    let policy = PolicyFiles::at(path)?;
    let text = policy.text()?;
    match tree::to_json(&text) {
        Ok(tree) => {
            println!("{}", serde_json::to_string_pretty(&tree)?);
            Ok(0)
        }
        Err(diagnostics) => {
            eprint!("{}", in_file(&policy.shown(&policy.root), &text, diagnostics));
            Ok(3)
        }
    }
}

fn text_of_tree(path: &Path) -> Result<String, Failure> {
    let bytes = inspect::read(path).map_err(|failure| failure.code(3))?;
    let tree = serde_json::from_slice(&bytes)
        .map_err(|error| Failure::new(format!("`{}` is no JSON: {error}", path.display())).code(3))?;
    tree::from_json(&tree).map_err(|error| {
        Failure::new(format!("`{}` is no tree of a policy: {error}", path.display()))
            .hint("`remit tree --schema` describes it")
            .code(3)
    })
}
