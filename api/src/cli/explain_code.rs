//! `remit explain-code`: the page of a diagnostic code, offline.

use clap::Args;
use remit_dsl::codes::{self, CODES, Code};
use serde_json::{Value, json};

use super::{Done, Failure, Global, table};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  remit explain-code R0109      what it means, why it matters, a wrong and a right example, what to do
  remit explain-code            all codes

Exit codes: 0 good, 3 there is no such code.")]
pub(crate) struct ExplainCodeArgs {
    /// A code such as R0109; without one all codes are listed
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

pub(crate) fn run(global: &Global, args: &ExplainCodeArgs) -> Done {
    let Some(wanted) = &args.code else {
        if global.json {
            println!("{}", json!({ "codes": CODES.iter().map(entry).collect::<Vec<_>>() }));
        } else {
            let row =
                |code: &Code| vec![code.code.to_owned(), code.severity.as_str().to_owned(), code.meaning().to_owned()];
            table::print(&["CODE", "SEVERITY", "MEANING"], &CODES.iter().map(row).collect::<Vec<_>>());
        }
        return Ok(0);
    };
    let Some(code) = codes::find(&wanted.to_ascii_uppercase()) else {
        let failure = Failure::new(format!("there is no code `{wanted}`")).code(3);
        return Err(match codes::did_you_mean(wanted) {
            Some(nearest) => failure.hint(format!("did you mean {nearest}?")),
            None => failure.hint("`remit explain-code` lists them all"),
        });
    };
    if global.json {
        let mut object = entry(code);
        object["page"] = json!(code.markdown());
        println!("{object}");
    } else {
        print!("{}", code.markdown());
    }
    Ok(0)
}

fn entry(code: &Code) -> Value {
    json!({ "code": code.code, "severity": code.severity, "meaning": code.meaning() })
}
