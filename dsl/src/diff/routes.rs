//! Which messages go to somebody else.

use crate::diff::{Both, Joint, RouteChange};
use crate::prove::circuit::Formula;
use crate::prove::sat::Answer;
use crate::prove::shrink_order;
use crate::verdict::Route;

/// Changes listed at most.
const MOST_CHANGES: usize = 40;

/// Everything about a route but its name and place.
fn target(route: &Route) -> impl PartialEq + use<> {
    let Route { team, person, skill, pick, priority, sla_ms, .. } = route.clone();
    (team, person, skill, pick, priority, sla_ms)
}

/// The changes, and whether there may be more.
pub(super) fn routes(both: &Both<'_>, known: &mut Joint<'_>, failing: &mut Joint<'_>) -> (Vec<RouteChange>, bool) {
    let mut changes = Vec::new();
    let mut more = listed(both, known, false, &mut changes);
    more |= listed(both, failing, true, &mut changes);
    (changes, more)
}

fn listed(both: &Both<'_>, joint: &mut Joint<'_>, failing: bool, changes: &mut Vec<RouteChange>) -> bool {
    let all = |model: &crate::model::Model| -> Vec<Route> {
        model.routes.iter().map(|(_, route)| route.clone()).chain([model.otherwise.clone()]).collect()
    };
    let (old, new) = (all(both.old), all(both.new));
    if joint.old.taken == joint.new.taken && old.iter().map(target).eq(new.iter().map(target)) {
        return false;
    }
    for (from, was) in old.iter().zip(joint.old.taken.clone()) {
        let elsewhere: Vec<(&Route, Formula)> =
            new.iter().zip(joint.new.taken.clone()).filter(|(to, _)| target(to) != target(from)).collect();
        let somewhere = joint.questions.circuit.any(elsewhere.iter().map(|(_, taken)| *taken));
        let mut fixed = vec![was, somewhere, joint.fresh];
        fixed.extend(failing.then_some(joint.some_failed));
        if joint.questions.possible(&fixed) == Answer::Impossible {
            continue;
        }
        for (to, taken) in elsewhere {
            let told = |change: &RouteChange| (&change.from.row, &change.to.row) == (&from.row, &to.row);
            if changes.iter().any(told) {
                continue;
            }
            if changes.len() >= MOST_CHANGES {
                return true;
            }
            let fixed: Vec<Formula> = fixed.iter().copied().chain([taken]).collect();
            if let Some(point) = joint.questions.quietest(&fixed, &shrink_order(&both.domain)) {
                let example = both.example(&point);
                let (from, to) = (example.old.route.clone(), example.new.route.clone());
                changes.push(RouteChange { from, to, when_facts_fail: failing, example });
            }
        }
    }
    false
}
