//! Proofs against brute force, against a library for decision diagrams, and against themselves.

use std::collections::BTreeMap;

use biodivine_lib_bdd::{Bdd, BddVariableSet};

use super::circuit::{Circuit, Formula, Gate, Point};
use super::claims::{Standing, Subject, prove};
use super::domain::Domain;
use super::encode::Encoder;
use super::sat::MOST_CONFLICTS;
use crate::diagram::{Diagram, MOST_NODES};
use crate::eval;
use crate::model::{ClaimKind, Model};
use crate::verdict::Outcome;

const SMALL: &str = "remit 1\nsegment vip\nhours office { mon-fri 09:00-18:00 }\nteam inbox\nteam care\n\
    autonomy controlled\nautonomy full for channel chat\nautonomy assisted for segment vip\n\
    intent question { reply send from 0.8, approval from 0.5, else escalate }\nintent other { reply approval }\n\
    detector threat on message { words \"lawyer\" }\ndetector price on draft { words \"discount\" }\n\
    risk { medium when contact.new  critical when message detects threat }\n\
    limit daily: 3 replies per contact per day else hold until office\n\
    guard price: approval when draft detects price and not contact in vip\n\
    guard night: hold until office when outside office and channel is email\n\
    route { care: to team care when message detects threat  otherwise: to team inbox }\n";

/// Claims of every form, true and false ones.
const CLAIMS: [&str; 16] = [
    "never send when message detects threat",
    "never send when contact in vip",
    "never send when contact.new",
    "never send when contact.new and not channel is chat",
    "never send when draft detects price",
    "never send when intent is other",
    "never send when confidence < 0.5",
    "never send when confidence < 0.9",
    "never send when outside office and channel is email",
    "never send now when outside office and channel is email",
    "always escalate when tier is critical",
    "always at least approval when tier >= medium and not channel is chat",
    "always at least hold when over daily",
    "always approval when intent is other and not message detects threat and during office",
    "always route to team care when message detects threat",
    "always route to team inbox when not message detects threat",
];

fn model(text: &str) -> Model {
    let read =
        |path: &str| if path == "test.remit" { Ok(text.to_owned()) } else { Err("there is no such file".to_owned()) };
    crate::check::model("test.remit", &read).unwrap_or_else(|found| panic!("{found:#?}"))
}

/// Every point, one after the other; with `failing` also those with facts that failed.
fn every_point(domain: &Domain, failing: bool, mut visit: impl FnMut(&Point)) -> u64 {
    let choices: Vec<Vec<usize>> = domain
        .variables
        .iter()
        .map(|variable| {
            let left_out = variable.failed.filter(|_| !failing && variable.cells.len() > 1);
            (0..variable.cells.len()).filter(|cell| Some(*cell) != left_out).collect()
        })
        .collect();
    let mut digits = vec![0_usize; choices.len()];
    let mut count = 0;
    loop {
        let mut point = domain.quiet_point();
        for (number, digit) in digits.iter().enumerate() {
            point.set(number, choices[number][*digit]);
        }
        visit(&point);
        count += 1;
        let mut place = 0;
        while place < digits.len() {
            digits[place] += 1;
            if digits[place] < choices[place].len() {
                break;
            }
            digits[place] = 0;
            place += 1;
        }
        if place == digits.len() {
            return count;
        }
    }
}

/// What the claims say, in the plainest words, about one verdict.
fn keeps(kind: &ClaimKind, verdict: &crate::verdict::Verdict) -> bool {
    match kind {
        ClaimKind::NeverSend { now: false } => verdict.outcome >= Outcome::Approval,
        ClaimKind::NeverSend { now: true } => verdict.outcome != Outcome::Send,
        ClaimKind::Outcome { at_least: true, outcome } => verdict.outcome >= *outcome,
        ClaimKind::Outcome { at_least: false, outcome } => verdict.outcome == *outcome,
        ClaimKind::Route { to_team, to } => {
            let target = if *to_team { &verdict.route.team } else { &verdict.route.person };
            target.as_ref() == Some(to)
        }
    }
}

