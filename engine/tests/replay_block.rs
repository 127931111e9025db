//! Blocks of decisions: what is packed is read again, and broken bytes are never taken for decisions.
#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use proptest::prelude::*;
use remit_dsl::{Facts, Provenance, Verdict};
use remit_engine::decide::replay::block::{DECIDING, DRAFT_VERSION, GATE, HELD, OUTCOME};
use remit_engine::decide::replay::{Block, Recorded, pack, rules_text};

const POLICY: &str = "remit 1\npolicy test\nautonomy controlled\nintent question { reply send from 0.80, else approval }\n\
                      guard new: approval when contact.new\n";

fn verdict(facts: &Facts) -> Verdict {
    let read = |path: &str| if path == "test.remit" { Ok(POLICY.to_owned()) } else { Err("none".to_owned()) };
    remit_dsl::compile("test.remit", &read).policy.unwrap().decide(facts)
}

#[derive(Debug, Clone)]
struct Decision {
    id: String,
    at: i64,
    facts: Facts,
    draft: Option<i64>,
    from: String,
}

fn fact() -> impl Strategy<Value = (String, Option<u8>, i64)> {
    ("[a-e]{1,2}(\\.[a-c])?", prop::option::of(0..4_u8), any::<i64>())
}

fn decision() -> impl Strategy<Value = Decision> {
    let facts = prop::collection::vec(fact(), 0..6);
    let times = (any::<i32>(), prop::option::of(any::<i32>()), prop::option::of(1..9_i64));
    ("[a-z0-9]{1,6}", facts, times, "[a-zé@.]{0,8}").prop_map(|(id, values, (at, held, draft), from)| {
        let mut facts = Facts::new(i64::from(at) + i64::from(draft.is_some()));
        facts.held_since_ms = held.map(i64::from);
        for (key, kind, number) in values {
            match kind {
                None => facts.failed(&key, Provenance::Observed),
                Some(0) => facts.yes(&key, number % 2 == 0, Provenance::Observed),
                Some(1) => facts.name(&key, &format!("n{}", number % 7), Provenance::Observed),
                Some(2) => facts.number(&key, (number % 100_000) as f64 / 1000.0, Provenance::Observed),
                Some(_) => facts.money(&key, number, "EUR", Provenance::Observed),
            };
            if number % 5 == 0 {
                facts.over_until_ms.insert(key, number);
            }
        }
        Decision { id, at: i64::from(at), facts, draft, from }
    })
}

fn packed(decisions: &[Decision], verdicts: &[Verdict]) -> Vec<u8> {
    let rows: Vec<Recorded<'_>> = decisions
        .iter()
        .zip(verdicts)
        .map(|(one, verdict)| Recorded {
            id: &one.id,
            message_id: "msg",
            conversation_id: &one.from,
            contact_id: "con",
            channel_id: "chn",
            from_address: &one.from,
            gate: "draft",
            policy_digest: "sha256:1",
            decided_at: one.at,
            facts: &one.facts,
            verdict,
            draft: one.draft.map(|version| ("dft", version, "hash")),
        })
        .collect();
    pack(&rows)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_packed_is_read_again(decisions in prop::collection::vec(decision(), 0..40)) {
        let verdicts: Vec<Verdict> = decisions.iter().map(|one| verdict(&one.facts)).collect();
        let bytes = packed(&decisions, &verdicts);
        let block = Block::read(&bytes).unwrap();
        prop_assert_eq!(block.len(), decisions.len());
        for (row, (one, verdict)) in decisions.iter().zip(&verdicts).enumerate() {
            let mut facts = block.facts(row);
            // Where a fact comes from is not kept: it changes no verdict.
            let from = |key: &String| one.facts.values[key].from;
            facts.values.iter_mut().for_each(|(key, fact)| fact.from = from(key));
            prop_assert_eq!(&facts, &one.facts);
            prop_assert_eq!((block.names[row].id, block.decided_at[row]), (one.id.as_str(), one.at));
            let text = |key: &str| match block.column(key).and_then(|column| column.get(row)) {
                Some(remit_dsl::Raw::Name(name)) => name.to_owned(),
                other => format!("{other:?}"),
            };
            prop_assert_eq!(text(OUTCOME), verdict.outcome.as_str());
            prop_assert_eq!(text(DECIDING), rules_text(verdict));
            prop_assert_eq!(text(GATE), "draft");
            let held = block.column(HELD).and_then(|column| column.get(row)).is_some();
            prop_assert_eq!(held, one.facts.held_since_ms.is_some());
            let version = block.column(DRAFT_VERSION).and_then(|column| column.get(row));
            prop_assert_eq!(version, one.draft.map(remit_dsl::Raw::Number));
        }
    }

    #[test]
    fn broken_bytes_are_no_block(
        decisions in prop::collection::vec(decision(), 1..8), at in any::<prop::sample::Index>(), to in any::<u8>()
    ) {
        let verdicts: Vec<Verdict> = decisions.iter().map(|one| verdict(&one.facts)).collect();
        let bytes = packed(&decisions, &verdicts);
        // Cut short: never readable. Changed: readable or not, but never a panic and never more rows than there are bytes.
        prop_assert!(Block::read(&bytes[..at.index(bytes.len())]).is_err());
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] = to;
        if let Ok(block) = Block::read(&changed) {
            prop_assert!(block.len() <= changed.len());
            (0..block.len()).for_each(|row| drop(block.facts(row)));
        }
        let mut longer = bytes;
        longer.push(0);
        prop_assert!(Block::read(&longer).is_err());
    }
}

#[test]
fn a_column_of_many_values_takes_two_bytes_and_one_of_one_value_none() {
    let decisions: Vec<Decision> = (0..600)
        .map(|number| {
            let mut facts = Facts::new(number);
            facts.number("confidence", number as f64 / 1000.0, Provenance::Model);
            facts.name("channel", "chat", Provenance::Observed);
            Decision { id: format!("{number}"), at: number, facts, draft: None, from: "a@b".to_owned() }
        })
        .collect();
    let verdicts: Vec<Verdict> = decisions.iter().map(|one| verdict(&one.facts)).collect();
    let bytes = packed(&decisions, &verdicts);
    let block = Block::read(&bytes).unwrap();
    assert_eq!(
        (599..600).map(|row| block.facts(row)).next().as_ref(),
        Some(&{
            let mut facts = decisions[599].facts.clone();
            facts.values.values_mut().for_each(|fact| fact.from = Provenance::Observed);
            facts
        })
    );
    assert!(bytes.len() < 600 * 32, "{}", bytes.len());
}
