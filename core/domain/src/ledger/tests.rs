//! Money is conserved, and no wallet goes below zero, whatever the order of steps.
use proptest::prelude::*;

use super::*;

fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

fn holding(posted: i64) -> Sides {
    Sides { debit: Balance { posted, ..Balance::default() }, credit: Balance::default() }
}

#[test]
fn a_wallet_cannot_set_aside_more_than_it_holds() {
    let sides = holding(100).reserve(AccountKind::Wallet, eur(60)).unwrap();
    let refused = sides.reserve(AccountKind::Wallet, eur(41));
    assert_eq!(refused, Err(LedgerError::InsufficientFunds { available: 40, asked: 41 }));
    assert!(sides.reserve(AccountKind::Wallet, eur(40)).is_ok());
}

#[test]
fn neither_wallets_nor_merchants_run_below_zero() {
    for &kind in AccountKind::ALL {
        let issued = holding(0).reserve(kind, eur(1)).is_ok();
        assert_eq!(issued, !matches!(kind, AccountKind::Wallet | AccountKind::Merchant), "{kind:?}");
    }
}

#[test]
fn what_was_not_set_aside_cannot_be_moved() {
    assert!(matches!(
        holding(100).post(eur(1), eur(1)),
        Err(LedgerError::NotPending { pending: 0, asked: 1 })
    ));
}

#[test]
fn a_part_is_moved_and_the_rest_is_free_again() {
    let sides = holding(100).reserve(AccountKind::Wallet, eur(60)).unwrap();
    let moved = sides.post(eur(60), eur(45)).unwrap();
    assert_eq!((moved.debit.posted, moved.debit.available(), moved.credit.posted), (55, 55, 45));
    assert!(matches!(sides.post(eur(60), eur(61)), Err(LedgerError::NotPending { pending: 60, asked: 61 })));
}

#[test]
fn a_balance_at_the_end_of_the_range_is_refused_not_wrapped() {
    let sides = Sides {
        debit: Balance { posted: 10, ..Balance::default() },
        credit: Balance { posted: i64::MAX, ..Balance::default() },
    };
    let pending = sides.reserve(AccountKind::Wallet, eur(1)).unwrap();
    assert_eq!(pending.post(eur(1), eur(1)), Err(LedgerError::OutOfRange));
}

#[derive(Debug, Clone)]
enum Step {
    Reserve(i64),
    Post(i64, i64),
    Void(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..200i64).prop_map(Step::Reserve),
        (1..200i64, 1..200i64).prop_map(|(reserved, part)| Step::Post(reserved, part)),
        (1..200i64).prop_map(Step::Void),
    ]
}

proptest! {
    #[test]
    fn money_is_conserved_and_no_wallet_overdraws(start in 0..1000i64, steps in prop::collection::vec(step(), 0..60)) {
        let mut sides = holding(start);
        for step in steps {
            let next = match step {
                Step::Reserve(minor) => sides.reserve(AccountKind::Wallet, eur(minor)),
                Step::Post(reserved, part) => sides.post(eur(reserved), eur(part)),
                Step::Void(minor) => sides.void(eur(minor)),
            };
            sides = next.unwrap_or(sides);
            prop_assert_eq!(sides.debit.posted + sides.credit.posted, start);
            prop_assert_eq!(sides.debit.pending_debits, sides.credit.pending_credits);
            prop_assert!(sides.debit.available() >= 0);
        }
    }
}
