//! The tables by which several appliances have the same people.

diesel::table! {
    changes (user_id, kind) {
        user_id -> Text,
        kind -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    copies (user_id) {
        user_id -> Text,
        seq -> BigInt,
        has_pin -> Integer,
    }
}

diesel::table! {
    spending_elsewhere (source, user_id, currency, bucket) {
        source -> Text,
        user_id -> Text,
        currency -> Text,
        bucket -> BigInt,
        amount -> BigInt,
        count -> Integer,
    }
}

diesel::table! {
    followers (key_id) {
        key_id -> Text,
        public_key -> Nullable<Text>,
        position -> BigInt,
        seen_at -> BigInt,
        receipts -> BigInt,
    }
}

diesel::table! {
    follower_receipts (public_key, transaction_id) {
        public_key -> Text,
        transaction_id -> Text,
        key_id -> Text,
        sha256 -> Binary,
        received_at -> BigInt,
    }
}

diesel::table! {
    paid_elsewhere (user_id) {
        user_id -> Text,
        paid_at -> BigInt,
    }
}

diesel::table! {
    unsent_receipts (transaction_id) {
        transaction_id -> Text,
    }
}

diesel::table! {
    visitors (key_id, user_id) {
        key_id -> Text,
        user_id -> Text,
        told_at -> BigInt,
    }
}

diesel::table! {
    stays (user_id) {
        user_id -> Text,
        since -> BigInt,
        lead -> Nullable<Double>,
        alike -> Integer,
    }
}
