//! The tables of people, of their keys, of who was erased and of who was told that their face data goes.

diesel::table! {
    users (id) {
        id -> Text,
        status -> Text,
        profile_sealed -> Binary,
        email_tag -> Nullable<Binary>,
        created_at -> BigInt,
        updated_at -> BigInt,
        face_payment_from -> Nullable<BigInt>,
    }
}

diesel::table! {
    subject_keys (user_id) {
        user_id -> Text,
        key_wrapped -> Binary,
    }
}

diesel::table! {
    erasures (user_id) {
        user_id -> Text,
        erased_at -> BigInt,
    }
}

diesel::table! {
    retention_notices (user_id) {
        user_id -> Text,
        noticed_at -> BigInt,
    }
}
