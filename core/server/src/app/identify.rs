//! Faces of still pictures: found, judged and compared by the same steps as those of a camera.

use std::sync::Arc;

use bytes::Bytes;
use domain::decision::Evidence;
use domain::liveness::Challenge;
use domain::presence::Position;
use domain::threshold::{Match, Thresholds, is_ahead};
use domain::{CameraId, FaceId, Timestamp, UserId};
use pipeline::frame::Frame;
use pipeline::still::{Still, StillLimits, decode};
use pipeline::{AnalyseError, AnalysedFace, Embedding, Gate, Space};
use uuid::Uuid;

use super::App;
use super::camera::pipeline_id;
use super::evidence::{self, Seen};
use super::look_alike;
use crate::api::picture::Given;
use crate::api::wire::face::{IdentifiedFace, Verification};
use crate::api::wire::quality;
use crate::api::{Problem, chain};

/// A picture to be analysed.
pub(crate) enum Picture {
    /// One that somebody sent.
    Still(Still),
    /// One that a camera took.
    Frame(Arc<Frame>),
}

impl Picture {
    /// When it was taken; one that somebody sent counts as taken when it came.
    fn captured_at(&self, came: Timestamp) -> Timestamp {
        match self {
            Self::Still(_) => came,
            Self::Frame(frame) => evidence::moment(frame.captured.wall),
        }
    }
}

/// The pictures that were given, each decoded or refused by name.
pub(crate) async fn pictures(app: &App, given: Given) -> Vec<Result<Picture, Problem>> {
    match given {
        Given::Camera(camera) => {
            let id = camera.parse::<CameraId>().map_err(|_| Problem::not_found("camera"));
            vec![id.and_then(|id| newest(app, &id))]
        }
        Given::Files(files) => {
            let mut pictures = Vec::with_capacity(files.len());
            for file in files {
                pictures.push(decoded(file).await.map(Picture::Still));
            }
            pictures
        }
    }
}

async fn decoded(file: Bytes) -> Result<Still, Problem> {
    let done = tokio::task::spawn_blocking(move || decode(&file, &StillLimits::default())).await;
    Ok(done.map_err(|error| Problem::internal(&error))??)
}

/// The one picture that was given.
pub(crate) async fn one_picture(app: &App, given: Given) -> Result<Picture, Problem> {
    let mut pictures = pictures(app, given).await;
    match (pictures.pop(), pictures.is_empty()) {
        (Some(picture), true) => picture,
        _ => Err(Problem::unprocessable("pictures_too_many", "give one picture")),
    }
}

/// The newest picture of a camera, as the camera took it.
pub(crate) fn newest(app: &App, id: &CameraId) -> Result<Picture, Problem> {
    Ok(Picture::Frame(app.vision()?.cameras().latest(&pipeline_id(id)?)?))
}

