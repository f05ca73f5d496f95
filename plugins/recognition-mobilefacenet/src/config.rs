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
      "enum": ["mobilefacenet-512", "mobilefacenet-192", "dlib-resnet-29", "facenet-inception-resnet-v1"],
      "default": "mobilefacenet-512",
      "description": "The network. Templates of one are of no use to the others. The last two are installed by the operator."
    },
    "mirror": {
      "type": "boolean", "default": true,
      "description": "Embed the mirror image too and take the mean: more accurate, twice the work."
    }
  }
}"#;

/// Settings of the recogniser.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which network embeds.
    pub model: Choice,
    /// Whether the mirror image counts too. On the first five folds of LFW MobileFaceNet-512 then gets 13 instead of 14 of
    /// 3,000 pairs wrong and finds 83.6 % instead of 82.1 % of genuine pairs at one false match in a million. A face is
    /// embedded a few times in its track, so the work is small.
    pub mirror: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { model: Choice::default(), mirror: true }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_settings_mean_the_defaults() {
        let config: Config = serde_json::from_str("{}").expect("every setting has a default");
        assert_eq!(config, Config { model: Choice::MobileFaceNet512, mirror: true });
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
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<Config>(r#"{"flip": true}"#).is_err());
    }
}
