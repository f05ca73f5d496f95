//! Each fault, and the test that finds it.

use plugin_check::Verdict::{Crash, Fail, Timeout};
use plugin_check::{Plan, cases};

use crate::bench::{checked, compile, each_is_found, each_is_found_apart, failures};

/// Fault, test, and how the test ends.
type Row = (&'static str, &'static str, plugin_check::Verdict);

const LOAD: &[Row] = &[
    ("slow_init", "load/opens", Fail),
    ("dies_with_its_process", "load/opens", Crash),
    ("moving_descriptor", "load/descriptors_stay", Fail),
    ("endless_descriptors", "load/descriptors_stay", Fail),
    ("any_interface", "load/unknown_interfaces_are_null", Fail),
    ("prefix_interface", "load/unknown_interfaces_are_null", Fail),
    ("missing_interface", "load/promised_interfaces_are_there", Fail),
    ("moving_table", "load/promised_interfaces_are_there", Fail),
    ("any_plugin", "load/unknown_plugins_are_refused", Fail),
    ("late_init", "load/starts_and_ends_twice", Fail),
    ("starts_once", "load/starts_and_ends_twice", Fail),
    ("dies_at_the_end", "load/starts_and_ends_twice", Crash),
];

const LIBRARY: &[Row] = &[
    ("exports_more", "library/exports_the_entry_alone", Fail),
    ("needs_more", "library/needs_what_every_machine_has", Fail),
    ("has_search_path", "library/needs_what_every_machine_has", Fail),
    ("runs_its_stack", "library/code_stays_as_it_is", Fail),
    ("writes_its_code", "library/code_stays_as_it_is", Fail),
    ("patches_its_code", "library/code_stays_as_it_is", Fail),
];

const LAYOUT: &[Row] = &[
    ("assumes_stride", "layout/structs_of_a_newer_host", Fail),
    ("keeps_array_size", "layout/structs_of_a_newer_host", Fail),
    ("reads_new_fields", "layout/structs_of_an_older_host", Crash),
    ("writes_whole_faces", "layout/structs_of_an_older_host", Crash),
    ("keeps_size", "layout/description_in_a_newer_struct", Fail),
    ("writes_tail", "layout/description_in_a_newer_struct", Fail),
    ("fails_on_nothing", "layout/nothing_to_look_at", Fail),
    ("writes_one_more", "layout/nothing_to_look_at", Crash),
    ("ignores_capacity", "layout/no_room", Crash),
    ("need_unsaid", "layout/no_room", Fail),
    ("short_is_ok", "layout/no_room", Fail),
    ("need_unsaid", "layout/too_little_room_then_enough", Fail),
    ("ignores_capacity", "layout/too_little_room_then_enough", Crash),
];

const CONFIG: &[Row] = &[
    ("refuses_all", "config/accepts_its_defaults", Fail),
    ("refuses_again", "config/accepts_its_defaults", Fail),
    ("takes_all", "config/misses_required_fields", Fail),
    ("wrong_status", "config/misses_required_fields", Fail),
    ("refuses_silently", "config/misses_required_fields", Fail),
    ("takes_all", "config/refuses_what_is_no_json", Fail),
    ("refuses_silently", "config/refuses_what_is_no_json", Fail),
    ("fails_at_7", "config/random_settings", Fail),
    ("stuck_after_7", "config/random_settings", Fail),
    ("logs_settings", "config/secrets_are_not_told", Fail),
    ("repeats_settings", "config/secrets_are_not_told", Fail),
];

const VISION: &[Row] = &[
    ("no_format", "vision/pixel_formats", Fail),
    ("internal_format", "vision/pixel_formats", Fail),
    ("nan_score", "vision/pixel_formats", Fail),
    ("stray_face", "vision/pixel_formats", Fail),
    ("sure", "vision/pixel_formats", Fail),
    ("nan_embedding", "vision/pixel_formats", Fail),
    ("long_embedding", "vision/pixel_formats", Fail),
    ("exits", "vision/pixel_formats", Crash),
    ("halves", "vision/odd_sizes", Crash),
    ("ignores_pitch", "vision/padded_rows", Fail),
    ("reads_whole_pitch", "vision/padded_rows", Crash),
    ("reads_past", "vision/edges_of_memory", Crash),
    ("reads_before", "vision/edges_of_memory", Crash),
    ("writes_input", "vision/edges_of_memory", Crash),
    ("takes_unknown_format", "vision/pictures_that_no_plugin_knows", Fail),
    ("takes_unknown_memory", "vision/pictures_that_no_plugin_knows", Fail),
    ("takes_45_degrees", "vision/pictures_that_no_plugin_knows", Fail),
    ("takes_short_planes", "vision/pictures_that_no_plugin_knows", Fail),
    ("turned_is_internal", "vision/pictures_that_no_plugin_knows", Fail),
    ("depends_on_place", "vision/batches", Fail),
    ("first_picture_only", "vision/neighbours_in_a_batch", Fail),
    ("remembers", "vision/same_input_same_answer", Fail),
    ("moving_tag", "vision/description_stays", Fail),
    ("no_tag", "vision/description_stays", Fail),
];

