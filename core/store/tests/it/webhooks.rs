//! Messages to webhooks and from providers: none is lost, each has its place.
use std::time::Duration;

use domain::{Secret, Timestamp, WebhookId, operation, webhook::EventFilter};
use store::{Attempt, DeliveryState, Due, NewWebhook, Next, Received, Replay, StoreError, WEBHOOKS_MAX};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, START, by, eur, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_webhook_hears_what_it_wants_from_its_beginning_on,
    a_message_waits_for_the_one_before_it,
    messages_of_a_payment_are_counted,
    what_was_given_up_or_arrived_is_sent_again_when_asked,
    two_secrets_live_at_most_and_are_sealed,
    there_are_so_many_webhooks_and_no_more,
    a_providers_message_is_acted_on_once,
    old_deliveries_are_forgotten,
];

fn webhook(bench: &Bench, events: &str) -> WebhookId {
    let id = WebhookId(Uuid::now_v7());
    let new = NewWebhook {
        id,
        url: "http://127.0.0.1:9/".to_owned(),
        events: events.parse::<EventFilter>().unwrap(),
        secret: Secret::new("whsec_first".to_owned()),
    };
    bench.store.add_webhook(by(), &new).unwrap();
    id
}

/// What is due at `at`, after everything was looked at.
fn due(bench: &Bench, id: WebhookId, at: Timestamp) -> Option<Due> {
    loop {
        match bench.store.next_delivery(id, at).unwrap() {
            Next::Due(due) => return Some(*due),
            Next::Waits(until) if until <= at => {}
            Next::Waits(_) | Next::Idle => return None,
            Next::Gone => panic!("the webhook is gone"),
        }
    }
}

fn arrived(bench: &Bench, id: WebhookId, due: &Due) {
    bench.store.note_delivery(id, due.event.seq, &Attempt::Delivered { status: 200 }, START).unwrap();
}

fn failed(bench: &Bench, id: WebhookId, due: &Due, retry_at: Option<Timestamp>) {
    let attempt = Attempt::Failed { status: Some(500), error: "it answered 500".to_owned(), retry_at };
    bench.store.note_delivery(id, due.event.seq, &attempt, START).unwrap();
}

/// Takes all that is due, as if each had arrived.
fn heard(bench: &Bench, id: WebhookId) -> Vec<String> {
    let next = || {
        let due = due(bench, id, START)?;
        arrived(bench, id, &due);
        Some(due.event.kind)
    };
    std::iter::from_fn(next).collect()
}

fn a_webhook_hears_what_it_wants_from_its_beginning_on(bench: &Bench) {
    let user = bench.payer("Ada", 1_000);
    let (all, some) = (webhook(bench, ""), webhook(bench, "transaction.captured,checkout.*"));
    assert!(heard(bench, all).is_empty(), "what was before is no news");
    let payment = bench.identified(user, eur(100));
    bench.fund(user, 1).unwrap();
    bench.operate(
        payment,
        operation::Kind::Sale,
        eur(100),
        &[operation::Event::Submitted, operation::Event::Approved],
    );
    let kinds = heard(bench, all);
    let outbox = bench.store.outbox(0, 100).unwrap();
    let newer: Vec<String> = outbox.into_iter().skip(1).map(|row| row.kind).collect();
    assert_eq!(kinds, newer);
    assert_eq!(heard(bench, some), ["transaction.captured"]);
    // More that is not wanted than is looked at in one go hides nothing behind it.
    for _ in 0..300 {
        bench.fund(user, 1).unwrap();
    }
    let payment = bench.identified(user, eur(100));
    bench.operate(
        payment,
        operation::Kind::Sale,
        eur(100),
        &[operation::Event::Submitted, operation::Event::Approved],
    );
    assert_eq!(heard(bench, some), ["transaction.captured"]);
}

