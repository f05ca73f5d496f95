//! What an operator can set.

use face_mesh::bounds;
use plugin_sdk::Result;
use serde::Deserialize;

/// JSON Schema of [`Config`].
pub const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "model": {
      "title": "Network",
      "enum": ["yunet-n-320", "yunet-n-640"],
      "default": "yunet-n-640",
      "description": "640 sees faces from about a sixtieth of the frame's longer side, 320 from a thirtieth in a quarter of the time."
    },
    "score_min": {
      "title": "Least certainty",
      "type": "number", "minimum": 0.05, "maximum": 1, "default": 0.6,
      "description": "Faces the detector is less sure of are left out."
    },
    "faces_max": {
      "title": "Most faces",
      "type": "integer", "minimum": 1, "maximum": 64, "default": 16,
      "description": "Most faces in one frame; the surest are kept."
    }
  }
}"#;

/// Which network looks.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub enum Choice {
    /// On 320 x 320 pixels.
    #[serde(rename = "yunet-n-320")]
    N320,
    /// On 640 x 640 pixels.
    #[default]
    #[serde(rename = "yunet-n-640")]
    N640,
}

impl Choice {
    /// The host's name for the network.
    pub fn name(self) -> &'static str {
        match self {
            Self::N320 => "yunet-n-320",
            Self::N640 => "yunet-n-640",
        }
    }

    /// Pixels of a side of its input.
    pub fn side(self) -> usize {
        match self {
            Self::N320 => 320,
            Self::N640 => 640,
        }
    }
}

/// Settings of the detector.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which network looks.
    pub model: Choice,
    /// Least confidence in a face, 0.05 to 1.
    pub score_min: f32,
    /// Most faces in one frame, 1 to 64.
    pub faces_max: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { model: Choice::default(), score_min: 0.6, faces_max: 16 }
    }
}

impl face_mesh::Settings for Config {
    const SCHEMA: &'static str = SCHEMA;

    fn checked(self) -> Result<Self> {
        bounds::check(self.score_min, self.faces_max)?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use face_mesh::Settings;

    use super::*;

    fn read(json: &str) -> Result<Config, String> {
        let config: Config = serde_json::from_str(json).map_err(|e| e.to_string())?;
        config.checked().map_err(|e| e.to_string())
    }

    #[test]
    fn no_settings_mean_the_defaults_that_the_schema_names() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        let named: serde_json::Map<String, serde_json::Value> = schema["properties"]
            .as_object()
            .expect("the schema has properties")
            .iter()
            .map(|(name, property)| (name.clone(), property["default"].clone()))
            .collect();
        assert_eq!(read("{}"), read(&serde_json::Value::Object(named).to_string()));
        assert_eq!(read("{}"), Ok(Config::default()));
    }

    #[test]
    fn a_setting_out_of_bounds_is_named() {
        for (json, name) in [
            (r#"{"score_min": 0.01}"#, "score_min"),
            (r#"{"faces_max": 65}"#, "faces_max"),
            (r#"{"model": "blazeface"}"#, "blazeface"),
            (r#"{"tiles": 2}"#, "tiles"),
        ] {
            let refused = read(json).expect_err(json);
            assert!(refused.contains(name), "{refused} does not name {name}");
        }
    }

    #[test]
    fn the_schema_says_what_is_read_and_what_may_be_typed() {
        assert_eq!(plugin_sdk::schema::flaws::<Config>(SCHEMA), [""; 0]);
    }
}
