//! Examples in the words of the language.

use crate::facts::Value;
use crate::prove::circuit::Point;
use crate::prove::domain::{APPROVED, Class, Domain, HELD, NO_DRAFT, Topic, Variable};

/// Thousandths or hundredths as written.
fn decimal(number: i64, unit: i64) -> String {
    let (sign, number) = if number < 0 { ("-", number.unsigned_abs()) } else { ("", number.unsigned_abs()) };
    let unit = unit.unsigned_abs();
    let digits = if unit == 1000 { 3 } else { 2 };
    let (whole, rest) = (number / unit, number % unit);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let text = format!("{sign}{whole}.{rest:0digits$}");
    text.trim_end_matches('0').to_owned()
}

/// One value as it is written in a policy.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Yes(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Name(name) => name.clone(),
        Value::Number(number) => decimal(*number, 1000),
        Value::Money { minor, currency } => format!("{} {currency}", decimal(*minor, 100)),
    }
}

/// The cells of a variable as one or more conditions that are joined by "and". `None` when every cell is meant.
pub(crate) fn cells(domain: &Domain, variable: &Variable, chosen: &[usize]) -> Option<String> {
    if chosen.len() >= variable.cells.len() {
        return None;
    }
    let classes: Vec<&Class> = chosen.iter().filter_map(|cell| variable.cells.get(*cell)).collect();
    let failed = classes.contains(&&Class::Failed);
    let known: Vec<&Class> = classes.iter().copied().filter(|class| **class != Class::Failed).collect();
    let all_known = known.len() + usize::from(variable.failed.is_some()) == variable.cells.len();
    let mut ways: Vec<String> = Vec::new();
    if all_known && !failed {
        return None;
    }
    if !known.is_empty() {
        ways.push(known_cells(domain, variable, &known));
    }
    if failed {
        ways.push(format!("{} could not be determined", subject(variable)));
    }
    Some(ways.join(" or "))
}

/// What a variable is called where nothing is said about it.
fn subject(variable: &Variable) -> String {
    let key = variable.key.as_str();
    match key.split_once(':') {
        Some(("segment", name)) => format!("contact in {name}"),
        Some(("over", name)) => format!("over {name}"),
        Some(("switch", name)) => format!("switch {name}"),
        Some(("detect", name)) => match name.split_once('.') {
            Some((subject, detector)) => format!("{subject} detects {detector}"),
            None => name.to_owned(),
        },
        Some(("script", name)) => format!("script {name}"),
        Some(("certified", name)) => format!("the share of wrong answers that {name} bounds"),
        Some(("!far", name)) => format!("the limit {name} is used up for more than a week"),
        _ => match key {
            NO_DRAFT => "there is no draft".to_owned(),
            APPROVED => "approved".to_owned(),
            HELD => "held for more than a week".to_owned(),
            _ => key.to_owned(),
        },
    }
}

