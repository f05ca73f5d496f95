//! What a source shows of which device it is, and whether that is still the device that the camera was pinned to.
//!
//! Where a camera stands somebody may unplug it and plug in a computer. What a device says of itself can be forged by
//! whoever knows it; pinning makes that necessary, and tells of every exchange that is not forged.

use std::collections::BTreeMap;

/// Fields that are kept.
const FIELDS_MAX: usize = 16;
/// Characters of a field that are kept.
const VALUE_CHARS_MAX: usize = 200;

/// Named properties of a device and its stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity(BTreeMap<String, String>);

impl Identity {
    /// Of these properties; empty ones are left out, long ones cut.
    pub fn of<N: Into<String>>(fields: impl IntoIterator<Item = (N, String)>) -> Self {
        let clean = |value: String| -> String {
            value.chars().filter(|c| !c.is_control()).take(VALUE_CHARS_MAX).collect()
        };
        let fields = fields.into_iter().map(|(name, value)| (name.into(), clean(value)));
        Self(fields.filter(|(_, value)| !value.is_empty()).take(FIELDS_MAX).collect())
    }

    /// Names and values, in the order of the names.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The names of what differs, also where only one of the two has it.
    pub fn changes(&self, other: &Self) -> Vec<String> {
        let names = self.0.keys().chain(other.0.keys().filter(|name| !self.0.contains_key(*name)));
        let mut changed: Vec<String> =
            names.filter(|name| self.0.get(*name) != other.0.get(*name)).cloned().collect();
        changed.sort();
        changed
    }
}

/// The device that a camera is pinned to, and another that was found in its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pin {
    /// The first device that was found; `None` before.
    pub pinned: Option<Identity>,
    /// The last other one that was found, until somebody accepts it. That the first one comes back changes nothing.
    pub found: Option<Identity>,
}

/// What finding a device came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinChange {
    /// The camera was not pinned to any before.
    Pinned,
    /// It is another one.
    Replaced,
}

/// A camera was pinned, or its device was found replaced.
#[derive(Clone, Debug)]
pub struct PinEvent {
    /// The camera.
    pub camera: super::CameraId,
    /// Which of the two.
    pub change: PinChange,
    /// The pin as it is now.
    pub pin: Pin,
}

impl Pin {
    /// Takes note of a device; what that changes, if anything.
    pub(crate) fn find(&mut self, identity: Identity) -> Option<PinChange> {
        match &self.pinned {
            None => {
                self.pinned = Some(identity);
                Some(PinChange::Pinned)
            }
            Some(pinned) if *pinned == identity => None,
            Some(_) if self.found.as_ref() == Some(&identity) => None,
            Some(_) => {
                self.found = Some(identity);
                Some(PinChange::Replaced)
            }
        }
    }

    /// Whether another device was found.
    pub fn is_replaced(&self) -> bool {
        self.found.is_some()
    }

    /// What is different about the device that was found.
    pub fn changes(&self) -> Vec<String> {
        let both = self.pinned.as_ref().zip(self.found.as_ref());
        both.map(|(pinned, found)| pinned.changes(found)).unwrap_or_default()
    }

    /// The pin once somebody has accepted the device that is `present`; where none was found since the start, the one that
    /// was found before.
    pub(crate) fn accepted(self, present: Option<Identity>) -> Self {
        Self { pinned: present.or(self.found).or(self.pinned), found: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(serial: &str) -> Identity {
        Identity::of([("driver", "uvcvideo".to_owned()), ("serial", serial.to_owned())])
    }

    #[test]
    fn another_device_stays_found_until_it_is_accepted() {
        let mut pin = Pin::default();
        assert_eq!(pin.find(device("A")), Some(PinChange::Pinned));
        assert_eq!((pin.find(device("A")), pin.is_replaced()), (None, false));
        assert_eq!(pin.find(device("B")), Some(PinChange::Replaced));
        assert_eq!((pin.changes(), pin.is_replaced()), (vec!["serial".to_owned()], true));
        assert_eq!(pin.find(device("B")), None, "told once");
        // Putting the first one back hides nothing.
        assert_eq!((pin.find(device("A")), pin.is_replaced()), (None, true));
        for (present, pinned, other) in [(Some("A"), "A", "B"), (Some("C"), "C", "A"), (None, "B", "A")] {
            let mut pin = pin.clone().accepted(present.map(device));
            assert_eq!((pin.find(device(pinned)), pin.is_replaced()), (None, false), "{present:?}");
            assert_eq!(pin.find(device(other)), Some(PinChange::Replaced), "{present:?}");
        }
    }

    #[test]
    fn what_only_one_of_two_shows_is_a_change() {
        let (with, without) = (device("A"), device(""));
        assert_eq!(with.changes(&without), ["serial"]);
        assert_eq!(without.changes(&with), ["serial"]);
        assert!(with.changes(&with).is_empty());
    }

    #[test]
    fn what_a_device_says_is_bounded() {
        let many = Identity::of((0..40).map(|n| (n.to_string(), "é\n".repeat(500))));
        assert_eq!(many.fields().count(), FIELDS_MAX);
        assert!(
            many.fields().all(|(_, value)| value.chars().count() == VALUE_CHARS_MAX && !value.contains('\n'))
        );
    }
}
