//! Who stands before a camera, and whom the till says is the payer when that is not clear.

use std::collections::HashMap;
use std::time::Duration;

use domain::CheckoutId;
use domain::decision::Reason;
use domain::presence::{Area, Choice, Face, Position, Rules, choose, place};
use parking_lot::Mutex;
use pipeline::Sighting;

use super::App;
use super::evidence::Seen;
use crate::settings;

/// Tracks that tills have named, for as long as their checkouts wait. A start forgets them, since tracks begin anew.
#[derive(Default)]
pub(crate) struct Named(Mutex<HashMap<(CheckoutId, u32), u64>>);

impl Named {
    /// From now on only the face of `track` pays leg `leg` of this checkout; one by one person has leg 1 only.
    pub(crate) fn name(&self, id: CheckoutId, leg: u32, track: u64) {
        self.0.lock().insert((id, leg), track);
    }

    /// The track that was named for this leg.
    pub(crate) fn track(&self, id: CheckoutId, leg: u32) -> Option<u64> {
        self.0.lock().get(&(id, leg)).copied()
    }

    /// The checkout waits for nobody any more.
    pub(crate) fn forget(&self, id: CheckoutId) {
        self.0.lock().retain(|(known, _), _| *known != id);
    }
}

/// What the operator laid down.
pub(crate) fn rules(checkout: &settings::Checkout) -> Rules {
    Rules {
        area_ratio_min: checkout.payer_area_ratio_min,
        centre_margin: checkout.payer_centre_margin,
        dwell_min: Duration::from_millis(checkout.dwell_ms_min),
    }
}

/// Everybody in view, relative to the picture.
pub(super) fn faces(sighting: &Sighting) -> Vec<Face> {
    let face = |face: &pipeline::FaceInView| Face {
        track: face.track.map_or(0, |track| track.0),
        area: area(sighting, face.bbox),
        // Whoever is not followed may have stood there all the time.
        dwell: face.dwell_ms.map_or(Duration::MAX, Duration::from_millis),
    };
    sighting.in_view.iter().map(face).collect()
}

/// A place in the picture, relative to it.
pub(super) fn area(sighting: &Sighting, place: plugin_host::Rect) -> Area {
    let (width, height) = (sighting.size.0.max(1) as f32, sighting.size.1.max(1) as f32);
    Area { x: place.x / width, y: place.y / height, width: place.w / width, height: place.h / height }
}

/// As listeners get it: left, top, width, height.
pub(super) fn as_box(area: Area) -> [f32; 4] {
    [area.x, area.y, area.width, area.height]
}

/// The place of a face at a checkout by one person.
pub(super) fn place_of(app: &App, id: CheckoutId, seen: &Seen) -> Position {
    place(seen.track, &seen.faces, app.named().track(id, 1), &rules(&app.settings().checkout))
}

/// Lets the till ask when it is not clear who pays, and looks again when somebody has just come.
pub(super) fn tell(app: &App, id: CheckoutId, seen: &Seen, reason: Reason) {
    let found = choose(&seen.faces, &rules(&app.settings().checkout));
    match (reason, found) {
        (Reason::SeveralFaces, Choice::Ask(tracks)) => {
            let shown = |face: &&Face| tracks.contains(&face.track);
            let shown: Vec<_> = seen.faces.iter().filter(shown).map(as_json).collect();
            let event = serde_json::json!({ "checkout": id.to_string(), "camera": seen.camera.as_str(), "tracks": shown });
            if let serde_json::Value::Object(event) = event {
                app.hub().publish("checkout.several_faces", event);
            }
        }
        (Reason::NotInFront, Choice::Nobody) => super::sightings::attend(app, &seen.camera),
        _ => {}
    }
}

fn as_json(face: &Face) -> serde_json::Value {
    serde_json::json!({ "track": face.track, "box": as_box(face.area) })
}
