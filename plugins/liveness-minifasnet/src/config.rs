//! What an operator can set, and what it means for where the networks look.

use serde::Deserialize;

/// JSON Schema of [`Config`].
pub const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "model": {
      "title": "Network",
      "enum": ["minifasnet-v1se", "minifasnet-80"],
      "default": "minifasnet-v1se",
      "description": "One network for both looks, or the makers' pair of networks, which an operator installs."
    }
  }
}"#;

/// Settings of the liveness check. Crops and classes belong to the weights, thresholds to the host.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which networks look.
    pub model: Choice,
}

/// The choice of networks.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum Choice {
    /// The delivered one, which looks twice.
    #[default]
    #[serde(rename = "minifasnet-v1se")]
    One,
    /// Silent-Face-Anti-Spoofing's pair, each made for its look.
    #[serde(rename = "minifasnet-80")]
    Pair,
}

/// What a network looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Looks {
    /// The host's name for the network.
    pub network: &'static str,
    /// How much larger than the face's box the looks are.
    pub scales: &'static [f32],
    /// Width and height of the network's input in pixels.
    pub side: u32,
    /// The class of living people. The others are flat and curved copies.
    pub live: usize,
}

impl Choice {
    /// The networks with their looks. An attack shows at the rim of the paper or screen, a live face in its own texture,
    /// so every choice has a near and a wide look.
    pub fn looks(self) -> &'static [Looks] {
        match self {
            Self::One => &[Looks { network: "minifasnet-v1se", scales: &[2.7, 4.0], side: 128, live: 0 }],
            Self::Pair => &[
                Looks { network: "minifasnet-v2-80", scales: &[2.7], side: 80, live: 1 },
                Looks { network: "minifasnet-v1se-80", scales: &[4.0], side: 80, live: 1 },
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_settings_mean_the_delivered_network() {
        let config: Config = serde_json::from_str("{}").expect("every setting has a default");
        assert_eq!(config.model, Choice::One);
    }

    #[test]
    fn every_choice_is_in_the_schema_and_looks_near_and_wide() {
        for (name, choice) in [("minifasnet-v1se", Choice::One), ("minifasnet-80", Choice::Pair)] {
            let config: Config =
                serde_json::from_str(&format!(r#"{{"model": "{name}"}}"#)).expect("a choice");
            assert_eq!(config.model, choice);
            assert!(SCHEMA.contains(name));
            let scales: Vec<f32> = choice.looks().iter().flat_map(|looks| looks.scales).copied().collect();
            assert_eq!(scales, [2.7, 4.0]);
        }
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        assert!(serde_json::from_str::<Config>(r#"{"threshold": 0.1}"#).is_err());
    }

    #[test]
    fn the_schema_says_what_is_read_and_what_may_be_typed() {
        assert_eq!(plugin_sdk::schema::flaws::<Config>(SCHEMA), [""; 0]);
    }
}
