//! Offers and answers (SDP, RFC 8866): what is looked at before str0m reads an offer, and what is added to its answer.

use std::fmt::Write;

/// An offer from which nothing can come. [`OfferError::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    #[error("this is no SDP offer of a WebRTC client: {0}")]
    Unreadable(String),
    #[error("the offer has no video")]
    NoVideo,
    #[error("the offer has video in other codecs than {0}")]
    NoCodec(&'static str),
    #[error("the offer's video goes the other way: {0} is expected")]
    Direction(&'static str),
}

impl OfferError {
    /// Stable machine-readable name.
    pub fn code(&self) -> &'static str {
        match self {
            OfferError::Unreadable(_) => "sdp_invalid",
            OfferError::NoVideo => "sdp_without_video",
            OfferError::NoCodec(_) => "sdp_codec_unsupported",
            OfferError::Direction(_) => "sdp_direction_invalid",
        }
    }
}

/// Which way the pictures go, as the browser says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    FromBrowser,
    ToBrowser,
}

impl Way {
    /// Encodings that are understood, as offers name them.
    fn encodings(self) -> &'static [&'static str] {
        match self {
            Way::FromBrowser => &["VP8", "H264"],
            // What is sent is encoded once for all who look.
            Way::ToBrowser => &["VP8"],
        }
    }

    fn wanted(self) -> (&'static str, &'static str) {
        match self {
            Way::FromBrowser => ("VP8 and H.264", "sendonly"),
            Way::ToBrowser => ("VP8", "recvonly"),
        }
    }
}

/// Refuses an offer that has no video of the right kind.
pub(crate) fn check(offer: &str, way: Way) -> Result<(), OfferError> {
    let (codecs, direction) = way.wanted();
    let mut videos = sections(offer).filter(|section| is_open(section, "video")).peekable();
    videos.peek().ok_or(OfferError::NoVideo)?;
    let mut known = videos.filter(|section| has_codec(section, way)).peekable();
    known.peek().ok_or(OfferError::NoCodec(codecs))?;
    let fits = known.any(|section| goes(section, direction));
    if fits { Ok(()) } else { Err(OfferError::Direction(direction)) }
}

/// The media sections of a description, each from its `m=` on.
fn sections(description: &str) -> impl Iterator<Item = &str> {
    let starts = description.match_indices("\nm=").map(|(at, _)| at + 1);
    let ends = starts.clone().skip(1).chain([description.len()]);
    starts.zip(ends).filter_map(|(start, end)| description.get(start..end))
}

/// Whether it is of that kind, and not refused: a port of 0 says so.
fn is_open(section: &str, kind: &str) -> bool {
    let mut words = section.lines().next().unwrap_or_default().split_ascii_whitespace();
    words.next().and_then(|word| word.strip_prefix("m=")) == Some(kind) && words.next() != Some("0")
}

fn has_codec(section: &str, way: Way) -> bool {
    let encodings = section.lines().filter_map(|line| line.strip_prefix("a=rtpmap:")?.split_once(' '));
    encodings
        .map(|(_, encoding)| encoding.split('/').next().unwrap_or_default())
        .any(|encoding| way.encodings().iter().any(|known| known.eq_ignore_ascii_case(encoding)))
}

fn goes(section: &str, direction: &str) -> bool {
    let ways = ["a=sendonly", "a=recvonly", "a=inactive", "a=sendrecv"];
    let said = section.lines().map(str::trim_end).find(|line| ways.contains(line));
    // Who says nothing means both (RFC 8866, 6.7).
    let said = said.and_then(|line| line.strip_prefix("a=")).unwrap_or("sendrecv");
    said == direction || said == "sendrecv"
}

/// Tells the browser how much it may send: most keep to `AS`, in kbit/s (RFC 8866, 5.8).
pub(crate) fn limited(answer: &str, kbit_per_s_max: u32) -> String {
    let mut limited = String::with_capacity(answer.len() + 64);
    let mut in_video = false;
    for line in answer.split_inclusive('\n') {
        limited.push_str(line);
        if let Some(media) = line.strip_prefix("m=") {
            in_video = media.starts_with("video");
        }
        if in_video && line.starts_with("c=") {
            // Writing to a string cannot fail.
            let _ = write!(limited, "b=AS:{kbit_per_s_max}\r\n");
        }
    }
    limited
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    fn check_of(sections: &str, way: Way, expected: Result<(), OfferError>) {
        assert_eq!(check(&format!("{HEAD}{sections}"), way), expected, "{sections}");
    }

    #[test]
    fn an_offer_has_video_of_a_known_codec_that_goes_the_right_way() {
        let video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n";
        let h264 = "m=video 9 UDP/TLS/RTP/SAVPF 97\r\na=rtpmap:97 H264/90000\r\na=sendonly\r\n";
        let audio = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\na=sendonly\r\n";
        let (from, to) = (Way::FromBrowser, Way::ToBrowser);
        check_of(video, from, Ok(()));
        check_of(video, to, Ok(()));
        check_of(h264, from, Ok(()));
        check_of(h264, to, Err(OfferError::NoCodec("VP8")));
        check_of(&format!("{audio}{video}a=recvonly\r\n"), to, Ok(()));
        check_of(&format!("{audio}{video}a=recvonly\r\n"), from, Err(OfferError::Direction("sendonly")));
        check_of(audio, from, Err(OfferError::NoVideo));
        check_of(
            "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n",
            from,
            Err(OfferError::NoVideo),
        );
        let av1 = "m=video 9 UDP/TLS/RTP/SAVPF 45\r\na=rtpmap:45 AV1/90000\r\n";
        check_of(av1, from, Err(OfferError::NoCodec("VP8 and H.264")));
        check_of("", from, Err(OfferError::NoVideo));
    }

    #[test]
    fn only_the_video_is_limited() {
        let answer = format!(
            "{HEAD}m=audio 9 a 1\r\nc=IN IP4 0.0.0.0\r\nm=video 9 a 2\r\nc=IN IP4 0.0.0.0\r\na=mid:1\r\n"
        );
        let limited = limited(&answer, 2_000);
        assert_eq!(limited.matches("b=AS:2000\r\n").count(), 1);
        assert!(limited.ends_with("c=IN IP4 0.0.0.0\r\nb=AS:2000\r\na=mid:1\r\n"), "{limited}");
    }
}