fn a_message_waits_for_the_one_before_it(bench: &Bench) {
    let user = bench.payer("Ada", 1);
    let id = webhook(bench, "wallet.funded");
    for _ in 0..2 {
        bench.fund(user, 1).unwrap();
    }
    let first = due(bench, id, START).unwrap();
    let soon = START.plus(Duration::from_secs(5));
    failed(bench, id, &first, Some(soon));
    assert!(matches!(bench.store.next_delivery(id, START).unwrap(), Next::Waits(until) if until == soon));
    let again = due(bench, id, soon).unwrap();
    assert_eq!((again.event.seq, again.attempts), (first.event.seq, 1));
    assert_eq!(again.event_id, first.event_id);
    failed(bench, id, &again, None);
    let second = due(bench, id, soon).unwrap();
    assert_eq!(second.event.seq, first.event.seq + 1);
    assert_ne!(second.event_id, first.event_id);
    let states: Vec<_> = bench.store.deliveries(id, None, 0, 10).unwrap();
    assert_eq!(
        (states[0].state, states[0].attempts, states[0].last_status),
        (DeliveryState::Dead, 2, Some(500))
    );
    assert_eq!((states[1].state, states[1].attempts), (DeliveryState::Waiting, 0));
}

fn messages_of_a_payment_are_counted(bench: &Bench) {
    let id = webhook(bench, "transaction.*");
    let user = bench.payer("Ada", 1_000);
    let payments = [bench.identified(user, eur(100)), bench.identified(user, eur(100))];
    for payment in payments {
        bench.operate(
            payment,
            operation::Kind::Sale,
            eur(100),
            &[operation::Event::Submitted, operation::Event::Approved],
        );
    }
    let mut counted = [0, 0];
    while let Some(due) = due(bench, id, START) {
        let (payment, number) = due.payment.expect("it is about a payment");
        let place = usize::from(payment == payments[1]);
        counted[place] += 1;
        assert_eq!(number, counted[place]);
        assert!(due.event.payload.contains(&payment.to_string()));
        arrived(bench, id, &due);
    }
    assert!(counted[0] >= 3 && counted[0] == counted[1], "{counted:?}");
}

fn what_was_given_up_or_arrived_is_sent_again_when_asked(bench: &Bench) {
    let user = bench.payer("Ada", 1);
    let id = webhook(bench, "wallet.funded");
    for _ in 0..3 {
        bench.fund(user, 1).unwrap();
    }
    let first = due(bench, id, START).unwrap();
    failed(bench, id, &first, None);
    assert_eq!(heard(bench, id).len(), 2);
    bench.store.replay_deliveries(by(), id, Replay::Dead).unwrap();
    let again = due(bench, id, START).unwrap();
    assert_eq!((again.event.seq, again.attempts), (first.event.seq, 0));
    assert_eq!(heard(bench, id).len(), 1);
    bench.store.replay_deliveries(by(), id, Replay::From(first.event.seq + 1)).unwrap();
    assert_eq!(heard(bench, id).len(), 2);
    // From a place that is still to come nothing is sent twice.
    bench.store.replay_deliveries(by(), id, Replay::From(i64::from(u32::MAX))).unwrap();
    assert!(heard(bench, id).is_empty());
    // From before the webhook's beginning, too.
    bench.store.replay_deliveries(by(), id, Replay::From(0)).unwrap();
    assert_eq!(heard(bench, id).len(), 4);
    let nobody = WebhookId(Uuid::now_v7());
    let refused = bench.store.replay_deliveries(by(), nobody, Replay::Dead);
    assert!(matches!(refused, Err(StoreError::NotFound("webhook"))));
    bench.assert_sound();
}