/// Every face of the picture, with quality by `gate`, liveness and embedding.
pub(crate) async fn analyse(app: &App, gate: Gate, picture: Picture) -> Result<Vec<AnalysedFace>, Problem> {
    app.vision()?;
    let app = app.clone();
    let work = move || {
        let pipeline = app.vision()?.pipeline();
        let faces = match &picture {
            Picture::Still(still) => pipeline.analyse_at(gate, still),
            Picture::Frame(frame) => pipeline.analyse_frame_at(gate, frame),
        };
        faces.map_err(|error| analysis_failed(&error))
    };
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

/// A step that fails is no verdict on the face: the caller may try again.
fn analysis_failed(error: &AnalyseError) -> Problem {
    match error {
        AnalyseError::Picture(_) => Problem::unprocessable("picture_unsupported", error.to_string()),
        AnalyseError::Step(_) | AnalyseError::Missing(_) => {
            tracing::error!(error = chain(error), "a picture could not be analysed");
            Problem::unavailable("analysis_failed", "the picture could not be analysed now; try again")
        }
    }
}

/// The refusal of a face, with every figure that misses.
pub(crate) fn not_good_enough(face: &AnalysedFace, detail: &'static str) -> Problem {
    let reasons = face.quality.reason_names().into_iter().map(str::to_owned).collect();
    let faults = quality::faults(&face.quality);
    Problem::unprocessable("face_quality", detail).with_reasons(reasons).with_faults(faults)
}

/// The only face of a picture.
pub(crate) fn single_face(mut faces: Vec<AnalysedFace>) -> Result<AnalysedFace, Problem> {
    match (faces.pop(), faces.len()) {
        (None, _) => Err(Problem::unprocessable("no_face", "no face was found in the picture")),
        (Some(face), 0) => Ok(face),
        (Some(_), others) => {
            let detail = format!("{} faces are in the picture; one person only", others + 1);
            Err(Problem::unprocessable("several_faces", detail))
        }
    }
}

/// Whether every liveness step passed; none at all does not.
pub(crate) fn is_live(face: &AnalysedFace) -> bool {
    !face.liveness.is_empty() && face.liveness.iter().all(pipeline::LivenessScore::passed)
}

fn weakest(face: &AnalysedFace) -> Option<f32> {
    face.liveness.iter().map(|step| step.score).min_by(f32::total_cmp)
}

/// Every face of a picture with the person it belongs to, or why nobody is named.
pub(crate) async fn identify(app: &App, picture: Picture) -> Result<Vec<IdentifiedFace>, Problem> {
    let faces = analyse(app, Gate::Payment, picture).await?;
    faces.iter().map(|face| named(app, face)).collect()
}

/// The recogniser that embedded a face, with its templates: the only ones that the face compares with.
fn space_of(app: &App, face: &AnalysedFace) -> Result<Arc<Space>, Problem> {
    space(app, face.model_tag)
}

/// The recogniser `model_tag` with its templates, if the settings offer it.
pub(super) fn space(app: &App, model_tag: u32) -> Result<Arc<Space>, Problem> {
    let gone = || Problem::unavailable("analysis_failed", "the recogniser has changed; try again");
    app.vision()?.space(model_tag).cloned().ok_or_else(gone)
}

fn named(app: &App, face: &AnalysedFace) -> Result<IdentifiedFace, Problem> {
    let space = space_of(app, face)?;
    let (thresholds, margin_min) =
        (app.thresholds_of(&space), app.policy_of(Some(face.model_tag)).margin_min);
    let search = |embedding| space.gallery().search(embedding).map_err(look_alike::no_answer);
    let found = face.embedding.as_ref().map(search).transpose()?.flatten();
    let reason = match &found {
        _ if !face.quality.ok => Some("quality"),
        _ if !is_live(face) => Some("not_live"),
        Some(found) if thresholds.judge(found.similarity) == Match::No => Some("no_match"),
        Some(found) if !is_ahead(found.margin(), margin_min) => Some("look_alike"),
        Some(_) => None,
        None => Some("no_match"),
    };
    let bbox = &face.face.bbox;
    Ok(IdentifiedFace {
        r#box: [bbox.x, bbox.y, bbox.w, bbox.h],
        landmarks: face.face.landmarks.iter().map(|point| [point.x, point.y]).collect(),
        quality: face.quality.value,
        faults: quality::faults(&face.quality),
        components: quality::components(&face.quality),
        liveness: weakest(face),
        user: found.as_ref().filter(|_| reason.is_none()).map(|f| Uuid::from_u128(f.subject.0).to_string()),
        similarity: found.as_ref().map(|found| found.similarity),
        margin: found.and_then(|found| found.margin()),
        reason: match reason {
            Some("quality") => Some(face.quality.reason_names().join(",")),
            other => other.map(str::to_owned),
        },
    })
}

/// How well `face` fits the person's best template.
pub(crate) async fn best_of(
    app: &App,
    user: UserId,
    (model_tag, embedding): (u32, &Embedding),
) -> Result<Option<Best>, Problem> {
    let known = app
        .store(move |store| {
            store.user(user)?;
            store.templates_of(user, model_tag)
        })
        .await?;
    let templates = known.len();
    let scored = known.iter().map(|row| (row.id, cosine(&row.template, embedding.values())));
    let best = scored.max_by(|a, b| a.1.total_cmp(&b.1));
    Ok(best.map(|(face, similarity)| Best { face, similarity, templates, model_tag }))
}

/// The template of one person that a face fits best.
pub(crate) struct Best {
    pub(crate) face: FaceId,
    pub(crate) similarity: f32,
    /// How many templates that person has.
    pub(crate) templates: usize,
    /// Of which recogniser they are.
    model_tag: u32,
}

impl Best {
    /// What a face must reach to be that person's, who was named first.
    pub(crate) fn thresholds(&self, app: &App) -> Thresholds {
        app.policy_of(Some(self.model_tag)).thresholds(self.templates, true)
    }
}

fn not_enrolled() -> Problem {
    Problem::unprocessable("not_enrolled", "this person has no enrolled face")
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Is the face in the picture that of `user`?
pub(crate) async fn verify(app: &App, user: UserId, given: Given) -> Result<Verification, Problem> {
    let picture = one_picture(app, given).await?;
    let face = single_face(analyse(app, Gate::Payment, picture).await?)?;
    let embedding = usable(&face)?;
    let best = best_of(app, user, (face.model_tag, embedding)).await?.ok_or_else(not_enrolled)?;
    let (similarity, thresholds) = (best.similarity, best.thresholds(app));
    let live = is_live(&face);
    let reason = match (live, thresholds.judge(similarity) != Match::No) {
        (false, _) => Some("not_live"),
        (true, false) => Some("no_match"),
        (true, true) => None,
    };
    Ok(Verification {
        verified: reason.is_none(),
        similarity,
        similarity_min: thresholds.match_min,
        live,
        liveness: weakest(&face).unwrap_or(0.0),
        reason,
    })
}

/// The embedding of a face that passed the quality gate.
fn usable(face: &AnalysedFace) -> Result<&Embedding, Problem> {
    match (&face.embedding, face.quality.ok) {
        (Some(embedding), true) => Ok(embedding),
        _ => Err(not_good_enough(face, "the face is not good enough; `faults` says why")),
    }
}

/// Measures the face that is to prove that `user` pays: 1:1 against that person's templates.
pub(crate) async fn prove(app: &App, user: UserId, given: Given) -> Result<Seen, Problem> {
    let came = app.now();
    let camera = match &given {
        Given::Camera(id) => Some(id.clone()),
        Given::Files(_) => None,
    };
    let picture = one_picture(app, given).await?;
    let captured_at = picture.captured_at(came);
    let (picture, frame_sha256) = hashed(picture).await?;
    let camera_live = camera.as_ref().is_none_or(|id| super::sightings::is_live(app, id));
    let faces = analyse(app, Gate::Payment, picture).await?;
    let faces_in_view = u32::try_from(faces.len()).unwrap_or(u32::MAX);
    let face = single_face(faces)?;
    let probe = (face.model_tag, usable(&face)?);
    let Best { face: id, similarity, templates: templates_searched, model_tag } =
        best_of(app, user, probe).await?.ok_or_else(not_enrolled)?;
    let liveness = face.liveness.iter().map(evidence::liveness).collect();
    let evidence = Evidence {
        captured_at,
        camera_live,
        similarity: Some(similarity),
        margin: None,
        liveness,
        // One picture shows no movement.
        challenge: Challenge::Impossible,
        faces_in_view,
        // Its only face.
        place: Position::Payer,
        templates_searched,
        claimed: true,
    };
    let camera = camera.as_deref().unwrap_or("upload").parse().map_err(|_| Problem::not_found("camera"))?;
    Ok(Seen {
        camera,
        track: 0,
        subject: Some((user, id)),
        model_tag: Some(model_tag),
        seq: None,
        frame_sha256: Some(frame_sha256),
        evidence,
        faces: Vec::new(),
        challenge: None,
    })
}

/// The picture with its digest, which takes a look at every pixel.
async fn hashed(picture: Picture) -> Result<(Picture, [u8; 32]), Problem> {
    let work = move || {
        let sha256 = match &picture {
            Picture::Still(still) => still.sha256(),
            Picture::Frame(frame) => frame.sha256(),
        };
        (picture, sha256)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Problem::internal(&error))
}
