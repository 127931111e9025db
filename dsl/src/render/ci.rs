//! For build servers: GitHub's workflow commands and JUnit's XML.

use std::fmt::Write as _;

use crate::diagnostic::{Diagnostic, Severity};
use crate::policy::TestReport;

/// One workflow command per finding, which GitHub shows beside the line of a pull request:
/// `::error file=a.remit,line=2,endLine=2,col=10,title=R0001::message`.
/// See <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
pub fn github(diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for found in diagnostics {
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let at = &found.at;
        let mut message = found.message.clone();
        for line in found.hint.iter().chain(&found.notes) {
            message.push('\n');
            message.push_str(line);
        }
        let _ = writeln!(
            text,
            "::{command} file={},line={},endLine={},col={},title={}::{}",
            property(&at.file),
            at.line,
            at.end_line,
            at.column,
            property(found.code),
            data(&message)
        );
    }
    text
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// JUnit XML of a check: one test case per file of `files` and per file with a finding. A file with errors has failed;
/// its warnings and notes are its output.
pub fn junit(diagnostics: &[Diagnostic], files: &[&str]) -> String {
    let mut names: Vec<&str> = files.to_vec();
    for found in diagnostics {
        if !names.contains(&found.at.file.as_str()) {
            names.push(&found.at.file);
        }
    }
    let cases = names.into_iter().map(|name| {
        let own: Vec<Diagnostic> = diagnostics.iter().filter(|found| found.at.file == name).cloned().collect();
        let (errors, others): (Vec<_>, Vec<_>) = own.into_iter().partition(|found| found.severity == Severity::Error);
        let failure = errors.first().map(|first| Failure {
            kind: first.code.to_owned(),
            message: first.message.clone(),
            text: super::plain(&errors),
        });
        Case { class: "remit.check".to_owned(), name: name.to_owned(), failure, output: super::plain(&others) }
    });
    suites("remit check", &[("check", cases.collect())])
}

/// JUnit XML of inline tests: one suite per report, which comes with the name of its root file.
pub fn junit_tests(reports: &[(&str, &TestReport)]) -> String {
    let suite = |(file, report): &(&str, &TestReport)| {
        let cases = report.cases.iter().map(|case| {
            let failure = (!case.passed).then(|| {
                let reasons = case.deciding.iter().map(|reason| format!("{} ({})\n", reason.name, reason.at));
                Failure {
                    kind: "expectation".to_owned(),
                    message: format!("expected {}, got {}", case.expected, case.actual),
                    text: format!("{}\n{}", case.at, reasons.collect::<String>()),
                }
            });
            Case { class: (*file).to_owned(), name: case.name.clone(), failure, output: String::new() }
        });
        cases.collect::<Vec<_>>()
    };
    let named: Vec<(&str, Vec<Case>)> = reports.iter().map(|report| (report.0, suite(report))).collect();
    suites("remit test", &named)
}

struct Case {
    class: String,
    name: String,
    failure: Option<Failure>,
    output: String,
}

struct Failure {
    kind: String,
    message: String,
    text: String,
}

fn suites(name: &str, suites: &[(&str, Vec<Case>)]) -> String {
    let failures = |cases: &[Case]| cases.iter().filter(|case| case.failure.is_some()).count();
    let tests: usize = suites.iter().map(|(_, cases)| cases.len()).sum();
    let failed: usize = suites.iter().map(|(_, cases)| failures(cases)).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ =
        writeln!(xml, "<testsuites name=\"{}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\">", escape(name));
    for (suite, cases) in suites {
        let (tests, failed) = (cases.len(), failures(cases));
        let name = escape(suite);
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failed}\" errors=\"0\" skipped=\"0\">"
        );
        for case in cases {
            let _ = write!(xml, "    <testcase classname=\"{}\" name=\"{}\"", escape(&case.class), escape(&case.name));
            if case.failure.is_none() && case.output.is_empty() {
                xml.push_str("/>\n");
                continue;
            }
            xml.push_str(">\n");
            if let Some(Failure { kind, message, text }) = &case.failure {
                let (kind, message, text) = (escape(kind), escape(message), escape(text));
                let _ = writeln!(xml, "      <failure type=\"{kind}\" message=\"{message}\">{text}</failure>");
            }
            if !case.output.is_empty() {
                let _ = writeln!(xml, "      <system-out>{}</system-out>", escape(&case.output));
            }
            xml.push_str("    </testcase>\n");
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// For XML 1.0 texts and attributes. Characters that XML cannot hold at all become `?`.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' => escaped.push(letter),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('?'),
            _ => escaped.push(letter),
        }
    }
    escaped
}
