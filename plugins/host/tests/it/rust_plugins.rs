//! Plugins written with the SDK: those that ship and need no network, and a probe over a host model.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use plugin_host::{
    Call, CallContext, CallError, Effect, Event, Face, Frame, Host, HostOptions, InferenceError,
    InferenceService, Isolation, MacAlgorithm, ModelInfo, Money, Op, Outcome, Payment, PluginState, Rect,
    Region, Request, SecretService, SignAlgorithm, Tensor, TensorDesc, Verdict,
};

use crate::fixture::{both, built, frame, host, settings};

/// A model `four`: each region gives its own origin, then 3 and 4. It takes at most two regions at once.
#[derive(Default)]
struct Four {
    batches: Mutex<Vec<usize>>,
    deadlines_ns: Mutex<Vec<Option<i64>>>,
}

impl InferenceService for Four {
    fn open(&self, model: &str) -> Result<ModelInfo, InferenceError> {
        match model {
            "four" => Ok(ModelInfo {
                name: model.into(),
                input_width: 8,
                input_height: 8,
                outputs: vec![TensorDesc { name: "out".into(), dims: vec![4] }],
                max_batch: 2,
                model_tag: 77,
                sha256: [7; 32],
            }),
            "broken" => panic!("the engine broke"),
            other => Err(InferenceError::Unsupported(format!("no model {other}"))),
        }
    }

