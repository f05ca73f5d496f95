//! A plugin at work, in this process or in a sandboxed one: the calls of the tests, as either makes them.

use std::sync::Arc;

use plugin_host::identity::{self, Finding};
use plugin_host::probe::{
    Age, Answer, Described, Found, Instance, Picture, Sink, Stepped, Task, Values, Vouching, Way,
};
use plugin_host::{
    CallContext, CallError, Caps, EmbeddingInfo, Event, Face, Frame, Host, HostOptions, IdentityTask,
    Isolation, LoadError, Op, Outcome, PaymentTask, Plugin, PluginSettings, Request,
};
use plugin_sdk::Error;
use plugin_sdk::abi::{FP_E_DEADLINE, FP_E_INVALID, FP_OK, fp_status};
use plugin_sdk::machine::Effect;
use plugin_sdk::machine::wire::Ending;

use crate::case::Stop;
use crate::drive::Running;
use crate::subject::{LIMITS, Subject};

/// Why nothing is run in a sandbox: whoever asks for one is not told that all is well.
const NO_WORKER: &str = "there is no program for sandboxed plugins here";

/// A plugin at work.
pub(crate) enum Body {
    /// As it is: raw calls.
    Here(Instance),
    /// Behind the appliance's host and its sandbox.
    Apart(Arc<Plugin>),
}

/// A running operation; apart it is a `T`.
pub(crate) enum Errand<'a, E: Ending = Outcome, T = PaymentTask> {
    Here(Task<'a, E>),
    Apart(T),
}

/// What came of a begin, as [`Begun`] tells it.
pub(crate) type Taken<'a, E = Outcome, T = PaymentTask> = Result<Result<Errand<'a, E, T>, Answer>, String>;

/// An operation that the appliance's host runs.
pub(crate) trait Hosted<E> {
    fn step(&mut self, context: &CallContext, event: &Event) -> Result<Effect<E>, CallError>;
}

impl Hosted<Outcome> for PaymentTask {
    fn step(&mut self, context: &CallContext, event: &Event) -> Result<Effect<Outcome>, CallError> {
        Self::step(self, context, event)
    }
}

impl Hosted<Finding> for IdentityTask {
    fn step(&mut self, context: &CallContext, event: &Event) -> Result<Effect<Finding>, CallError> {
        Self::step(self, context, event)
    }
}

/// A host that runs plugins in sandboxed processes.
pub(crate) fn sandboxing(subject: &Subject) -> Result<Host, Stop> {
    let Some(worker) = subject.offers.worker.clone() else {
        return Stop::skip(NO_WORKER);
    };
    let needs = |id: &str| subject.manifest.required_host_ext.iter().any(|required| required == id);
    if needs("facepay.host.inference/1") {
        return Stop::skip("it looks through the host's networks, which a sandboxed process has not");
    }
    Ok(hosting(subject, Isolation::Isolated(worker)))
}

/// A host with what the caller offers.
pub(crate) fn hosting(subject: &Subject, isolation: Isolation) -> Host {
    let (inference, secrets) = (subject.offers.inference.clone(), subject.offers.secrets.clone());
    Host::new(HostOptions { inference, secrets, limits: LIMITS, isolation, ..HostOptions::default() })
}

/// Loads the plugin on a host.
pub(crate) fn load(subject: &Subject, host: &Host) -> Result<Arc<Plugin>, Stop> {
    let config_json = subject.settled()?.json.clone();
    let settings = PluginSettings { id: subject.manifest.id.clone(), config_json };
    host.load(&subject.path, &settings).map_err(|error| match refuses_settings(&error) {
        true if subject.made_up => Stop::Skip(format!(
            "it refuses settings that are made up from its schema, so give it true ones: {error}"
        )),
        _ => Stop::Fail(error.to_string()),
    })
}

/// Whether the plugin did not take its settings. A sandboxed process tells of that in words.
fn refuses_settings(error: &LoadError) -> bool {
    match error {
        LoadError::Refused { stage, .. } => *stage == "configure",
        LoadError::Apart { what } => what.contains("refused to configure"),
        _ => false,
    }
}

impl Body {
    /// The plugin at work where this run has its calls made.
    pub(crate) fn of(subject: &Subject) -> Result<Self, Stop> {
        match subject.isolated {
            false => subject.active().map(Self::Here),
            true if subject.offers.worker.is_none() => Stop::fail(NO_WORKER),
            true => load(subject, &sandboxing(subject)?).map(Self::Apart),
        }
    }

    pub(crate) fn detect(&self, way: &Way, pictures: &[&Picture], capacity: u32) -> Result<Found, String> {
        let plugin = match self {
            Self::Here(instance) => return instance.detect(way, pictures, capacity),
            Self::Apart(plugin) => plugin,
        };
        let detector = plugin.detector().ok_or("no detector")?;
        let found = with_frames(pictures, |frames| detector.detect(&way.context, frames))?;
        let (answer, faces) = parted(found);
        Ok(Found { answer, count: faces.len() as u32, faces, flaw: None })
    }

    pub(crate) fn score(&self, way: &Way, pictures: &[&Picture], faces: &[Face]) -> Result<Values, String> {
        let plugin = match self {
            Self::Here(instance) => return instance.score(way, pictures, faces),
            Self::Apart(plugin) => plugin,
        };
        let liveness = plugin.liveness().ok_or("no liveness step")?;
        let scored = with_frames(pictures, |frames| liveness.score(&way.context, frames, faces))?;
        let (answer, values) = parted(scored);
        Ok(Values { answer, values })
    }

