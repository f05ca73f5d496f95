//! The tests: their groups, names, budgets and what they apply to.

use std::time::Duration;

use crate::subject::Subject;
use crate::{config, faults, identity, layout, library, load, payment, threading, vision};

/// What a test is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The library's file.
    Library,
    /// The open library and its descriptors.
    Load,
    /// Structs of older and newer hosts, and arrays without room.
    Layout,
    /// Settings.
    Config,
    /// Pictures and answers of the vision steps.
    Vision,
    /// Threads, cancellation, deadlines, leaks.
    Threading,
    /// Hosts that fail.
    Faults,
    /// The payment step machine.
    Payment,
    /// The identity step machine.
    Identity,
}

impl Group {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Library => "library",
            Self::Load => "load",
            Self::Layout => "layout",
            Self::Config => "config",
            Self::Vision => "vision",
            Self::Threading => "threading",
            Self::Faults => "faults",
            Self::Payment => "payment",
            Self::Identity => "identity",
        }
    }
}

/// Which plugins a test is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    All,
    Vision,
    Detectors,
    Recognizers,
    Payments,
    Identities,
}

impl For {
    /// Whether a plugin with these interfaces is among them.
    pub(crate) fn holds(self, interfaces: &[String]) -> bool {
        let has = |id: &str| interfaces.iter().any(|interface| interface == id);
        let (detects, recognizes) = (has("facepay.detector/1"), has("facepay.recognizer/1"));
        match self {
            Self::All => true,
            Self::Vision => detects || recognizes || has("facepay.liveness/1"),
            Self::Detectors => detects,
            Self::Recognizers => recognizes,
            Self::Payments => has("facepay.payment/1"),
            Self::Identities => has("facepay.identity/1"),
        }
    }
}

/// Why a test did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    Fail(String),
    Skip(String),
}

impl Stop {
    pub(crate) fn fail<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self::Fail(why.into()))
    }

    pub(crate) fn skip<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self::Skip(why.into()))
    }
}

/// What a test found out when it passed, in a few words.
pub(crate) type Checked = Result<String, Stop>;

/// One test.
pub struct Case {
    /// What it is about.
    pub group: Group,
    /// Its name within the group.
    pub name: &'static str,
    /// The longest that it may take, the start of its process apart.
    pub budget: Duration,
    pub(crate) applies: For,
    pub(crate) run: fn(&Subject) -> Checked,
}

impl Case {
    /// `group/name`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.group.name(), self.name)
    }
}

const fn case(
    group: Group,
    name: &'static str,
    seconds: u64,
    applies: For,
    run: fn(&Subject) -> Checked,
) -> Case {
    Case { group, name, budget: Duration::from_secs(seconds), applies, run }
}

