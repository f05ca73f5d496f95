//! The tables of those who get in, of payers' links and devices, and of checks of who they are.

diesel::table! {
    face_payment_links (token_sha256) {
        token_sha256 -> Binary,
        user_id -> Text,
        code_tag -> Binary,
        tries -> Integer,
        expires_at -> BigInt,
    }
}

diesel::table! {
    payer_devices (id) {
        id -> Text,
        user_id -> Text,
        token_sha256 -> Binary,
        name_sealed -> Binary,
        opened_at -> BigInt,
        seen_at -> BigInt,
    }
}

diesel::table! {
    identity_checks (id) {
        id -> Text,
        user_id -> Text,
        provider -> Text,
        kind -> Text,
        purpose -> Text,
        state -> Text,
        attempt_ref -> Binary,
        provider_ref -> Nullable<Text>,
        code -> Nullable<Text>,
        assurance -> Nullable<Text>,
        reference_tag -> Nullable<Binary>,
        attested_sealed -> Nullable<Binary>,
        kept_sealed -> Nullable<Binary>,
        begun_at -> BigInt,
        updated_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    operators (id) {
        id -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Text,
        failed_logins -> Integer,
        locked_until -> Nullable<BigInt>,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        totp_sealed -> Nullable<Binary>,
        totp_confirmed_at -> Nullable<BigInt>,
        totp_step -> Nullable<BigInt>,
        sessions_since -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        name -> Text,
        role -> Text,
        sha256 -> Binary,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
        scopes -> Nullable<Text>,
        camera -> Nullable<Text>,
        certificate_sha256 -> Nullable<Binary>,
    }
}