    pub(crate) fn embed(
        &self,
        way: &Way,
        pictures: &[&Picture],
        faces: &[Face],
        dim: u32,
    ) -> Result<Values, String> {
        let plugin = match self {
            Self::Here(instance) => return instance.embed(way, pictures, faces, dim),
            Self::Apart(plugin) => plugin,
        };
        let recognizer = plugin.recognizer().ok_or("no recogniser")?;
        let embedded = with_frames(pictures, |frames| {
            let embeddings = recognizer.embed(&way.context, frames, faces)?;
            Ok(embeddings.iter().flatten().copied().collect::<Vec<f32>>())
        })?;
        let (answer, values) = parted(embedded);
        Ok(Values { answer, values })
    }

    pub(crate) fn describe(&self, age: Age) -> Result<Described, String> {
        let plugin = match self {
            Self::Here(instance) => return instance.describe(age),
            Self::Apart(plugin) => plugin,
        };
        let recognizer = plugin.recognizer().ok_or("no recogniser")?;
        let (dim, metric) = (recognizer.dim() as u32, recognizer.metric());
        let info = EmbeddingInfo { dim, metric, model_tag: recognizer.model_tag() };
        Ok(Described { status: FP_OK, info: Ok(info) })
    }

    pub(crate) fn offered(&self) -> Result<(Vec<Op>, Caps), String> {
        let plugin = match self {
            Self::Here(instance) => return instance.offered(),
            Self::Apart(plugin) => plugin,
        };
        let payment = plugin.payment().ok_or("no payment provider")?;
        let ops = Op::ALL.into_iter().filter(|op| payment.offers(*op)).collect();
        Ok((ops, payment.caps()))
    }

    /// As [`Instance::begin`].
    pub(crate) fn begin(&self, way: &Way, request: &Request) -> Taken<'_> {
        let plugin = match self {
            Self::Here(instance) => return Ok(instance.begin(way, request)?.map(Errand::Here)),
            Self::Apart(plugin) => plugin,
        };
        let payment = plugin.payment().ok_or("no payment provider")?;
        taken(payment.begin(&way.context, request))
    }

    /// As [`Instance::vouching`].
    pub(crate) fn vouching(&self) -> Result<Vouching, String> {
        match self {
            Self::Here(instance) => instance.vouching(),
            Self::Apart(plugin) => Ok(Vouching::of(&plugin.identity().ok_or("no identity provider")?)),
        }
    }

    /// As [`Instance::begin_identity`].
    pub(crate) fn begin_identity(
        &self,
        way: &Way,
        request: &identity::Request,
    ) -> Taken<'_, Finding, IdentityTask> {
        let plugin = match self {
            Self::Here(instance) => return Ok(instance.begin_identity(way, request)?.map(Errand::Here)),
            Self::Apart(plugin) => plugin,
        };
        let identity = plugin.identity().ok_or("no identity provider")?;
        taken(identity.begin(&way.context, request))
    }

    pub(crate) fn health(&self) -> Answer {
        match self {
            Self::Here(instance) => instance.health(Sink::Keeps),
            Self::Apart(plugin) => {
                let health = plugin.health();
                let status = if health.fit { FP_OK } else { plugin_sdk::abi::FP_E_INTERNAL };
                answer(status, health.detail)
            }
        }
    }
}

impl<E: Ending, T: Hosted<E>> Running<E> for Errand<'_, E, T> {
    fn step(&mut self, way: &Way, event: &Event) -> Stepped<E> {
        let task = match self {
            Self::Here(task) => return task.step(way, event),
            Self::Apart(task) => task,
        };
        match task.step(&way.context, event) {
            Ok(effect) => Stepped { answer: answer(FP_OK, String::new()), effect: Ok(effect) },
            Err(error) => match refused(error) {
                Ok(answer) => Stepped { effect: Err(answer.reason.clone()), answer },
                // What is no answer at all is told as an effect that nobody can use.
                Err(why) => Stepped { answer: answer(FP_OK, String::new()), effect: Err(why) },
            },
        }
    }
}

/// Makes a call with the pictures as frames; one that no host can hand on is refused as such.
fn with_frames<T>(
    pictures: &[&Picture],
    call: impl FnOnce(&[Frame<'_>]) -> Result<T, CallError>,
) -> Result<Result<T, Answer>, String> {
    let frames: Result<Vec<Frame<'_>>, Error> = pictures.iter().map(|picture| picture.frame()).collect();
    match frames {
        Err(error) => Ok(Err(answer(error.status(), error.reason().to_owned()))),
        Ok(frames) => match call(&frames) {
            Ok(done) => Ok(Ok(done)),
            Err(error) => refused(error).map(Err),
        },
    }
}

/// The answer and what came with it.
fn parted<T>(called: Result<Vec<T>, Answer>) -> (Answer, Vec<T>) {
    match called {
        Ok(values) => (answer(FP_OK, String::new()), values),
        Err(refusal) => (refusal, Vec::new()),
    }
}

/// What came of a begin on the appliance's host.
fn taken<'a, E: Ending, T>(begun: Result<T, CallError>) -> Taken<'a, E, T> {
    match begun {
        Ok(task) => Ok(Ok(Errand::Apart(task))),
        Err(error) => refused(error).map(Err),
    }
}

/// A call that gave nothing as the status that the plugin gave; one that gave no status is an error.
fn refused(error: CallError) -> Result<Answer, String> {
    match error {
        CallError::Refused { source, .. } => Ok(answer(source.status(), source.reason().to_owned())),
        late @ (CallError::NotCalled { .. } | CallError::Overrun { .. }) => {
            Ok(answer(FP_E_DEADLINE, late.to_string()))
        }
        CallError::Caller { what, .. } => Ok(answer(FP_E_INVALID, what)),
        broken => Err(broken.to_string()),
    }
}

fn answer(status: fp_status, reason: String) -> Answer {
    Answer { status, reason, writes_after_refusal: 0 }
}
