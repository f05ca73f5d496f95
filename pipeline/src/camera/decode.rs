//! Which of a camera's encoded pictures are decoded: each, or those only that rest on no other. Pure: the clock comes in.

use std::collections::VecDeque;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// How far apart key frames are taken to be before two were seen.
const DISTANCE_UNKNOWN: Duration = Duration::from_secs(10);
/// Of so many distances the longest is what is waited for.
const DISTANCES: usize = 4;
/// Pictures that may be inside a decoder.
const ENTERED_MAX: usize = 32;

/// Which of a camera's pictures are decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Decode {
    /// Each: what a camera takes that somebody pays at.
    #[default]
    All,
    /// Those that rest on no other, the key frames: one every second or two, of a camera that watches a place and sells
    /// nothing. It loses its turns first when there is too much to look at.
    KeyFrames,
}

/// The text is no [`Decode`].
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("decoded are `all` pictures or `key-frames`")]
pub struct BadDecode;

impl Decode {
    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Decode::All => "all",
            Decode::KeyFrames => "key-frames",
        }
    }
}

impl FromStr for Decode {
    type Err = BadDecode;

    fn from_str(text: &str) -> Result<Decode, BadDecode> {
        [Decode::All, Decode::KeyFrames].into_iter().find(|decode| decode.name() == text).ok_or(BadDecode)
    }
}

/// An encoded picture before its decoder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    /// When it came.
    pub(crate) at: Instant,
    /// It rests on no other.
    pub(crate) is_key: bool,
    /// Its time in the stream.
    pub(crate) pts_ns: Option<u64>,
}

/// The way of a stream's pictures into their decoder.
#[derive(Default)]
pub(crate) struct Gate {
    /// One was left out on which the next may rest.
    is_broken: bool,
    key: Option<Instant>,
    distances: VecDeque<Duration>,
    /// Pictures that are in the decoder: their time in the stream, and when they came.
    entered: VecDeque<(u64, Instant)>,
    skipped: u64,
}

impl Gate {
    /// Whether a picture is decoded. From key frames to all pictures it goes with the next key frame: what lies between rests
    /// on pictures that the decoder never got.
    pub(crate) fn admits(&mut self, unit: &Unit, decode: Decode) -> bool {
        if unit.is_key {
            self.note_key(unit.at);
        }
        self.is_broken = !unit.is_key && (self.is_broken || decode == Decode::KeyFrames);
        if self.is_broken {
            self.skipped += 1;
        } else if let Some(pts_ns) = unit.pts_ns {
            while self.entered.len() >= ENTERED_MAX {
                self.entered.pop_front();
            }
            self.entered.push_back((pts_ns, unit.at));
        }
        !self.is_broken
    }

    fn note_key(&mut self, now: Instant) {
        if let Some(before) = self.key.replace(now) {
            while self.distances.len() >= DISTANCES {
                self.distances.pop_front();
            }
            self.distances.push_back(now.saturating_duration_since(before));
        }
    }

    /// How long the picture of this time was in its decoder when it left that at `now`: some hold one back until the next comes.
    pub(crate) fn held(&mut self, pts_ns: Option<u64>, now: Instant) -> Duration {
        let place = self.entered.iter().position(|(entered, _)| Some(*entered) == pts_ns);
        let came = place.and_then(|place| self.entered.remove(place));
        came.map_or(Duration::ZERO, |(_, at)| now.saturating_duration_since(at))
    }

    /// How far apart the stream's key frames are.
    pub(crate) fn distance(&self) -> Option<Duration> {
        self.distances.iter().max().copied()
    }

    /// How far apart decoded pictures are expected to be; `None` when each is decoded.
    pub(crate) fn every(&self, decode: Decode) -> Option<Duration> {
        let sparse = self.is_broken || decode == Decode::KeyFrames;
        sparse.then(|| self.distance().unwrap_or(DISTANCE_UNKNOWN))
    }