/// Every test, in the order in which they run.
pub fn cases() -> &'static [Case] {
    use For::{All, Detectors, Identities, Payments, Recognizers, Vision};
    const CASES: &[Case] = &[
        case(Group::Load, "opens", 10, All, load::opens),
        case(Group::Library, "exports_the_entry_alone", 10, All, library::exports_the_entry_alone),
        case(Group::Library, "needs_what_every_machine_has", 10, All, library::needs_what_every_machine_has),
        case(Group::Library, "code_stays_as_it_is", 10, All, library::code_stays_as_it_is),
        case(Group::Load, "descriptors_stay", 10, All, load::descriptors_stay),
        case(Group::Load, "unknown_interfaces_are_null", 10, All, load::unknown_interfaces_are_null),
        case(Group::Load, "promised_interfaces_are_there", 10, All, load::promised_interfaces_are_there),
        case(Group::Load, "unknown_plugins_are_refused", 10, All, load::unknown_plugins_are_refused),
        case(Group::Load, "starts_and_ends_twice", 20, All, load::starts_and_ends_twice),
        case(Group::Layout, "structs_of_a_newer_host", 60, Vision, layout::structs_of_a_newer_host),
        case(Group::Layout, "structs_of_an_older_host", 60, Vision, layout::structs_of_an_older_host),
        case(Group::Layout, "description_in_a_newer_struct", 20, Recognizers, layout::description),
        case(Group::Layout, "nothing_to_look_at", 20, Vision, layout::nothing_to_look_at),
        case(Group::Layout, "no_room", 60, Detectors, layout::no_room),
        case(Group::Layout, "too_little_room_then_enough", 60, Detectors, layout::too_little_room),
        case(Group::Config, "accepts_its_defaults", 20, All, config::accepts_its_defaults),
        case(Group::Config, "misses_required_fields", 20, All, config::misses_required_fields),
        case(Group::Config, "refuses_what_is_no_json", 20, All, config::refuses_what_is_no_json),
        case(Group::Config, "random_settings", 60, All, config::random_settings),
        case(Group::Config, "secrets_are_not_told", 30, All, config::secrets_are_not_told),
        case(Group::Vision, "pixel_formats", 120, Vision, vision::pixel_formats),
        case(Group::Vision, "odd_sizes", 120, Vision, vision::odd_sizes),
        case(Group::Vision, "padded_rows", 60, Vision, vision::padded_rows),
        case(Group::Vision, "edges_of_memory", 60, Vision, vision::edges_of_memory),
        case(Group::Vision, "pictures_that_no_plugin_knows", 60, Vision, vision::unknown_pictures),
        case(Group::Vision, "batches", 120, Vision, vision::batches),
        case(Group::Vision, "neighbours_in_a_batch", 120, Vision, vision::neighbours),
        case(Group::Vision, "same_input_same_answer", 60, Vision, vision::same_input_same_answer),
        case(Group::Vision, "description_stays", 20, Recognizers, vision::description_stays),
        case(Group::Threading, "calls_at_once", 120, Vision, threading::calls_at_once),
        case(Group::Threading, "cancelled_before", 60, Vision, threading::cancelled_before),
        case(Group::Threading, "cancelled_during", 60, Vision, threading::cancelled_during),
        case(Group::Threading, "deadline_of_1_ms", 60, Vision, threading::short_deadline),
        case(Group::Threading, "no_call_in_a_life", 30, All, threading::no_call_in_a_life),
        case(Group::Threading, "thousand_lives", 120, All, threading::thousand_lives),
        case(Group::Faults, "sinks_that_refuse", 20, All, faults::sinks_that_refuse),
        case(Group::Faults, "no_sinks", 20, All, faults::no_sinks),
        case(Group::Faults, "host_without_extensions", 20, All, faults::host_without_extensions),
        case(Group::Faults, "network_that_fails", 60, Vision, faults::network_that_fails),
        case(Group::Faults, "network_that_gives_no_numbers", 60, Vision, faults::network_without_numbers),
        case(Group::Faults, "panic_poisons", 60, All, faults::panic_poisons),
        case(Group::Payment, "offers_what_it_says", 10, Payments, payment::offers_what_it_says),
        case(Group::Payment, "structs_of_a_newer_host", 10, Payments, payment::structs_of_a_newer_host),
        case(Group::Payment, "no_connection", 10, Payments, payment::no_connection),
        case(Group::Payment, "lost_answers", 10, Payments, payment::lost_answers),
        case(Group::Payment, "nonsense_answers", 20, Payments, payment::nonsense_answers),
        case(Group::Payment, "events_out_of_place", 10, Payments, payment::events_out_of_place),
        case(Group::Payment, "attempts_are_named", 10, Payments, payment::attempts_are_named),
        case(Group::Payment, "repeats_are_the_same", 10, Payments, payment::repeats_are_the_same),
        case(Group::Payment, "endpoints_are_declared", 10, Payments, payment::endpoints_are_declared),
        case(Group::Payment, "references_are_enough", 10, Payments, payment::references_are_enough),
        case(Group::Payment, "operations_are_dropped", 20, Payments, payment::operations_are_dropped),
        case(Group::Payment, "money_is_kept", 60, Payments, payment::money_is_kept),
        case(Group::Payment, "unsigned_messages", 20, Payments, payment::unsigned_messages),
        case(Group::Payment, "signed_messages", 20, Payments, payment::signed_messages),
        case(Group::Identity, "offers_what_it_says", 10, Identities, identity::offers_what_it_says),
        case(Group::Identity, "structs_of_a_newer_host", 10, Identities, identity::structs_of_a_newer_host),
        case(Group::Identity, "no_connection", 10, Identities, identity::no_connection),
        case(Group::Identity, "lost_answers", 10, Identities, identity::lost_answers),
        case(Group::Identity, "nonsense_answers", 20, Identities, identity::nonsense_answers),
        case(Group::Identity, "nonsense_documents", 20, Identities, identity::nonsense_documents),
        case(Group::Identity, "events_out_of_place", 10, Identities, identity::events_out_of_place),
        case(Group::Identity, "repeats_are_known", 10, Identities, identity::repeats_are_known),
        case(Group::Identity, "endpoints_are_declared", 10, Identities, identity::endpoints_are_declared),
        case(Group::Identity, "references_are_enough", 10, Identities, identity::references_are_enough),
        case(Group::Identity, "secrets_stay", 20, Identities, identity::secrets_stay),
        case(Group::Identity, "operations_are_dropped", 20, Identities, identity::operations_are_dropped),
        case(Group::Identity, "people_are_who_they_are", 60, Identities, identity::people_are_who_they_are),
    ];
    CASES
}