/// All points of a small policy: `approved` changes nothing about claims here that is not known, so it stays "no" for
/// claims about what the machine does alone.
#[test]
fn every_proof_and_every_refutation_is_what_brute_force_says() {
    let standard = "channel.disabled channel.unanswered contact.opted_out contact.paused email.warmup kill_switch \
        message.automated thread.human_active action draft.doubtful draft.unsafe";
    let mut checked = 0_u64;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for claim in CLAIMS {
        let model = model(&format!("{SMALL}{claim}\n"));
        let domain = Domain::new(&[&model]);
        let mut known = Subject::new(&model, &domain, false, MOST_CONFLICTS);
        let proof = prove(&model, &mut known, MOST_CONFLICTS).remove(0);
        let claim = &model.claims[0];
        // The standard guards and the other actions only ever tighten; they are left quiet, so that few enough points
        // remain.
        let quiet: Vec<usize> = standard.split_whitespace().filter_map(|key| domain.number(key)).collect();
        let approved = domain.number("approved").unwrap();
        let mut broken = (false, false);
        let mut small = Domain::new(&[&model]);
        for number in quiet.iter().chain([&approved]) {
            let variable = &mut small.variables[*number];
            let quiet = variable.quiet;
            variable.cells = vec![variable.cells[quiet].clone()];
            variable.values = vec![variable.values[quiet].clone()];
            (variable.quiet, variable.failed) = (0, None);
        }
        assert!(small.points(true).unwrap() < 1_000_000);
        for failing in [false, true] {
            checked += every_point(&small, failing, |point| {
                let facts = small.facts(point);
                if eval::holds(&model, &facts, &claim.when) != Some(false)
                    && !keeps(&claim.kind, &eval::decide(&model, &facts))
                {
                    if failing { broken.1 = true } else { broken.0 = true }
                }
            });
        }
        let exact = matches!(claim.kind, ClaimKind::Outcome { at_least: false, outcome: Outcome::Approval });
        let expected = match broken {
            (true, _) => Standing::False,
            // With a standard guard an outcome that is claimed exactly is not kept.
            _ if exact => Standing::False,
            (false, true) => Standing::ProvedWhileKnown,
            (false, false) => Standing::Proved,
        };
        assert_eq!(proof.standing, expected, "{}", claim.text);
        if let Some(example) = &proof.counterexample {
            assert!(!keeps(&claim.kind, &eval::decide(&model, &example.facts)), "{}", claim.text);
            assert_ne!(eval::holds(&model, &example.facts, &claim.when), Some(false), "{}", claim.text);
        }
        *counts.entry(format!("{:?}", proof.standing)).or_default() += 1;
    }
    println!("{} claims {counts:?}, {checked} points decided", CLAIMS.len());
}

/// A formula as a decision diagram of the library: one yes/no variable per cell.
fn bdd(circuit: &Circuit, formula: Formula, set: &BddVariableSet, first: &[usize]) -> Bdd {
    let variables = set.variables();
    let positive = match circuit.gate(formula) {
        Gate::True => set.mk_true(),
        Gate::In(variable, cells) => (0..circuit.size(*variable))
            .filter(|cell| cells.contains(*cell))
            .fold(set.mk_false(), |all, cell| all.or(&set.mk_var(variables[first[*variable] + cell]))),
        Gate::All(parts) => parts.iter().fold(set.mk_true(), |all, part| all.and(&bdd(circuit, *part, set, first))),
    };
    if formula.is_negated() { positive.not() } else { positive }
}

#[test]
fn another_library_says_the_same_about_what_is_possible() {
    let mut asked = 0;
    for failing in [false, true] {
        let model = model(&format!("{SMALL}{}\n", CLAIMS.join("\n")));
        let domain = Domain::new(&[&model]);
        let mut first = Vec::new();
        let mut count = 0;
        for variable in &domain.variables {
            first.push(count);
            count += variable.cells.len();
        }
        let set = BddVariableSet::new_anonymous(count as u16);
        let variables = set.variables();
        let mut legal = set.mk_true();
        for (number, variable) in domain.variables.iter().enumerate() {
            let cells = (0..variable.cells.len())
                .filter(|cell| failing || variable.cells.len() == 1 || Some(*cell) != variable.failed);
            let one_of = cells.fold(set.mk_false(), |any, cell| {
                let only = (0..variable.cells.len()).fold(set.mk_true(), |all, other| {
                    let literal = set.mk_var(variables[first[number] + other]);
                    all.and(&if other == cell { literal } else { literal.not() })
                });
                any.or(&only)
            });
            legal = legal.and(&one_of);
        }
        let mut subject = Subject::new(&model, &domain, failing, MOST_CONFLICTS);
        let conditions: Vec<Formula> =
            model.claims.iter().map(|claim| subject.condition(&model, &domain, &claim.when)).collect();
        let mut formulas = conditions;
        formulas.extend(subject.gate.at_least);
        formulas.extend(subject.gate.taken.clone());
        for (number, one) in formulas.iter().enumerate() {
            for other in formulas.iter().skip(number) {
                for signed in [[*one, *other], [*one, !*other], [!*one, *other], [!*one, !*other]] {
                    let both = subject.questions.circuit.all(signed);
                    let expected = !bdd(&subject.questions.circuit, both, &set, &first).and(&legal).is_false();
                    let answer = subject.questions.possible(&signed);
                    assert_eq!(answer == super::sat::Answer::Possible, expected, "{signed:?}");
                    asked += 1;
                }
            }
        }
    }
    println!("{asked} questions answered alike");
}

