//! What a classifier is like, as pictures: SVG in one HTML file without anything from elsewhere, and as plain text.

use std::fmt::Write as _;

use remit_engine::classify::quality::{
    Calibrated, Scored, accuracy, calibration, calibration_error, confusion, macro_f1, risk_coverage,
};

use super::train::BINS;

/// Side of a plot, in pixels.
const SIDE: f64 = 320.0;
/// Room around it for the axes.
const EDGE: f64 = 44.0;
/// Bins of the plain text.
const TEXT_BINS: usize = 10;
/// Width of the bars of the plain text, in letters.
const BAR: f64 = 30.0;

/// The whole report.
pub(super) fn report(model: &str, examples: usize, scored: &[Scored]) -> String {
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Remit: classifier</title><style>\n\
         body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#222;background:#fff}\n\
         table{border-collapse:collapse;font-size:12px}td,th{padding:3px 6px;text-align:right;border:1px solid #ddd}\n\
         th{font-weight:500;text-align:left}th.up{writing-mode:vertical-rl;transform:rotate(180deg)}\n\
         figure{display:inline-block;margin:0 2rem 1rem 0}figcaption{max-width:25rem;color:#555}svg text{font-size:11px;fill:#555}\n\
         @media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}td,th{border-color:#444}figcaption{color:#aaa}\
         svg text{fill:#aaa}}\n</style>\n",
    );
    let _ = writeln!(
        html,
        "<h1>How good a classifier the examples make</h1>\n<p><code>{}</code>: {examples} examples; {} of them read, each \
         by a classifier that learned the others. Accuracy {:.3}, macro F1 {:.3}, calibration error {:.3}.</p>",
        escaped(model),
        scored.len(),
        accuracy(scored),
        macro_f1(scored),
        calibration_error(scored, BINS)
    );
    let _ = writeln!(
        html,
        "<figure>{}<figcaption>Calibration: of the answers with about the same confidence, the share that is right. On the \
         line, a confidence means what it says; above it, the classifier is too modest.</figcaption></figure>",
        calibration_plot(&calibration(scored, BINS))
    );
    let _ = writeln!(
        html,
        "<figure>{}<figcaption>Risk and coverage: how many messages would be answered when sending begins at a lower \
         confidence, and the share of those that would be wrong.</figcaption></figure>",
        risk_plot(scored)
    );
    html.push_str("<h2>What was taken for what</h2>\n");
    html.push_str(&matrix(scored));
    html.push_str("</html>\n");
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Axes from 0 to 1 with their words.
fn axes(across: &str, up: &str, most_up: f64) -> String {
    let (size, far) = (SIDE + 2.0 * EDGE, EDGE + SIDE);
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"{up} by {across}\" width=\"{size}\" height=\"{size}\" viewBox=\"0 0 {size} {size}\">\
         <rect x=\"{EDGE}\" y=\"{EDGE}\" width=\"{SIDE}\" height=\"{SIDE}\" fill=\"none\" stroke=\"#999\"/>"
    );
    for tenth in [0, 2, 4, 6, 8, 10] {
        let share = f64::from(tenth) / 10.0;
        let (x, y) = (EDGE + share * SIDE, far - share * SIDE);
        let _ = write!(svg, "<text x=\"{x:.0}\" y=\"{:.0}\" text-anchor=\"middle\">{share:.1}</text>", far + 15.0);
        let _ = write!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{:.2}</text>",
            EDGE - 5.0,
            y + 4.0,
            share * most_up
        );
    }
    let middle = EDGE + SIDE / 2.0;
    let _ = write!(svg, "<text x=\"{middle}\" y=\"{:.0}\" text-anchor=\"middle\">{across}</text>", far + 32.0);
    let _ = write!(svg, "<text x=\"{EDGE}\" y=\"{:.0}\">{up}</text>", EDGE - 8.0);
    svg
}

fn calibration_plot(bins: &[Calibrated]) -> String {
    let far = EDGE + SIDE;
    let mut svg = axes("confidence", "share that is right", 1.0);
    let _ = write!(svg, "<path d=\"M{EDGE} {far}L{far} {EDGE}\" stroke=\"#999\" stroke-dasharray=\"4 4\"/>");
    let most = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1) as f64;
    for bin in bins.iter().filter(|bin| bin.count > 0) {
        let (x, y) = (EDGE + bin.confidence * SIDE, far - bin.right * SIDE);
        let radius = 3.0 + 9.0 * (bin.count as f64 / most).sqrt();
        let _ = write!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"#3b6fd4\" fill-opacity=\"0.6\"><title>{} answers, \
             confidence {:.2}, right {:.2}</title></circle>",
            bin.count, bin.confidence, bin.right
        );
    }
    svg.push_str("</svg>");
    svg
}

