//! Every condition and every demand of a policy, wherever it stands.

use crate::condition::Expr;
use crate::model::{Demand, Model};
use crate::verdict::RuleKind;

impl Model {
    /// Every condition of the policy.
    pub(crate) fn each_condition<'m>(&'m self, visit: &mut impl FnMut(&'m Expr)) {
        self.autonomy.iter().chain(&self.caps).for_each(|one| visit(&one.when));
        self.undo.iter().for_each(|one| visit(&one.when));
        self.actions.values().flatten().for_each(|one| visit(&one.when));
        self.replies.iter().flatten().for_each(|one| visit(&one.when));
        self.risk.iter().for_each(|(_, when, _)| visit(when));
        self.rules.iter().for_each(|one| visit(&one.when));
        self.pauses.iter().for_each(|one| visit(&one.when));
        self.routes.iter().for_each(|(when, _)| visit(when));
        self.approvals.two_people.iter().for_each(&mut *visit);
        self.claims.iter().for_each(|claim| visit(&claim.when));
    }

    /// Everything that the policy can demand.
    pub(crate) fn each_demand<'m>(&'m self, visit: &mut impl FnMut(&'m Demand)) {
        self.modes.iter().flat_map(|mode| &mode.table).for_each(|(demand, _)| visit(demand));
        self.actions.values().flatten().for_each(|one| visit(&one.value));
        for reply in self.replies.iter().flatten() {
            reply.value.from.iter().map(|(demand, _)| demand).chain([&reply.value.rest]).for_each(&mut *visit);
        }
        self.rules.iter().for_each(|rule| visit(&rule.demand));
    }

    /// Whether a rule is a limit; its hold counts from the end of the used-up bucket.
    pub(crate) fn is_limit(kind: RuleKind) -> bool {
        kind == RuleKind::Limit
    }
}