    fn run(
        &self,
        call: &Call<'_>,
        _: &str,
        frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>, InferenceError> {
        self.deadlines_ns.lock().unwrap().push(call.deadline_ns());
        assert!(
            frames.iter().all(|frame| frame.width() == 64 && frame.plane(0).unwrap().data.len() == 64 * 48)
        );
        self.batches.lock().unwrap().push(regions.len());
        let data = regions.iter().flat_map(|region| [region.affine[2], region.affine[5], 3.0, 4.0]).collect();
        Ok(vec![Tensor { dims: vec![regions.len(), 4], data }])
    }
}

fn probe_host() -> (Host, Arc<Four>) {
    let four = Arc::new(Four::default());
    let inference: Arc<dyn InferenceService> = four.clone();
    (Host::new(HostOptions { inference: Some(inference), ..HostOptions::default() }), four)
}

fn probe_path() -> std::path::PathBuf {
    built("libprobe.so")
}

#[test]
fn a_plugin_runs_the_hosts_model_in_batches_that_the_model_takes() {
    let (host, four) = probe_host();
    let plugin = host.load(&probe_path(), &settings("org.facepay.probe", "{}")).unwrap();
    let (context, frames) = (CallContext::default(), [frame(), frame(), frame()]);
    let faces = plugin.detector().unwrap().detect(&context, &frames).unwrap();
    let expected = Rect { x: 2.0, y: 3.0, w: 3.0, h: 4.0 };
    assert!(faces.len() == 3 && faces.iter().all(|face| face.bbox == expected));
    assert_eq!(*four.batches.lock().unwrap(), [2, 1]);
    let recognizer = plugin.recognizer().unwrap();
    assert_eq!((recognizer.dim(), recognizer.model_tag()), (4, 77));
    let face = Face { bbox: Rect { x: 0.0, y: 0.0, w: 1.0, h: 1.0 }, ..Face::default() };
    let embeddings = recognizer.embed(&context, &frames, &[face]).unwrap();
    assert!(embeddings.iter().eq([[0.0_f32, 0.0, 0.6, 0.8]]));
}

#[test]
fn the_hosts_model_hears_the_deadline_of_the_call() {
    let (host, four) = probe_host();
    let plugin = host.load(&probe_path(), &settings("org.facepay.probe", "{}")).unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    plugin.detector().unwrap().detect(&CallContext::until(deadline), &[frame()]).unwrap();
    let heard_ns = four.deadlines_ns.lock().unwrap()[0].unwrap() - plugin_host::monotonic_ns();
    let left_ns = i64::try_from((deadline - Instant::now()).as_nanos()).unwrap();
    assert!((heard_ns - left_ns).abs() < 1_000_000_000, "{heard_ns} instead of {left_ns}");
}

/// What a plugin keeps of its host works on, whatever becomes of its instance.
#[test]
fn a_host_that_safe_plugin_code_keeps_is_never_freed() {
    for model in ["four", "five"] {
        let (host, four) = probe_host();
        let config = format!(r#"{{"keep":true,"model":"{model}"}}"#);
        // With `five`, activating fails; in both cases the instance is gone after this line.
        assert_eq!(
            host.load(&probe_path(), &settings("org.facepay.probe", &config)).is_ok(),
            model == "four"
        );
        drop(host);
        let kept = Arc::downgrade(&four);
        drop(four);
        assert_eq!(kept.strong_count(), 1, "{model}: the plugin's host was freed");
        let (host, other) = probe_host();
        let user = host.load(&probe_path(), &settings("org.facepay.probe", r#"{"use_kept":true}"#)).unwrap();
        user.detector().unwrap().detect(&CallContext::default(), &[frame()]).unwrap();
        assert!(other.batches.lock().unwrap().is_empty());
        assert_eq!(*kept.upgrade().unwrap().batches.lock().unwrap(), [1]);
    }
}

#[test]
fn a_panic_takes_its_instance_out_of_use_and_no_other() {
    let (host, _) = probe_host();
    let sick = host.load(&probe_path(), &settings("org.facepay.probe", r#"{"panic":true}"#)).unwrap();
    let well = host.load(&probe_path(), &settings("org.facepay.probe", "")).unwrap();
    assert_eq!(sick.manifest().sha256, well.manifest().sha256);
    let detect = |plugin: &Arc<plugin_host::Plugin>| {
        plugin.detector().unwrap().detect(&CallContext::default(), &[frame()])
    };
    let error = detect(&sick).unwrap_err();
    assert!(matches!(error, CallError::Refused { source: InferenceError::Panic(_), .. }), "{error}");
    assert!(error.to_string().contains("told to panic"), "{error}");
    assert!(matches!(detect(&sick), Err(CallError::Faulted { .. })));
    assert!(matches!(sick.state(), PluginState::Faulted { reason } if reason.contains("told to panic")));
    assert_eq!(detect(&well).unwrap().len(), 1);
    drop(sick); // a poisoned instance is destroyed like any other
    assert_eq!(well.state(), PluginState::Active);
}

#[test]
fn a_plugin_that_needs_the_hosts_networks_is_refused_without_them() {
    let error = Host::default().load(&probe_path(), &settings("org.facepay.probe", "")).err().unwrap();
    assert!(error.to_string().contains("start the host with an inference engine"), "{error}");
}

#[test]
fn a_model_that_cannot_be_opened_is_the_plugins_reason_not_to_start() {
    let (host, _) = probe_host();
    for (model, expected) in [("five", "no model five"), ("broken", "the host panicked")] {
        let config = format!(r#"{{"model":"{model}"}}"#);
        let error =
            host.load(&probe_path(), &settings("org.facepay.probe", &config)).err().unwrap().to_string();
        assert!(error.contains("refused to activate") && error.contains(expected), "{error}");
    }
}

/// Keys that say how they were used.
struct Telling;

impl SecretService for Telling {
    fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>, InferenceError> {
        Ok([format!("{algorithm:?} with {handle} of ").as_bytes(), data].concat())
    }

    fn sign(&self, _: &str, _: SignAlgorithm, _: &[u8]) -> Result<Vec<u8>, InferenceError> {
        Err(InferenceError::Unsupported("no signatures here".into()))
    }
}

#[test]
fn a_plugin_uses_a_key_that_a_secret_setting_names_and_no_other() {
    let (inference, secrets) = (Arc::new(Four::default()), Arc::new(Telling));
    let options =
        HostOptions { inference: Some(inference), secrets: Some(secrets), ..HostOptions::default() };
    let host = Host::new(options);
    let load = |config: &str| host.load(&probe_path(), &settings("org.facepay.probe", config));
    let plugin = load(r#"{"key":"acme.key"}"#).unwrap();
    assert_eq!(plugin.health().detail, "HmacSha256 with acme.key of probe");
    assert!(plugin.secret_handles().iter().eq(["acme.key"]));
    let error = load(r#"{"other_key":"acme.key"}"#).err().unwrap().to_string();
    assert!(error.contains("secret acme.key was not used"), "{error}");
    assert!(load(r#"{"key":"acme.key","other_key":"acme.key"}"#).is_ok());
    let without = probe_host().0.load(&probe_path(), &settings("org.facepay.probe", r#"{"key":"acme.key"}"#));
    assert!(without.err().unwrap().to_string().contains("no secrets"));
}

const WALLET: &str = r#"{"currencies":["EUR"],"sale_amount_max":5000}"#;

fn wallet() -> Payment {
    wallet_in(Isolation::InProcess)
}

fn wallet_in(isolation: Isolation) -> Payment {
    let settings = settings("org.facepay.payment-wallet", WALLET);
    host(isolation).load(&built("libpayment_wallet.so"), &settings).unwrap().payment().unwrap()
}

fn sale(minor: i64) -> Request {
    let payload = format!(
        r#"{{"reservation":{{"state":"pending","amount":{minor},"currency":"EUR"}},"wallet":{{"status":"active"}}}}"#
    );
    Request {
        op: Op::Sale,
        attempt_ref: [5; 16],
        original_ref: None,
        provider_ref: None,
        money: Some(Money::new(minor, "EUR", 2).unwrap()),
        payload_json: payload.into_bytes(),
    }
}

fn pay(wallet: &Payment, request: &Request) -> Result<Outcome, CallError> {
    let context = CallContext::until(Instant::now() + Duration::from_secs(60));
    match wallet.begin(&context, request)?.step(&context, &Event::Start)? {
        Effect::Done(outcome) => Ok(outcome),
        other => panic!("the wallet asked for {other:?}"),
    }
}

#[test]
fn the_wallet_as_it_ships_approves_and_declines() {
    both().into_iter().for_each(|isolation| approves_and_declines(&wallet_in(isolation)));
}

fn approves_and_declines(wallet: &Payment) {
    let plugin = wallet.plugin();
    let manifest = plugin.manifest();
    assert_eq!((manifest.licence.as_str(), manifest.interfaces.len()), ("MIT", 1));
    assert!(wallet.offers(Op::Reverse) && !wallet.offers(Op::Webhook));
    assert!(wallet.caps().idempotent && wallet.caps().sync_by_ref && !wallet.caps().webhook);
    let approved = pay(wallet, &sale(5000)).unwrap();
    assert_eq!(approved.verdict, Verdict::Approved);
    assert_eq!(approved.provider_ref, format!("wallet-{}", "05".repeat(16)));
    let declined = pay(wallet, &sale(5001)).unwrap();
    assert_eq!(declined.verdict, Verdict::Declined { code: "amount_above_limit".into() });
}

#[test]
fn a_request_that_the_wallet_cannot_read_is_an_error_with_a_reason() {
    let request = Request { payload_json: b"{}".to_vec(), ..sale(10) };
    let error = pay(&wallet(), &request).map(|outcome| outcome.verdict).unwrap_err().to_string();
    assert!(error.contains("payload_json: missing field `reservation`"), "{error}");
    let webhook = Request { op: Op::Webhook, ..sale(10) };
    assert!(matches!(pay(&wallet(), &webhook), Err(CallError::Caller { .. })));
}

#[test]
fn steps_out_of_order_do_not_reach_the_plugin() {
    let (wallet, context) = (wallet(), CallContext::default());
    let mut task = wallet.begin(&context, &sale(10)).unwrap();
    assert!(matches!(task.step(&context, &Event::Slept), Err(CallError::Caller { .. })));
    assert!(matches!(task.step(&context, &Event::Start), Ok(Effect::Done(_))));
    assert!(matches!(task.step(&context, &Event::Start), Err(CallError::Caller { .. })));
}

#[test]
fn wallet_settings_outside_the_schema_are_refused_by_name() {
    let rows = [
        ("{}", "currencies: is missing"),
        (r#"{"currencies":["EUR"],"sale_amount_max":0}"#, "sale_amount_max: must be at least 1"),
        (r#"{"currencies":["eur"],"sale_amount_max":1}"#, "eur is no ISO 4217 code"),
        (r#"{"currencies":["EUR"],"sale_amount_max":1,"fee":2}"#, "fee: is no setting"),
    ];
    for (config, expected) in rows {
        let settings = settings("org.facepay.payment-wallet", config);
        let error =
            Host::default().load(&built("libpayment_wallet.so"), &settings).err().unwrap().to_string();
        assert!(error.contains(expected), "{config}: {error}");
    }
}

#[test]
fn many_threads_share_one_wallet() {
    both().into_iter().for_each(|isolation| shared_by_many_threads(&wallet_in(isolation)));
}

fn shared_by_many_threads(wallet: &Payment) {
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for minor in 1..200 {
                    assert_eq!(pay(wallet, &sale(minor)).unwrap().verdict, Verdict::Approved);
                }
            });
        }
    });
    assert_eq!(wallet.plugin().faults(), plugin_host::Faults::default());
}

#[test]
fn stripe_as_it_ships_asks_for_what_the_host_may_send_and_uses_the_webhooks_key() {
    both().into_iter().for_each(stripe_uses_the_webhooks_key);
}

fn stripe_uses_the_webhooks_key(isolation: Isolation) {
    let options = HostOptions { secrets: Some(Arc::new(Telling)), isolation, ..HostOptions::default() };
    let load = |options: HostOptions, config: &str| {
        let settings = settings("org.facepay.payment-stripe", config);
        Host::new(options).load(&built("libpayment_stripe.so"), &settings)
    };
    let config = r#"{"api_key":"stripe.key","webhook_secret":"stripe.webhook"}"#;
    let stripe = load(options.clone(), config).unwrap();
    assert!(stripe.secret_handles().iter().eq(["stripe.key", "stripe.webhook"]));
    let (stripe, context) = (stripe.payment().unwrap(), CallContext::default());
    let payload = br#"{"instrument":{"token":"pm_1"}}"#.to_vec();
    let mut task = stripe.begin(&context, &Request { payload_json: payload, ..sale(1250) }).unwrap();
    let Effect::Http(request) = task.step(&context, &Event::Start).unwrap() else { panic!("no request") };
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/payment_intents"));
    assert!(request.headers.iter().any(|(_, value)| value == "Bearer ${secret:stripe.key}"));
    // Signed by the key that tells how it was used: what the plugin has it sign is the time, a dot and the body.
    let code: String = "HmacSha256 with stripe.webhook of 5.{}".bytes().map(|b| format!("{b:02x}")).collect();
    let payload = format!(r#"{{"headers":[["stripe-signature","t=5,v1={code}"]],"body":"{{}}","now_s":5}}"#);
    let webhook = Request { op: Op::Webhook, payload_json: payload.into_bytes(), ..sale(1) };
    let outcome = pay(&stripe, &webhook).unwrap();
    assert_eq!(outcome.verdict, Verdict::Declined { code: "not_about_us".into() });

    let refused = |options, config| load(options, config).err().unwrap().to_string();
    assert!(refused(HostOptions::default(), config).contains("facepay.host.secret/1"));
    for (config, expected) in [
        ("{}", "api_key: is missing"),
        (r#"{"api_key":"sk_live_51H/x"}"#, "api_key"),
        (r#"{"api_key":"a","currencies":["eur"]}"#, "eur is no ISO 4217 code"),
        (r#"{"api_key":"a","settle_s":0}"#, "settle_s: must be at least 30"),
        (r#"{"api_key":"a","fee":2}"#, "fee: is no setting"),
    ] {
        let error = refused(options.clone(), config);
        assert!(error.contains(expected), "{config}: {error}");
    }
}