fn risk_plot(scored: &[Scored]) -> String {
    let curve = risk_coverage(scored);
    let most = curve.iter().map(|point| point.wrong).fold(0.05, f64::max);
    let mut svg = axes("share of the messages that is sent", "share of them that is wrong", most);
    let points: Vec<String> = curve
        .iter()
        .map(|point| format!("{:.1} {:.1}", EDGE + point.coverage * SIDE, EDGE + SIDE - point.wrong / most * SIDE))
        .collect();
    if !points.is_empty() {
        let _ = write!(svg, "<path d=\"M{}\" fill=\"none\" stroke=\"#c2452d\" stroke-width=\"2\"/>", points.join("L"));
    }
    svg.push_str("</svg>");
    svg
}

fn matrix(scored: &[Scored]) -> String {
    let table = confusion(scored);
    let mut names: Vec<Option<&str>> = table.keys().flat_map(|(gold, found)| [*gold, *found]).collect();
    // Nothing comes last.
    names.sort_by_key(|name| (name.is_none(), *name));
    names.dedup();
    let shown = |name: &Option<&str>| escaped(name.unwrap_or("(nothing)"));
    let mut html = String::from("<table><tr><th>is \\ taken for</th>");
    for name in &names {
        let _ = write!(html, "<th class=\"up\">{}</th>", shown(name));
    }
    html.push_str("</tr>\n");
    for gold in &names {
        let total: usize = table.iter().filter(|((one, _), _)| one == gold).map(|(_, count)| count).sum();
        if total == 0 {
            continue;
        }
        let _ = write!(html, "<tr><th>{}</th>", shown(gold));
        for found in &names {
            let count = table.get(&(*gold, *found)).copied().unwrap_or(0);
            let strength = count as f64 / total as f64;
            let colour = if gold == found { "59,111,212" } else { "194,69,45" };
            let cell = if count == 0 { String::new() } else { count.to_string() };
            let _ = write!(html, "<td style=\"background:rgba({colour},{strength:.2})\">{cell}</td>");
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</table>\n");
    html
}

/// Calibration, and risk and coverage, with letters.
pub(super) fn text(scored: &[Scored]) -> String {
    let mut text = String::from("\nCONFIDENCE   ANSWERS  RIGHT\n");
    for (number, bin) in calibration(scored, TEXT_BINS).iter().enumerate().filter(|(_, bin)| bin.count > 0) {
        let low = number as f64 / TEXT_BINS as f64;
        let bar = "#".repeat((bin.right * BAR).round() as usize);
        let _ = writeln!(text, "{low:.1} to {:.1} {:>10}   {:.2}  {bar}", low + 0.1, bin.count, bin.right);
    }
    text.push_str("\nSENT  WRONG  FROM\n");
    let curve = risk_coverage(scored);
    for tenth in 1..=10 {
        let wanted = f64::from(tenth) / 10.0;
        // The first point that sends at least as much.
        if let Some(point) = curve.iter().find(|point| point.coverage + 1e-9 >= wanted) {
            let bar = "#".repeat((point.wrong * BAR).round() as usize);
            let _ = writeln!(
                text,
                "{:>3.0} %  {:>4.1} %  {:.2}  {bar}",
                point.coverage * 100.0,
                point.wrong * 100.0,
                point.from
            );
        }
    }
    text
}