#[test]
fn circuit_diagram_and_evaluator_agree_everywhere_in_a_small_policy() {
    let model = model(SMALL);
    let domain = Domain::new(&[&model]);
    let mut circuit = Circuit::new(domain.sizes());
    let gate = Encoder::new(&mut circuit, &domain, &model, 0, true).gate();
    let mut diagram = Diagram::new(domain.sizes(), MOST_NODES);
    let outcome = diagram.outcome(&circuit, &gate.at_least).unwrap();
    let mut seed = 1_u64;
    for _ in 0..60_000 {
        let mut point = domain.quiet_point();
        for (number, variable) in domain.variables.iter().enumerate() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if seed >> 60 < 6 {
                point.set(number, (seed >> 33) as usize % variable.cells.len());
            }
        }
        let facts = domain.facts(&point);
        let verdict = eval::decide(&model, &facts);
        let lanes = circuit.simulate(std::slice::from_ref(&point));
        let by_circuit = gate.at_least.iter().filter(|one| lanes.of(**one) & 1 == 1).count();
        assert_eq!(by_circuit, verdict.outcome as usize, "{facts:?}");
        assert_eq!(diagram.at(outcome, &point) as usize, verdict.outcome as usize, "{facts:?}");
        assert_eq!(domain.point(&facts, &[&model]), Some(point));
    }
}

#[test]
fn a_question_that_is_too_hard_is_left_open() {
    // Nine pigeons, eight holes: each hole is a name, and no two pigeons share one.
    let mut text = String::from("remit 1\nintent other { reply send from 0.5, else approval }\nautonomy full\n");
    let holes: Vec<String> = (0..8).map(|hole| format!("h{hole}")).collect();
    for pigeon in 0..9 {
        text.push_str(&format!("fact p{pigeon}.hole: one of [{}]\n", holes.join(", ")));
    }
    for hole in &holes {
        for one in 0..9 {
            for other in one + 1..9 {
                text.push_str(&format!(
                    "guard g{one}_{other}_{hole}: off when p{one}.hole is {hole} and p{other}.hole is {hole}\n"
                ));
            }
        }
    }
    text.push_str("always at least off when contact.new\n");
    let model = model(&text);
    let domain = Domain::new(&[&model]);
    let mut known = Subject::new(&model, &domain, false, 200);
    assert_eq!(prove(&model, &mut known, 200)[0].standing, Standing::Open);
}

#[test]
fn moments_tell_hours_and_holidays_apart() {
    let text = "remit 1\ntimezone \"Europe/Berlin\"\ncalendar days { yearly 12-25 2027-03-26 }\n\
        hours office { mon-fri 09:00-18:00 except days }\nhours support { mon-sat 08:00-20:00 }\nhours night { daily 21:00-08:00 }\n\
        guard a: off when during office and during support and during night\n";
    let model = model(text);
    let domain = Domain::new(&[&model]);
    let number = |name: &str| {
        let hours = model.hours.iter().position(|hours| hours.name == name).unwrap();
        domain.column(0, hours).unwrap()
    };
    let (office, support, night) = (number("office"), number("support"), number("night"));
    for moment in &domain.moments {
        assert!(!moment.during[office] || moment.during[support], "office is inside support");
        assert!(!(moment.during[night] && moment.during[support]), "night and support have nothing in common");
        let clock = crate::hours::wall_clock(&model.zone, moment.now_ms);
        assert_eq!(
            model.hours.iter().filter(|hours| hours.contains(clock)).count(),
            moment.during.iter().filter(|is| **is).count()
        );
    }
    assert_eq!(domain.moments.len(), 4, "{:?}", domain.moments);
}
