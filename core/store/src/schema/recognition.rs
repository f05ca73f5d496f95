//! The tables of enrolments, look-alikes, recognisers and what is kept of galleries.

diesel::table! {
    look_alikes (face_id, other_face_id) {
        face_id -> Text,
        other_face_id -> Text,
        user_id -> Text,
        other_user_id -> Text,
        similarity -> Double,
        found_at -> BigInt,
    }
}

diesel::table! {
    analytics_hours (branch, hour, camera, series, label, bin) {
        branch -> Text,
        hour -> BigInt,
        camera -> Text,
        series -> Text,
        label -> Text,
        bin -> BigInt,
        count -> BigInt,
    }
}

diesel::table! {
    calibrations (model_tag) {
        model_tag -> BigInt,
        people -> BigInt,
        bins -> Text,
        measured_at -> BigInt,
    }
}

diesel::table! {
    enrolments (id) {
        id -> Text,
        user_id -> Text,
        consent_id -> Text,
        model_tag -> BigInt,
        members -> BigInt,
        templates_sealed -> Nullable<Binary>,
        requested_by -> Text,
        requested_at -> BigInt,
        expires_at -> BigInt,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<BigInt>,
        decision -> Nullable<Text>,
    }
}

diesel::table! {
    face_crops (id) {
        id -> Text,
        user_id -> Text,
        consent_id -> Text,
        face_id -> Text,
        crop_sealed -> Binary,
        quality -> Double,
        created_at -> BigInt,
    }
}

diesel::table! {
    enrolment_duplicates (enrolment_id, other_user_id) {
        enrolment_id -> Text,
        other_user_id -> Text,
        similarity -> Double,
    }
}

diesel::table! {
    model_roles (id) {
        id -> Integer,
        phase -> Text,
        active_tag -> BigInt,
        other_tag -> Nullable<BigInt>,
        leaving_tag -> Nullable<BigInt>,
        changed_at -> BigInt,
    }
}

diesel::table! {
    shadow_visits (user_id) {
        user_id -> Text,
        compared -> Integer,
        agreed -> Integer,
        named_others -> Integer,
    }
}

diesel::table! {
    gallery_parts (folder, model_tag, part) {
        folder -> Text,
        model_tag -> BigInt,
        part -> Text,
        key_wrapped -> Binary,
        templates -> BigInt,
        written_at -> BigInt,
    }
}

diesel::table! {
    gallery_changes (part) {
        part -> Text,
        changes -> BigInt,
    }
}
