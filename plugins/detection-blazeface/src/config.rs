//! What an operator can set.

use std::ops::RangeInclusive;

use face_mesh::bounds::{self, within};
use plugin_sdk::Result;
use serde::Deserialize;

use crate::network::Choice;

/// Tiles across a frame that may be asked for.
const TILES: RangeInclusive<u32> = 1..=4;

/// Widths of the smallest face that may be asked for, in pixels: below, no network sees one.
const FACE_PX_MIN: RangeInclusive<u32> = 16..=512;

/// JSON Schema of [`Config`].
pub const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "model": {
      "title": "Network",
      "enum": ["blazeface-full-range", "blazeface-short-range", "blazeface-back"],
      "default": "blazeface-full-range",
      "description": "Full range sees faces up to about 5 m away, short range up to about 2 m, back also smaller ones, in twice the time."
    },
    "score_min": {
      "title": "Least certainty",
      "type": "number", "minimum": 0.05, "maximum": 1, "default": 0.5,
      "description": "Faces the detector is less sure of are left out."
    },
    "faces_max": {
      "title": "Most faces",
      "type": "integer", "minimum": 1, "maximum": 64, "default": 16,
      "description": "Most faces in one frame; the surest are kept."
    },
    "tiles": {
      "title": "Tiles",
      "type": "integer", "minimum": 1, "maximum": 4, "default": 1,
      "description": "Tiles across the longer side of a frame that are looked at besides the whole: for wide views."
    },
    "second_look": {
      "title": "Second look",
      "type": "boolean", "default": true,
      "description": "Look again with another model, closer and from further back, where a frame shows no good face."
    },
    "face_px_min": {
      "title": "Smallest face (pixels)",
      "type": "integer", "minimum": 16, "maximum": 512, "default": 24,
      "description": "Width of the smallest face in pixels that a second look searches for; smaller takes more looks."
    }
  }
}"#;

/// Settings of the detector.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which network looks first.
    pub model: Choice,
    /// Least probability of a face, 0.05 to 1.
    pub score_min: f32,
    /// Most faces in one frame, 1 to 64.
    pub faces_max: u32,
    /// Tiles across the longer side of a frame, 1 to 4; 1 looks at the whole only. On fourteen pictures of groups the
    /// whole shows 50 faces with a good mesh; 2 find 69 in five times the work, 3 find 74 in nine times.
    pub tiles: u32,
    /// Whether another network looks where the first found no good face.
    pub second_look: bool,
    /// Width of the smallest face in pixels that a second look searches for, 16 to 512.
    pub face_px_min: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model: Choice::default(),
            score_min: 0.5,
            faces_max: 16,
            tiles: 1,
            second_look: true,
            face_px_min: 24,
        }
    }
}

impl face_mesh::Settings for Config {
    const SCHEMA: &'static str = SCHEMA;

    fn checked(self) -> Result<Self> {
        bounds::check(self.score_min, self.faces_max)?;
        within("tiles", self.tiles, &TILES)?;
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
            (r#"{"score_min": 0.01}"#, "score_min"),
            (r#"{"score_min": 1.5}"#, "score_min"),
            (r#"{"faces_max": 0}"#, "faces_max"),
            (r#"{"faces_max": 65}"#, "faces_max"),
            (r#"{"model": "yunet"}"#, "yunet"),
            (r#"{"tiles": 5}"#, "tiles"),
            (r#"{"tile": 2}"#, "tile"),
            (r#"{"face_px_min": 15}"#, "face_px_min"),
            (r#"{"face_px_min": 513}"#, "face_px_min"),
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