    /// Pictures that were not decoded.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// The source is opened anew: nothing is known of it but what was counted.
    pub(crate) fn reopened(&mut self) {
        *self = Gate { skipped: self.skipped, ..Gate::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A gate before 15 pictures a second, of which every `key_every`th is a key frame.
    struct Stream {
        gate: Gate,
        start: Instant,
        key_every: u64,
        sent: u64,
    }

    impl Stream {
        fn new(key_every: u64) -> Self {
            Self { gate: Gate::default(), start: Instant::now(), key_every, sent: 0 }
        }

        fn at(&self, picture: u64) -> Instant {
            self.start + Duration::from_nanos(picture * 1_000_000_000 / 15)
        }

        /// The numbers of the next `count` pictures that are decoded.
        fn decoded(&mut self, count: u64, decode: Decode) -> Vec<u64> {
            let next = self.sent..self.sent + count;
            self.sent += count;
            next.filter(|picture| {
                let at = self.at(*picture);
                let unit = Unit { at, is_key: picture % self.key_every == 0, pts_ns: Some(*picture) };
                self.gate.admits(&unit, decode)
            })
            .collect()
        }
    }

    #[test]
    fn of_key_frames_only_no_other_picture_is_decoded_and_each_of_those_is_counted() {
        let mut stream = Stream::new(15);
        assert_eq!(stream.decoded(40, Decode::KeyFrames), [0, 15, 30]);
        assert_eq!(stream.gate.skipped(), 37);
    }

    #[test]
    fn back_from_key_frames_a_picture_is_decoded_once_those_that_it_rests_on_are() {
        let mut stream = Stream::new(15);
        assert_eq!(stream.decoded(17, Decode::All).len(), 17);
        assert!(stream.decoded(3, Decode::KeyFrames).is_empty());
        assert_eq!(stream.decoded(12, Decode::All), [30, 31]);
        assert_eq!(stream.gate.skipped(), 13);
    }

    #[test]
    fn pictures_are_expected_as_often_as_key_frames_come_until_each_is_decoded_again() {
        let mut stream = Stream::new(30);
        assert_eq!(stream.gate.every(Decode::All), None);
        assert_eq!(stream.gate.every(Decode::KeyFrames), Some(DISTANCE_UNKNOWN));
        stream.decoded(31, Decode::KeyFrames);
        assert_eq!(stream.gate.every(Decode::KeyFrames), Some(Duration::from_secs(2)));
        stream.decoded(1, Decode::KeyFrames);
        assert_eq!(stream.gate.every(Decode::All), Some(Duration::from_secs(2)), "up to the next key frame");
        stream.decoded(29, Decode::All);
        assert_eq!(stream.gate.every(Decode::All), None);
        // One that comes late is waited for from then on; after four more it is forgotten.
        stream.key_every = 90;
        stream.decoded(120, Decode::KeyFrames);
        assert_eq!(stream.gate.distance(), Some(Duration::from_secs(6)));
        stream.key_every = 15;
        stream.decoded(75, Decode::KeyFrames);
        assert_eq!(stream.gate.distance(), Some(Duration::from_secs(1)));
        stream.gate.reopened();
        assert_eq!((stream.gate.distance(), stream.gate.skipped() > 0), (None, true));
    }

    #[test]
    fn a_picture_that_its_decoder_holds_back_is_as_old_as_it_is() {
        let mut stream = Stream::new(15);
        stream.decoded(16, Decode::KeyFrames);
        let now = stream.at(15) + Duration::from_millis(4);
        let held = stream.gate.held(Some(0), now);
        assert!((1_003..=1_005).contains(&held.as_millis()), "it came out when the next went in: {held:?}");
        assert!((3..=5).contains(&stream.gate.held(Some(15), now).as_millis()));
        assert_eq!(stream.gate.held(Some(15), now), Duration::ZERO, "nothing is told of it any more");
        assert_eq!(stream.gate.held(None, now), Duration::ZERO);
    }

    #[test]
    fn a_setting_is_read_by_its_name() {
        for decode in [Decode::All, Decode::KeyFrames] {
            assert_eq!(decode.name().parse(), Ok(decode));
        }
        assert_eq!("keyframes".parse::<Decode>(), Err(BadDecode));
    }
}
