//! The tables, the same for SQLite and PostgreSQL; see migrations/.

mod access;
mod people;
mod recognition;
mod sync;

pub(crate) use access::{api_keys, face_payment_links, identity_checks, operators, payer_devices};
pub(crate) use people::{erasures, retention_notices, subject_keys, users};
pub(crate) use recognition::{
    analytics_hours, calibrations, enrolment_duplicates, enrolments, face_crops, gallery_changes,
    gallery_parts, look_alikes, model_roles, shadow_visits,
};
pub(crate) use sync::{
    changes, copies, follower_receipts, followers, paid_elsewhere, spending_elsewhere, stays,
    unsent_receipts, visitors,
};

diesel::table! {
    consents (id) {
        id -> Text,
        user_id -> Text,
        text_version -> Text,
        text_sha256 -> Text,
        language -> Text,
        channel -> Text,
        operator -> Text,
        given_at -> BigInt,
        expires_at -> BigInt,
        withdrawn_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    consent_texts (id) {
        id -> Text,
        version -> Text,
        language -> Text,
        text -> Text,
        sha256 -> Text,
        created_by -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    faces (id) {
        id -> Text,
        user_id -> Text,
        consent_id -> Text,
        model_tag -> BigInt,
        dim -> Integer,
        template_sealed -> Binary,
        quality -> Double,
        created_at -> BigInt,
        source -> Text,
        origin_id -> Nullable<Text>,
        kind -> Text,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        kind -> Text,
        owner -> Text,
        currency -> Text,
        posted -> BigInt,
        pending_debits -> BigInt,
        pending_credits -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    transfers (id) {
        id -> Text,
        debit_account -> Text,
        credit_account -> Text,
        amount -> BigInt,
        currency -> Text,
        state -> Text,
        posted -> BigInt,
        purpose -> Text,
        attempt_ref -> Nullable<Binary>,
        created_at -> BigInt,
        settled_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    transactions (id) {
        id -> Text,
        state -> Text,
        amount -> BigInt,
        currency -> Text,
        captured -> BigInt,
        refunded -> BigInt,
        user_id -> Nullable<Text>,
        provider -> Nullable<Text>,
        terminal -> Nullable<Text>,
        branch -> Text,
        reference -> Nullable<Text>,
        reason -> Nullable<Text>,
        evidence -> Nullable<Text>,
        confirm_by -> Nullable<BigInt>,
        created_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    operations (id) {
        id -> Text,
        transaction_id -> Text,
        kind -> Text,
        state -> Text,
        attempt_ref -> Binary,
        provider -> Text,
        provider_ref -> Nullable<Text>,
        amount -> BigInt,
        currency -> Text,
        transfer_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        sequence -> BigInt,
        kept -> Nullable<Text>,
        about -> Nullable<Text>,
        tries -> Integer,
        next_try_at -> BigInt,
        lease -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    spending (subject, currency, bucket) {
        subject -> Text,
        currency -> Text,
        bucket -> BigInt,
        amount -> BigInt,
        count -> Integer,
    }
}

diesel::table! {
    checkouts (id) {
        id -> Text,
        state -> Text,
        transaction_id -> Text,
        camera_id -> Text,
        reason -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    checkout_groups (id) {
        id -> Text,
        state -> Text,
        policy -> Text,
        camera_id -> Text,
        amount -> BigInt,
        currency -> Text,
        reference -> Nullable<Text>,
        ending -> Nullable<Text>,
        reason -> Nullable<Text>,
        round -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    checkout_legs (transaction_id) {
        transaction_id -> Text,
        group_id -> Text,
        number -> BigInt,
        round -> BigInt,
        weight -> BigInt,
        user_id -> Nullable<Text>,
        confirmed -> Nullable<BigInt>,
        in_force -> BigInt,
    }
}

diesel::table! {
    idempotency (scope, key) {
        scope -> Text,
        key -> Text,
        body_mac -> Binary,
        status -> Nullable<Integer>,
        response -> Nullable<Binary>,
        created_at -> BigInt,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    outbox (seq) {
        seq -> BigInt,
        at -> BigInt,
        kind -> Text,
        payload -> Text,
        transaction_id -> Nullable<Text>,
    }
}

diesel::table! {
    audit (seq) {
        seq -> BigInt,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        subject -> Text,
        detail -> Text,
        record -> Binary,
        previous_sha256 -> Binary,
        sha256 -> Binary,
    }
}

diesel::table! {
    audit_checkpoints (id) {
        id -> BigInt,
        first_seq -> BigInt,
        last_seq -> BigInt,
        root -> Binary,
        chain_sha256 -> Binary,
        at -> BigInt,
        peaks -> Binary,
        statement -> Binary,
        signature -> Binary,
    }
}

diesel::table! {
    audit_anchors (checkpoint_id) {
        checkpoint_id -> BigInt,
        provider -> Text,
        attempt_ref -> Binary,
        kept -> Nullable<Text>,
        anchor_ref -> Nullable<Text>,
        reason -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
    }
}

diesel::table! {
    receipts (transaction_id) {
        transaction_id -> Text,
        receipt -> Binary,
        signature -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    cameras (id) {
        id -> Text,
        name -> Text,
        source_sealed -> Binary,
        created_at -> BigInt,
        updated_at -> BigInt,
        key_frames -> Integer,
    }
}

diesel::table! {
    camera_states (branch, camera_id, at) {
        branch -> Text,
        camera_id -> Text,
        at -> BigInt,
        state_before -> Nullable<Text>,
        state -> Text,
        reason -> Text,
    }
}

diesel::table! {
    camera_devices (camera_id) {
        camera_id -> Text,
        pinned_sealed -> Binary,
        found_sealed -> Nullable<Binary>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    disabled_plugins (branch, plugin_id) {
        branch -> Text,
        plugin_id -> Text,
        reason -> Text,
        disabled_at -> BigInt,
    }
}

diesel::table! {
    facts (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Text,
        url -> Text,
        events -> Text,
        secret_sealed -> Binary,
        secret_old_sealed -> Nullable<Binary>,
        position -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    deliveries (webhook_id, seq) {
        webhook_id -> Text,
        seq -> BigInt,
        state -> Text,
        attempts -> BigInt,
        due_at -> BigInt,
        next_try_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        last_status -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    webhook_in (provider, event_id) {
        provider -> Text,
        event_id -> Text,
        received_at -> BigInt,
        applied_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    pins (user_id) {
        user_id -> Text,
        hash_sealed -> Binary,
        failures -> Integer,
        locked_until -> Nullable<BigInt>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    step_ups (id) {
        id -> Text,
        transaction_id -> Text,
        factor -> Text,
        amount -> BigInt,
        currency -> Text,
        payee -> Text,
        terminal -> Text,
        proved_at -> BigInt,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    instruments (user_id, provider) {
        user_id -> Text,
        provider -> Text,
        token_sealed -> Binary,
        created_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    approvals (id) {
        id -> Text,
        kind -> Text,
        subject -> Text,
        body_sha256 -> Binary,
        detail -> Text,
        requested_by -> Text,
        requested_at -> BigInt,
        expires_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        decision -> Nullable<Text>,
    }
}

diesel::table! {
    settlement_batches (id) {
        id -> Text,
        provider -> Text,
        day -> Text,
        state -> Text,
        from_at -> BigInt,
        until_at -> BigInt,
        closed_at -> BigInt,
        closed_by -> Text,
        file_sha256 -> Nullable<Text>,
        file_lines -> Nullable<BigInt>,
        file_at -> Nullable<BigInt>,
        breaks_left -> BigInt,
    }
}

diesel::table! {
    settlement_operations (operation_id) {
        operation_id -> Text,
        batch_id -> Text,
    }
}

diesel::table! {
    settlement_totals (batch_id, side, currency) {
        batch_id -> Text,
        side -> Text,
        currency -> Text,
        sale_count -> BigInt,
        refund_count -> BigInt,
        gross -> BigInt,
        refunds -> BigInt,
        fees -> BigInt,
    }
}

diesel::table! {
    settlement_lines (batch_id, number) {
        batch_id -> Text,
        number -> BigInt,
        provider_ref -> Text,
        attempt -> Nullable<Text>,
        kind -> Text,
        amount -> BigInt,
        fee -> BigInt,
        currency -> Text,
        at -> BigInt,
        match_state -> Text,
        operation_id -> Nullable<Text>,
        difference -> BigInt,
        transfer_id -> Nullable<Text>,
        resolved_at -> Nullable<BigInt>,
        resolved_by -> Nullable<Text>,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    settlement_fees (batch_id, currency) {
        batch_id -> Text,
        currency -> Text,
        transfer_id -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    users,
    subject_keys,
    erasures,
    retention_notices,
    payer_devices,
    consents,
    consent_texts,
    faces,
    look_alikes,
    analytics_hours,
    calibrations,
    enrolments,
    enrolment_duplicates,
    face_crops,
    gallery_changes,
    gallery_parts,
    model_roles,
    shadow_visits,
    accounts,
    transfers,
    transactions,
    operations,
    checkouts,
    checkout_groups,
    checkout_legs,
    idempotency,
    counters,
    outbox,
    audit,
    audit_checkpoints,
    audit_anchors,
    receipts,
    cameras,
    camera_states,
    camera_devices,
    disabled_plugins,
    face_payment_links,
    identity_checks,
    operators,
    api_keys,
    facts,
    webhooks,
    deliveries,
    webhook_in,
    pins,
    step_ups,
    instruments,
    approvals,
    settlement_batches,
    settlement_operations,
    settlement_totals,
    settlement_lines,
    settlement_fees,
    changes,
    copies,
    followers,
    follower_receipts,
    paid_elsewhere,
    spending_elsewhere,
    stays,
    unsent_receipts,
    visitors,
);

diesel::joinable!(unsent_receipts -> receipts (transaction_id));
diesel::joinable!(settlement_operations -> operations (operation_id));

diesel::joinable!(subject_keys -> users (user_id));
diesel::joinable!(operations -> transactions (transaction_id));
diesel::joinable!(operations -> transfers (transfer_id));
diesel::joinable!(deliveries -> outbox (seq));
