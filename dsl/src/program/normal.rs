//! Conditions as a list of terms, each a conjunction of literals: disjunctive normal form, as far as that stays small.
//!
//! Strong Kleene logic survives this exactly. With negations pushed down to the leaves, "may be true" and "is true" are
//! two ordinary two-valued questions, each monotone in the answers of the leaves, so `and` may be distributed over
//! `or`. Nothing is simplified beyond leaving out repeated literals: `x and not x` may be true while `x` has failed.

use crate::condition::Expr;

/// A condition gets at most this many terms; one that needs more is computed from its literals.
pub(crate) const MOST_TERMS: usize = 16;

/// A leaf of a condition, or its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literal<'m> {
    pub(crate) leaf: &'m Expr,
    pub(crate) positive: bool,
}

pub(crate) type Term<'m> = Vec<Literal<'m>>;

/// The terms of a condition; `None` when there are more than [`MOST_TERMS`].
pub(crate) fn terms(expr: &Expr) -> Option<Vec<Term<'_>>> {
    distribute(expr, true)
}

fn distribute(expr: &Expr, positive: bool) -> Option<Vec<Term<'_>>> {
    match expr {
        Expr::Not(inner) => distribute(inner, !positive),
        Expr::All(parts) | Expr::Any(parts) if matches!(expr, Expr::All(_)) == positive => {
            let mut product: Vec<Term<'_>> = vec![Vec::new()];
            for part in parts {
                let factors = distribute(part, positive)?;
                if product.len() * factors.len() > MOST_TERMS {
                    return None;
                }
                product =
                    product.iter().flat_map(|term| factors.iter().map(move |factor| join(term, factor))).collect();
            }
            Some(product)
        }
        Expr::All(parts) | Expr::Any(parts) => {
            let mut sum = Vec::new();
            for part in parts {
                sum.extend(distribute(part, positive)?);
                if sum.len() > MOST_TERMS {
                    return None;
                }
            }
            Some(sum)
        }
        leaf => Some(vec![vec![Literal { leaf, positive }]]),
    }
}

fn join<'m>(term: &Term<'m>, factor: &Term<'m>) -> Term<'m> {
    let mut joined = term.clone();
    joined.extend(factor.iter().filter(|literal| !term.contains(literal)));
    joined
}

/// A condition over numbered bits, one for each of its literals.
#[derive(Debug)]
pub(crate) enum Formula {
    Bit(usize),
    All(Box<[Formula]>),
    Any(Box<[Formula]>),
}

impl Formula {
    /// Builds the formula of a condition; `bit` gives the number of a literal's bit.
    pub(crate) fn new<'m>(expr: &'m Expr, positive: bool, bit: &mut impl FnMut(Literal<'m>) -> usize) -> Self {
        match expr {
            Expr::Not(inner) => Self::new(inner, !positive, bit),
            Expr::All(parts) | Expr::Any(parts) => {
                let all = matches!(expr, Expr::All(_)) == positive;
                let parts = parts.iter().map(|part| Self::new(part, positive, bit)).collect();
                if all { Self::All(parts) } else { Self::Any(parts) }
            }
            leaf => Self::Bit(bit(Literal { leaf, positive })),
        }
    }

    /// Whether it holds when these bits do.
    pub(crate) fn holds(&self, bits: &super::bits::Bits) -> bool {
        match self {
            Self::Bit(bit) => bits.get(*bit),
            Self::All(parts) => parts.iter().all(|part| part.holds(bits)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(bits)),
        }
    }
}
