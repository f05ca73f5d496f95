//! What an operator can set.

use std::ops::RangeInclusive;

use face_mesh::bounds::{self, within};
use plugin_sdk::Result;
use serde::Deserialize;

/// Widths of the smallest face that may be asked for, in pixels: below, the first network sees none.
const FACE_PX_MIN: RangeInclusive<u32> = 12..=512;

/// JSON Schema of [`Config`].
pub const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "score_min": {
      "title": "Least certainty",
      "type": "number", "minimum": 0.05, "maximum": 1, "default": 0.7,
      "description": "Faces that the third network is less sure of are left out."
    },
    "faces_max": {
      "title": "Most faces",
      "type": "integer", "minimum": 1, "maximum": 64, "default": 16,
      "description": "Most faces in one frame; the surest are kept."
    },
    "face_px_min": {
      "title": "Smallest face (pixels)",
      "type": "integer", "minimum": 12, "maximum": 512, "default": 40,
      "description": "Width of the smallest face in pixels that is searched for. Half the width takes four times as long."
    }
  }
}"#;

/// Settings of the detector.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Least probability of a face, 0.05 to 1.
    pub score_min: f32,
    /// Most faces in one frame, 1 to 64.
    pub faces_max: u32,
    /// Width of the smallest face in pixels, 12 to 512.
    pub face_px_min: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { score_min: 0.7, faces_max: 16, face_px_min: 40 }
    }
}

impl face_mesh::Settings for Config {
    const SCHEMA: &'static str = SCHEMA;

    fn checked(self) -> Result<Self> {
        bounds::check(self.score_min, self.faces_max)?;
        within("face_px_min", self.face_px_min, &FACE_PX_MIN)?;
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
            (r#"{"score_min": 1.5}"#, "score_min"),
            (r#"{"faces_max": 0}"#, "faces_max"),
            (r#"{"face_px_min": 11}"#, "face_px_min"),
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
