//! The kinds of attack that are simulated.

use std::str::FromStr;

/// A kind of attack (a presentation attack instrument species, or a way into the camera's stream).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Species {
    /// A print, held still.
    PrintFlat,
    /// A print bent around an upright axis, as a head is round.
    PrintBent,
    /// A print with holes, through which the attacker looks and blinks.
    PrintCutEyes,
    /// A flat print, turned as a head would be.
    PrintTurning,
    /// A bent print, turned as a head would be.
    PrintBentTurning,
    /// A photograph or video on a phone.
    ScreenPhone,
    /// On a tablet.
    ScreenTablet,
    /// On a laptop.
    ScreenLaptop,
    /// On a tablet that is turned as a head would be.
    ScreenTurning,
    /// A short recording in place of the camera, again and again, bit by bit the same.
    ReplayLooped,
    /// The same, with fresh grain and encoded anew each time.
    ReplayReencoded,
    /// One picture in place of the camera, again and again.
    Frozen,
    /// The same, with fresh grain.
    FrozenNoisy,
    /// A photograph that drifts and blinks, in place of the camera.
    InjectedStill,
    /// A photograph laid on an egg that turns and blinks, in place of the camera.
    InjectedTurning,
    /// Single pictures of the payer between those of the attacker.
    InjectedSpliced,
    /// The attacker first, then a print of the payer in the same place.
    InjectedSwapped,
    /// Genuine pictures that come too late.
    Stale,
}

impl Species {
    /// All of them.
    pub const ALL: [Species; 18] = [
        Species::PrintFlat,
        Species::PrintBent,
        Species::PrintCutEyes,
        Species::PrintTurning,
        Species::PrintBentTurning,
        Species::ScreenPhone,
        Species::ScreenTablet,
        Species::ScreenLaptop,
        Species::ScreenTurning,
        Species::ReplayLooped,
        Species::ReplayReencoded,
        Species::Frozen,
        Species::FrozenNoisy,
        Species::InjectedStill,
        Species::InjectedTurning,
        Species::InjectedSpliced,
        Species::InjectedSwapped,
        Species::Stale,
    ];

    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Species::PrintFlat => "print-flat",
            Species::PrintBent => "print-bent",
            Species::PrintCutEyes => "print-cut-eyes",
            Species::PrintTurning => "print-turning",
            Species::PrintBentTurning => "print-bent-turning",
            Species::ScreenPhone => "screen-phone",
            Species::ScreenTablet => "screen-tablet",
            Species::ScreenLaptop => "screen-laptop",
            Species::ScreenTurning => "screen-turning",
            Species::ReplayLooped => "replay-looped",
            Species::ReplayReencoded => "replay-reencoded",
            Species::Frozen => "frozen",
            Species::FrozenNoisy => "frozen-noisy",
            Species::InjectedStill => "injected-still",
            Species::InjectedTurning => "injected-turning",
            Species::InjectedSpliced => "injected-spliced",
            Species::InjectedSwapped => "injected-swapped",
            Species::Stale => "stale",
        }
    }
}

/// No species has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no species {0}; known are {known}", known = Species::ALL.map(Species::name).join(", "))]
pub struct UnknownSpecies(String);

impl FromStr for Species {
    type Err = UnknownSpecies;

    fn from_str(name: &str) -> Result<Species, UnknownSpecies> {
        let known = Species::ALL.into_iter().find(|species| species.name() == name);
        known.ok_or_else(|| UnknownSpecies(name.to_owned()))
    }
}