fn known_cells(domain: &Domain, variable: &Variable, classes: &[&Class]) -> String {
    let subject = subject(variable);
    if let [Class::Yes(yes)] = classes {
        return if *yes { subject } else { format!("not {subject}") };
    }
    if variable.topic == Topic::Moment {
        let at = |class: &&Class| match class {
            Class::Moment(number) => Some(domain.moment_words(*number)),
            _ => None,
        };
        let some: Vec<String> = classes.iter().filter_map(at).take(3).collect();
        let more =
            if classes.len() > 3 { format!(" and {} more kinds of moment", classes.len() - 3) } else { String::new() };
        return format!("at {}{more}", some.join(" or "));
    }
    if classes.iter().all(|class| matches!(class, Class::Name(_) | Class::Other(_))) {
        let left_out: Vec<&str> = variable
            .cells
            .iter()
            .filter(|class| !classes.contains(class))
            .filter_map(|class| if let Class::Name(name) = class { Some(name.as_str()) } else { None })
            .collect();
        let others = classes.iter().any(|class| matches!(class, Class::Other(_)));
        // With "any other name" among them it is shorter, and right, to say what is left out.
        if others || (left_out.len() == 1 && classes.len() > 2) {
            return match left_out.as_slice() {
                [] => subject,
                [only] => format!("{subject} is not {only}"),
                _ => format!("{subject} not in [{}]", left_out.join(", ")),
            };
        }
        let names: Vec<&str> = classes
            .iter()
            .filter_map(|class| if let Class::Name(name) = class { Some(name.as_str()) } else { None })
            .collect();
        return match names.as_slice() {
            [only] => format!("{subject} is {only}"),
            _ => format!("{subject} in [{}]", names.join(", ")),
        };
    }
    let mut runs: Vec<(i64, i64, i64, String)> = Vec::new();
    for class in classes {
        let (low, high, unit, currency) = match class {
            Class::Number(low, high) => (*low, *high, 1000, String::new()),
            Class::Money(currency, low, high) => (*low, *high, 100, format!(" {currency}")),
            _ => continue,
        };
        match runs.last_mut() {
            Some((_, end, _, same)) if *same == currency && end.saturating_add(1) == low => *end = high,
            _ => runs.push((low, high, unit, currency)),
        }
    }
    let said: Vec<String> = runs
        .iter()
        .map(|(low, high, unit, currency)| {
            let shown = |number: i64| decimal(number, *unit);
            // An end that is just below a cut is said as the cut.
            let below = high.saturating_add(1);
            if low == high {
                format!("{subject} is {}{currency}", shown(*low))
            } else if variable.ends_at(*high) {
                format!("{subject} >= {}{currency}", shown(*low))
            } else if variable.starts_at(*low) {
                format!("{subject} < {}{currency}", shown(below))
            } else {
                format!("{subject} {}..{}{currency}", shown(*low), shown(below))
            }
        })
        .collect();
    said.join(" or ")
}

impl Variable {
    fn ends_at(&self, number: i64) -> bool {
        let ends = self.cells.iter().filter_map(|class| match class {
            Class::Number(_, high) | Class::Money(_, _, high) => Some(*high),
            _ => None,
        });
        ends.max() == Some(number)
    }

    fn starts_at(&self, number: i64) -> bool {
        let starts = self.cells.iter().filter_map(|class| match class {
            Class::Number(low, _) | Class::Money(_, low, _) => Some(*low),
            _ => None,
        });
        starts.min() == Some(number)
    }
}

impl Domain {
    /// A moment as a weekday and a time.
    fn moment_words(&self, number: usize) -> String {
        let Some(moment) = self.moments.get(number) else { return String::new() };
        let at = crate::hours::wall_clock(&self.zone, moment.now_ms);
        at.strftime("%Y-%m-%d %H:%M (%a)").to_string()
    }

    /// A message in words: the channel, the intent, and everything that is not quiet.
    pub(crate) fn message(&self, point: &Point) -> Vec<String> {
        let mut words = Vec::new();
        for (number, variable) in self.variables.iter().enumerate() {
            let cell = point.cell(number);
            let always = matches!(variable.key.as_str(), "channel" | "intent");
            // A fact that can have no value at all tells nothing.
            if (!always && cell == variable.quiet) || variable.cells.len() < 2 {
                continue;
            }
            let value_here = variable.values.get(cell).and_then(Option::as_ref);
            let failed = variable.cells.get(cell) == Some(&Class::Failed);
            words.push(match (variable.topic, value_here) {
                (Topic::Moment, _) => format!("at {}", self.moment_words(cell)),
                _ if failed => format!("{} could not be determined", subject(variable)),
                (Topic::Channel | Topic::Agent | Topic::Action, Some(value_here)) => {
                    format!("{} {}", variable.key, value(value_here))
                }
                (Topic::Intent, Some(value_here)) => format!("intent {}", value(value_here)),
                (_, Some(Value::Yes(true))) => subject(variable),
                (_, Some(Value::Yes(false))) => format!("not {}", subject(variable)),
                (_, Some(value_here)) => format!("{} is {}", subject(variable), value(value_here)),
                (_, None) => subject(variable),
            });
        }
        words
    }
}