const THREADING: &[Row] = &[
    ("shares_scratch", "threading/calls_at_once", Fail),
    ("ignores_cancel", "threading/cancelled_before", Fail),
    ("ignores_cancel", "threading/cancelled_during", Fail),
    ("ignores_deadline", "threading/deadline_of_1_ms", Fail),
    ("dies_idle", "threading/no_call_in_a_life", Crash),
    ("one_life_only", "threading/no_call_in_a_life", Fail),
    ("unfit_afterwards", "threading/no_call_in_a_life", Fail),
    ("leaks_memory", "threading/thousand_lives", Fail),
    ("leaks_descriptors", "threading/thousand_lives", Fail),
    ("leaks_threads", "threading/thousand_lives", Fail),
];

const FAULTS: &[Row] = &[
    ("insistent", "faults/sinks_that_refuse", Fail),
    ("null_writer", "faults/no_sinks", Crash),
    ("needs_log", "faults/host_without_extensions", Crash),
    ("silent_refusal", "faults/host_without_extensions", Fail),
    ("forgets_panic", "faults/panic_poisons", Fail),
];

const NETWORK: &[Row] = &[
    ("works_blind", "faults/host_without_extensions", Fail),
    ("lives_without_network", "faults/network_that_fails", Fail),
    ("passes_numbers_on", "faults/network_that_gives_no_numbers", Fail),
];

const PAYMENT: &[Row] = &[
    ("cap_without_op", "payment/offers_what_it_says", Fail),
    ("takes_any_op", "payment/offers_what_it_says", Fail),
    ("keeps_effect_size", "payment/structs_of_a_newer_host", Fail),
    ("approves_unheard", "payment/no_connection", Fail),
    ("denies_in_sync", "payment/no_connection", Fail),
    ("endless", "payment/no_connection", Fail),
    ("denies_sending", "payment/lost_answers", Fail),
    ("declines_lost", "payment/lost_answers", Fail),
    ("trusts_200", "payment/nonsense_answers", Fail),
    ("trusts_events", "payment/events_out_of_place", Fail),
    ("unnamed", "payment/attempts_are_named", Fail),
    ("counts_up", "payment/repeats_are_the_same", Fail),
    ("strays", "payment/endpoints_are_declared", Fail),
    ("needs_provider_ref", "payment/references_are_enough", Fail),
    ("dies_unstepped", "payment/operations_are_dropped", Crash),
    ("pays_twice", "payment/money_is_kept", Fail),
    ("denies_sending", "payment/money_is_kept", Fail),
    ("trusts_200", "payment/money_is_kept", Fail),
    ("trusts_nothing_found", "payment/money_is_kept", Fail),
    ("cannot_clear_up", "payment/money_is_kept", Fail),
];

const IDENTITY: &[Row] = &[
    ("only_sync", "identity/offers_what_it_says", Fail),
    ("takes_any_op", "identity/offers_what_it_says", Fail),
    ("keeps_effect_size", "identity/structs_of_a_newer_host", Fail),
    ("verifies_unheard", "identity/no_connection", Fail),
    ("verifies_unasked", "identity/no_connection", Fail),
    ("denies_in_sync", "identity/no_connection", Fail),
    ("endless", "identity/no_connection", Fail),
    ("not_offline", "identity/no_connection", Fail),
    ("denies_sending", "identity/lost_answers", Fail),
    ("refuses_lost", "identity/lost_answers", Fail),
    ("trusts_200", "identity/nonsense_answers", Fail),
    ("looks_deeper", "identity/nonsense_answers", Fail),
    ("trusts_documents", "identity/nonsense_documents", Fail),
    ("trusts_events", "identity/events_out_of_place", Fail),
    ("unnamed", "identity/repeats_are_known", Fail),
    ("counts_up", "identity/repeats_are_known", Fail),
    ("strays", "identity/endpoints_are_declared", Fail),
    ("needs_provider_ref", "identity/references_are_enough", Fail),
    ("number_in_path", "identity/secrets_stay", Fail),
    ("prompts_number", "identity/secrets_stay", Fail),
    ("keeps_number", "identity/secrets_stay", Fail),
    ("number_in_key", "identity/secrets_stay", Fail),
    ("tells_number", "identity/secrets_stay", Fail),
    ("logs_number", "identity/secrets_stay", Fail),
    ("logs_phrase", "identity/secrets_stay", Fail),
    ("dies_unstepped", "identity/operations_are_dropped", Crash),
    ("verifies_unasked", "identity/people_are_who_they_are", Fail),
    ("no_key", "identity/people_are_who_they_are", Fail),
    ("another_key", "identity/people_are_who_they_are", Fail),
    ("surer", "identity/people_are_who_they_are", Fail),
    ("refuses_slow", "identity/people_are_who_they_are", Fail),
    ("denies_sending", "identity/people_are_who_they_are", Fail),
    ("trusts_nothing_found", "identity/people_are_who_they_are", Fail),
];

