//! What an operator can set.

use serde::Deserialize;

use crate::align::{ARCFACE, DLIB, FACENET, Template};

/// JSON Schema of [`Config`].
pub const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "model": {
      "title": "Network",
      "enum": ["mobilefacenet-512", "mobilefacenet-192", "dlib-resnet-29", "facenet-inception-resnet-v1"],
      "default": "mobilefacenet-512",
      "description": "The network. Templates of one are of no use to the others. The last two are installed by the operator."
    },
    "looks": {
      "title": "Looks at a face",
      "enum": [1, 2, 4], "default": 4,
      "description": "Pictures made of one face, whose mean counts: 1 plain; 2 with the mirror image; 4 a little nearer and a little farther, each with its mirror image. More is more accurate and more work."
    }
  }
}"#;

/// Settings of the recogniser.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which network embeds.
    pub model: Choice,
    /// How many pictures of a face count.
    pub looks: Looks,
}

/// The choice of network.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum Choice {
    /// 512 values; the more accurate one.
    #[default]
    #[serde(rename = "mobilefacenet-512")]
    MobileFaceNet512,
    /// 192 values.
    #[serde(rename = "mobilefacenet-192")]
    MobileFaceNet192,
    /// 128 values; an operator installs it.
    #[serde(rename = "dlib-resnet-29")]
    DlibResnet29,
    /// 512 values; an operator installs it.
    #[serde(rename = "facenet-inception-resnet-v1")]
    FaceNet,
}

impl Choice {
    /// The host's name for the network.
    pub fn name(self) -> &'static str {
        match self {
            Self::MobileFaceNet512 => "mobilefacenet-512",
            Self::MobileFaceNet192 => "mobilefacenet-192",
            Self::DlibResnet29 => "dlib-resnet-29",
            Self::FaceNet => "facenet-inception-resnet-v1",
        }
    }

    /// How the network wants to see a face.
    pub fn template(self) -> &'static Template {
        match self {
            Self::MobileFaceNet512 | Self::MobileFaceNet192 => &ARCFACE,
            Self::DlibResnet29 => &DLIB,
            Self::FaceNet => &FACENET,
        }
    }
}

/// How many looks at one face are averaged. `docs/benchmarks.md` has what each gains.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(try_from = "u8")]
pub enum Looks {
    /// The aligned face.
    One,
    /// It and its mirror image.
    Two,
    /// A little nearer and a little farther, each with its mirror image: a face is embedded a few times in its track, so
    /// the work is small.
    #[default]
    Four,
}

impl TryFrom<u8> for Looks {
    type Error = String;

    fn try_from(looks: u8) -> Result<Self, String> {
        match looks {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            4 => Ok(Self::Four),
            _ => Err(format!("{looks} looks: only 1, 2 and 4 are measured")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_settings_mean_the_defaults() {
        let config: Config = serde_json::from_str("{}").expect("every setting has a default");
        assert_eq!(config, Config { model: Choice::MobileFaceNet512, looks: Looks::Four });
    }

    #[test]
    fn the_network_is_named_as_the_host_names_it() {
        for name in
            ["mobilefacenet-512", "mobilefacenet-192", "dlib-resnet-29", "facenet-inception-resnet-v1"]
        {
            let config: Config =
                serde_json::from_str(&format!(r#"{{"model": "{name}"}}"#)).expect("the schema lists it");
            assert_eq!(config.model.name(), name);
            assert!(SCHEMA.contains(name));
        }
    }

    #[test]
    fn looks_are_those_that_the_schema_lists() {
        for (looks, expected) in [(1, Looks::One), (2, Looks::Two), (4, Looks::Four)] {
            let config: Config =
                serde_json::from_str(&format!(r#"{{"looks": {looks}}}"#)).expect("the schema lists it");
            assert_eq!(config.looks, expected);
        }
        assert!(serde_json::from_str::<Config>(r#"{"looks": 3}"#).is_err());
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<Config>(r#"{"mirror": true}"#).is_err());
    }

    #[test]
    fn the_schema_says_what_is_read_and_what_may_be_typed() {
        assert_eq!(plugin_sdk::schema::flaws::<Config>(SCHEMA), [""; 0]);
    }
}