fn two_secrets_live_at_most_and_are_sealed(bench: &Bench) {
    let id = webhook(bench, "");
    let secrets = || {
        let row = bench.store.webhook(id).unwrap();
        row.secrets.iter().map(|secret| secret.expose().clone()).collect::<Vec<_>>()
    };
    assert_eq!(secrets(), ["whsec_first"]);
    for (new, expected) in
        [("whsec_second", ["whsec_second", "whsec_first"]), ("whsec_third", ["whsec_third", "whsec_second"])]
    {
        bench.store.rotate_webhook_secret(by(), id, &Secret::new(new.to_owned())).unwrap();
        assert_eq!(secrets(), expected);
    }
    bench.store.drop_old_secret(by(), id).unwrap();
    assert_eq!(secrets(), ["whsec_third"]);
    bench.store.remove_webhook(by(), id).unwrap();
    assert!(matches!(bench.store.next_delivery(id, START).unwrap(), Next::Gone));
    assert!(matches!(bench.store.remove_webhook(by(), id), Err(StoreError::NotFound("webhook"))));
    bench.assert_sound();
}

fn there_are_so_many_webhooks_and_no_more(bench: &Bench) {
    let ids: Vec<WebhookId> = (0..WEBHOOKS_MAX).map(|_| webhook(bench, "")).collect();
    let new = NewWebhook {
        id: WebhookId(Uuid::now_v7()),
        url: String::new(),
        events: EventFilter::default(),
        secret: Secret::new(String::new()),
    };
    assert!(matches!(bench.store.add_webhook(by(), &new), Err(StoreError::Conflict(_))));
    bench.store.remove_webhook(by(), ids[0]).unwrap();
    bench.store.add_webhook(by(), &new).unwrap();
}

fn a_providers_message_is_acted_on_once(bench: &Bench) {
    let receive = |provider: &str, event: &str| bench.store.receive_webhook(provider, event, START).unwrap();
    assert_eq!(receive("acme", "e1"), Received::New);
    // Cut off before it was acted on: the next one acts.
    assert_eq!(receive("acme", "e1"), Received::New);
    bench.store.apply_webhook("acme", "e1", START).unwrap();
    assert_eq!(receive("acme", "e1"), Received::Applied);
    assert_eq!((receive("acme", "e2"), receive("other", "e1")), (Received::New, Received::New));

    let user = bench.payer("Ada", 1_000);
    let payment = bench.identified(user, eur(100));
    let prepared = bench.prepare(payment, operation::Kind::Sale, eur(100)).unwrap();
    let attempt = prepared.operation.attempt_ref;
    let found = |provider: &str, attempt, reference: &str| {
        bench.store.payment_at_provider(provider, attempt, reference).unwrap()
    };
    assert_eq!(found("wallet", Some(attempt), ""), Some(payment));
    assert_eq!(found("other", Some(attempt), ""), None);
    assert_eq!(found("wallet", Some([0; 16]), "w-1"), None);
    bench.settle(prepared.operation.id, operation::Event::Submitted).unwrap();
    let outcome = store::Outcome {
        event: operation::Event::Pending,
        provider_ref: Some("w-1".to_owned()),
        reason: None,
    };
    bench.store.settle_operation(by(), prepared.operation.id, &outcome).unwrap();
    assert_eq!(found("wallet", None, "w-1"), Some(payment));
    assert_eq!(found("wallet", None, "w-2"), None);
}

fn old_deliveries_are_forgotten(bench: &Bench) {
    let user = bench.payer("Ada", 1);
    let id = webhook(bench, "wallet.funded");
    for _ in 0..2 {
        bench.fund(user, 1).unwrap();
    }
    let first = due(bench, id, START).unwrap();
    arrived(bench, id, &first);
    assert!(due(bench, id, START).is_some());
    bench.store.receive_webhook("acme", "e1", START).unwrap();
    bench.store.apply_webhook("acme", "e1", START).unwrap();
    bench.store.forget_deliveries(START).unwrap();
    assert_eq!(bench.store.deliveries(id, None, 0, 10).unwrap().len(), 2);
    bench.store.forget_deliveries(later(Duration::from_secs(1)).at).unwrap();
    let left = bench.store.deliveries(id, None, 0, 10).unwrap();
    assert_eq!((left.len(), left[0].state), (1, DeliveryState::Waiting), "what waits is kept");
    assert_eq!(bench.store.receive_webhook("acme", "e1", START).unwrap(), Received::New);
}