#[test]
fn faults_of_identities_are_found() {
    each_is_found("desk.c", IDENTITY);
}

const MESSAGES: &[Row] = &[
    ("believes_unsigned", "payment/unsigned_messages", Fail),
    ("believes_all", "payment/unsigned_messages", Fail),
    ("names_no_event", "payment/signed_messages", Fail),
    ("remembers_signatures", "payment/signed_messages", Fail),
    ("ignores_age", "payment/signed_messages", Fail),
    ("ignores_body", "payment/signed_messages", Fail),
    ("compares_the_beginning", "payment/signed_messages", Fail),
    ("believes_unsigned", "payment/signed_messages", Fail),
];

/// Faults that only a sandbox shows.
const APART: &[Row] = &[
    ("opens_sockets", "vision/pixel_formats", Fail),
    ("opens_sockets", "vision/batches", Fail),
    ("opens_sockets", "threading/calls_at_once", Fail),
];

/// As [`APART`]; the others are found there as well as here.
const IDENTITIES_APART: &[Row] = &[
    ("opens_sockets", "identity/references_are_enough", Fail),
    ("trusts_200", "identity/nonsense_answers", Fail),
    ("number_in_path", "identity/endpoints_are_declared", Fail),
    ("another_key", "identity/people_are_who_they_are", Fail),
];

#[test]
fn faults_of_payments_are_found() {
    each_is_found("till.c", PAYMENT);
}

#[test]
fn faults_of_messages_are_found() {
    each_is_found("messages.c", MESSAGES);
}

#[test]
fn faults_of_the_library_are_found() {
    each_is_found("fixture.c", LOAD);
    each_is_found("fixture.c", LIBRARY);
}

#[test]
fn what_needs_more_than_the_sandbox_gives_fails_there_and_only_there() {
    each_is_found_apart("fixture.c", APART);
    each_is_found_apart("till.c", &[("opens_sockets", "payment/references_are_enough", Fail)]);
    each_is_found_apart("desk.c", IDENTITIES_APART);
    let allowed: Vec<Row> =
        APART.iter().map(|(fault, path, _)| (*fault, *path, plugin_check::Verdict::Pass)).collect();
    each_is_found("fixture.c", &allowed);
}

#[test]
fn faults_of_layout_are_found() {
    each_is_found("fixture.c", LAYOUT);
}

#[test]
fn faults_of_settings_are_found() {
    each_is_found("fixture.c", CONFIG);
}

#[test]
fn faults_of_looking_are_found() {
    each_is_found("fixture.c", VISION);
}

#[test]
fn faults_of_threads_and_leaks_are_found() {
    each_is_found("fixture.c", THREADING);
}

#[test]
fn faults_under_a_failing_host_are_found() {
    each_is_found("fixture.c", FAULTS);
    each_is_found("looker.c", NETWORK);
}

#[test]
fn every_test_has_a_plugin_that_fails_it() {
    let rows =
        [LIBRARY, LOAD, LAYOUT, CONFIG, VISION, THREADING, FAULTS, NETWORK, PAYMENT, MESSAGES, IDENTITY]
            .concat();
    for case in cases() {
        assert!(rows.iter().any(|(_, path, _)| *path == case.path()), "nothing fails {}", case.path());
    }
}

#[test]
fn what_hangs_is_ended_when_its_budget_is_spent_and_the_next_test_runs() {
    let (_dir, library) = compile("fixture.c", "hangs_early");
    let include = Some("load/".to_owned());
    let report = checked(&Plan { library, include, budget_percent: 10, ..Plan::default() });
    let found: Vec<_> = report.tests.iter().map(|test| test.verdict).collect();
    let pass = plugin_check::Verdict::Pass;
    assert_eq!(found, [pass, pass, Timeout, Timeout, pass, pass], "{:?}", report.tests);
}

#[test]
fn a_file_that_is_no_plugin_fails_once_and_nothing_else_runs() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text.so");
    std::fs::write(&text, "not a library").unwrap();
    let report = checked(&Plan { library: text, ..Plan::default() });
    assert_eq!(report.tests.len(), 1, "{:?}", report.tests);
    assert!(failures(&report)[0].contains("not a loadable shared library"), "{:?}", report.tests);
}
