//! Values that parse but cannot work, each refused under its key.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::CameraId;
use domain::approval::Kind;
use domain::role::Role;
use pipeline::QualityOptions;
use pipeline::source::{Network, SourceKind, SourceUrl};
use store::DatabaseUrl;
use store::cache::Cache;
use tracing_subscriber::EnvFilter;

use super::{Decode, Oidc, RecognitionMember, Settings, SettingsError, Settlement, Tls, Traces};
use crate::app::{backup, settlement::hours};
use crate::outbound::Place;

/// More than any machine has ports for.
const SOCKETS_MAX: usize = 1_000_000;

impl Settings {
    /// Refuses values that parse but cannot work, naming the key.
    pub(super) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |key: &'static str, problem: &str| Err(refused(key, problem));
        let positive = [
            ("server.connections_max", self.server.connections_max as u64),
            ("server.header_read_timeout_ms", self.server.header_read_timeout_ms),
            ("server.request_timeout_ms", self.server.request_timeout_ms),
            ("server.body_bytes_max", self.server.body_bytes_max as u64),
            ("recognition.batch_size_max", self.recognition.batch_size_max as u64),
            ("recognition.faces_per_user_max", self.recognition.faces_per_user_max as u64),
            ("checkout.deadline_ms_default", self.checkout.deadline_ms_default),
            ("policy.pin_lockout_s", self.policy.pin_lockout_s),
            ("policy.evidence_ttl_ms", self.policy.evidence_ttl_ms),
            ("policy.confirm_within_ms", self.policy.confirm_within_ms),
            ("payment.step_count_max", u64::from(self.payment.step_count_max)),
            ("payment.deadline_ms_max", self.payment.deadline_ms_max),
            ("identity.step_count_max", u64::from(self.identity.step_count_max)),
            ("identity.deadline_ms_max", self.identity.deadline_ms_max),
            ("auth.payer_device_days", u64::from(self.auth.payer_device_days)),
            ("policy.authorization_days", u64::from(self.policy.authorization_days)),
            ("ws.clients_max", self.ws.clients_max as u64),
            ("ws.events_kept", self.ws.events_kept as u64),
            ("ws.ping_interval_ms", self.ws.ping_interval_ms),
            ("webrtc.sessions_max", self.webrtc.sessions_max as u64),
            ("update.ready_within_s", self.update.ready_within_s),
        ];
        if let Some((key, _)) = positive.iter().find(|(_, value)| *value == 0) {
            return refuse(key, "must be above zero");
        }
        let sockets = [
            ("server.connections_max", self.server.connections_max),
            ("ws.clients_max", self.ws.clients_max),
        ];
        if let Some((key, _)) = sockets.iter().find(|(_, value)| *value > SOCKETS_MAX) {
            return refuse(key, "must not exceed 1000000");
        }
        self.check_targets()?;
        if let Err(problem) = backup::recipients(&self.backup.recipients) {
            return refuse("backup.recipients", &problem);
        }
        let unit = [
            ("recognition.similarity_min", self.recognition.similarity_min),
            ("recognition.similarity_duplicate_min", self.recognition.similarity_duplicate_min),
            ("recognition.margin_min", self.recognition.margin_min),
            ("recognition.liveness_min", self.recognition.liveness_min),
            ("recognition.liveness_grey_band", self.recognition.liveness_grey_band),
        ];
        if let Some((key, _)) = unit.iter().find(|(_, v)| !(0.0..=1.0).contains(v)) {
            return refuse(key, "must lie between 0 and 1");
        }
        let amounts = [
            ("policy.sale_amount_max", self.policy.sale_amount_max),
            ("policy.terminal_day_amount_max", self.policy.terminal_day_amount_max),
            ("policy.branch_day_amount_max", self.policy.branch_day_amount_max),
            ("policy.day_amount_max", self.policy.day_amount_max),
            ("policy.tap_free_amount_max", self.policy.tap_free_amount_max),
            ("policy.step_up_amount_min", self.policy.step_up_amount_min),
            ("policy.step_up_day_amount_min", self.policy.step_up_day_amount_min),
            ("policy.refund_four_eyes_amount_min", self.policy.refund_four_eyes_amount_min),
            ("policy.attended_amount_max", self.policy.attended_amount_max),
            ("sync.offline_day_amount_max", self.sync.offline_day_amount_max),
            ("challenge.amount_min", self.challenge.amount_min),
        ];
        if let Some((key, _)) = amounts.iter().find(|(_, v)| *v < 0) {
            return refuse(key, "must not be negative");
        }
        // Written so that a value that is no number is refused.
        if !(1.0..=100.0).contains(&self.checkout.payer_area_ratio_min) {
            return refuse("checkout.payer_area_ratio_min", "must lie between 1 and 100");
        }
        if !(0.0..=1.0).contains(&self.checkout.payer_centre_margin) {
            return refuse("checkout.payer_centre_margin", "must lie between 0 and 1");
        }
        let challenge = &self.challenge;
        if !(1..=5).contains(&challenge.gestures) {
            return refuse("challenge.gestures", "must lie between 1 and 5");
        }
        if !(1_000..=30_000).contains(&challenge.step_ms_max) {
            return refuse("challenge.step_ms_max", "must lie between 1000 and 30000");
        }
        if !(1..=10).contains(&challenge.tries_max) {
            return refuse("challenge.tries_max", "must lie between 1 and 10");
        }
        challenge.rules().map_err(|bad| refused("challenge.tiers", bad.to_string()))?;
        let enrolment = &self.recognition;
        if !(1_000..=25_000).contains(&enrolment.enrolment_camera_ms_max) {
            return refuse("recognition.enrolment_camera_ms_max", "must lie between 1000 and 25000");
        }
        if !(1..=720).contains(&enrolment.enrolment_review_h_max) {
            return refuse("recognition.enrolment_review_h_max", "must lie between 1 and 720");
        }
        if self.checkout.deadline_ms_default > self.checkout.deadline_ms_max {
            return refuse("checkout.deadline_ms_default", "must not exceed checkout.deadline_ms_max");
        }
        if self.policy.branch.is_empty() || self.policy.branch.chars().any(char::is_control) {
            return refuse("policy.branch", "must be a name");
        }
        let root_key = &self.plugins.root_key;
        if !root_key.is_empty() && root_key.parse::<plugin_package::PublicKey>().is_err() {
            return refuse("plugins.root_key", "must be the public key that facepay plugin keygen shows");
        }
        if !(1_000..=120_000).contains(&self.webrtc.silence_ms_max) {
            return refuse("webrtc.silence_ms_max", "must lie between 1000 and 120000");
        }
        if !(100..=20_000).contains(&self.webrtc.kbit_per_s_max) {
            return refuse("webrtc.kbit_per_s_max", "must lie between 100 and 20000");
        }
        if let Some((key, problem)) = self.sync.refused() {
            return refuse(key, problem);
        }
        self.check_privacy()?;
        self.check_recognition_set()?;
        self.check_quality()?;
        self.check_model_change()?;
        self.check_settlement()?;
        self.check_addresses()?;
        self.check_networks_and_cameras()
    }

    fn check_privacy(&self) -> Result<(), SettingsError> {
        let privacy = &self.privacy;
        if !(1..=36_500).contains(&privacy.keep_days_max) {
            return Err(refused("privacy.keep_days_max", "must lie between 1 and 36500"));
        }
        if privacy.inactive_after_days > privacy.keep_days_max {
            return Err(refused("privacy.inactive_after_days", "must not exceed privacy.keep_days_max"));
        }
        if privacy.notice_days >= privacy.kept_days() {
            let problem = "must be shorter than the time that it is part of";
            return Err(refused("privacy.notice_days", problem));
        }
        Ok(())
    }

    fn check_recognition_set(&self) -> Result<(), SettingsError> {
        let set = self.plugins.recognition_set.iter().map(|member| ("plugins.recognition_set", member));
        let shadow =
            self.plugins.recognition_shadow.iter().map(|member| ("plugins.recognition_shadow", member));
        for (key, RecognitionMember { plugin, weight, .. }) in set.chain(shadow) {
            let bad = |problem| refused(key, problem);
            if plugin.is_empty() {
                return Err(bad("has a member without a plugin; name one in `plugin`".to_owned()));
            }
            if !(*weight > 0.0 && weight.is_finite()) {
                return Err(bad(format!("has weight {weight} for {plugin}; weights are above zero")));
            }
        }
        Ok(())
    }

    /// Each limit lies in the range of its figure, and a least below its most.
    fn check_quality(&self) -> Result<(), SettingsError> {
        for (gate, limits) in [("payment", &self.quality.payment), ("enrolment", &self.quality.enrolment)] {
            let key = |name: &str| format!("quality.{gate}.{name}");
            for (name, [bottom, top]) in QualityOptions::names() {
                // Written so that a value that is no number is refused.
                let good = limits.get(&name).is_some_and(|value| *value >= bottom && *value <= top);
                if !good {
                    return Err(refused(key(&name), format!("must lie between {bottom} and {top}")));
                }
            }
            for (name, most) in limits {
                let least = name.strip_suffix("_max").map(|figure| format!("{figure}_min"));
                if let Some(least) = least.filter(|least| limits.get(least).is_some_and(|value| value > most))
                {
                    return Err(refused(key(&least), format!("must not exceed quality.{gate}.{name}")));
                }
            }
        }
        Ok(())
    }

    /// Written so that a value that is no number is refused.
    fn check_model_change(&self) -> Result<(), SettingsError> {
        let rules = &self.model_change;
        let shares = [
            ("model_change.coverage_min", rules.coverage_min),
            ("model_change.agreement_min", rules.agreement_min),
        ];
        if let Some((key, _)) = shares.iter().find(|(_, share)| !(0.0..=1.0).contains(share)) {
            return Err(refused(*key, "must lie between 0 and 1"));
        }
        if !(rules.fpir_target > 0.0 && rules.fpir_target <= self.policy.fpir_target_pay) {
            let problem = "must lie above 0 and must not exceed policy.fpir_target_pay";
            return Err(refused("model_change.fpir_target", problem));
        }
        if !(1..=16).contains(&rules.visit_templates_max) {
            return Err(refused("model_change.visit_templates_max", "must lie between 1 and 16"));
        }
        match (112..=1_024).contains(&rules.crop_px_max) {
            true => Ok(()),
            false => Err(refused("model_change.crop_px_max", "must lie between 112 and 1024")),
        }
    }

    /// Written so that a value that is no number is refused.
    fn check_targets(&self) -> Result<(), SettingsError> {
        let (named, paid) = (self.recognition.fpir_target, self.policy.fpir_target_pay);
        let targets = [
            ("recognition.fpir_target", named),
            ("recognition.fmr_target", self.recognition.fmr_target),
            ("policy.fpir_target_pay", paid),
        ];
        match targets.iter().find(|(_, target)| !(*target > 0.0 && *target < 0.1)) {
            Some((key, _)) => Err(refused(*key, "must lie between 0 and 0.1, both excluded")),
            None if paid > named => {
                Err(refused("policy.fpir_target_pay", "must not exceed recognition.fpir_target"))
            }
            None => Ok(()),
        }
    }

    fn check_settlement(&self) -> Result<(), SettingsError> {
        let Settlement { day_ends_at, time_zone } = &self.settlement;
        hours::time(day_ends_at)
            .ok_or_else(|| refused("settlement.day_ends_at", "must be HH:MM, such as 23:30"))?;
        let unknown =
            "names no time zone of this machine; \"UTC\" always works, others need the package tzdata";
        hours::zone(time_zone).map(drop).ok_or_else(|| refused("settlement.time_zone", unknown))
    }

    fn check_addresses(&self) -> Result<(), SettingsError> {
        let database = self.database.url.parse::<DatabaseUrl>();
        database
            .map_err(|_| refused("database.url", "must be sqlite:PATH or postgresql://USER@HOST/DATABASE"))?;
        let redis = Cache::check_url(&self.redis.url);
        redis.map_err(|_| refused("redis.url", "must be empty or redis://HOST:PORT"))?;
        let filter = EnvFilter::try_new(&self.log.filter);
        filter.map_err(|error| refused("log.filter", format!("is not a tracing filter: {error}")))?;
        self.check_traces()?;
        check_endpoints("payment.endpoints", &self.payment.endpoints, &self.payment.networks)?;
        check_endpoints("identity.endpoints", &self.identity.endpoints, &self.identity.networks)?;
        self.check_access()
    }

    fn check_traces(&self) -> Result<(), SettingsError> {
        let Traces { url, networks } = &self.traces;
        if url.is_empty() {
            return Ok(());
        }
        if cfg!(not(feature = "otel")) {
            let text = "needs a program that was built with the feature otel; leave it empty";
            return Err(refused("traces.url", text));
        }
        check_endpoints("traces.url", std::slice::from_ref(url), networks)
    }

    fn check_access(&self) -> Result<(), SettingsError> {
        for kind in &self.auth.four_eyes {
            let known = Kind::ON_DEMAND.map(Kind::as_str);
            if !known.contains(&kind.as_str()) {
                let text = format!("has {kind}; there are {}", known.join(", "));
                return Err(refused("auth.four_eyes", text));
            }
        }
        let Oidc { issuer, client_id, redirect_url, .. } = &self.oidc;
        if !issuer.is_empty() {
            check_endpoints("oidc.issuer", std::slice::from_ref(issuer), &self.oidc.networks)?;
            if client_id.is_empty() || redirect_url.is_empty() {
                return Err(refused(
                    "oidc.client_id",
                    "must be given with oidc.issuer, as must oidc.redirect_url",
                ));
            }
        }
        for role in &self.auth.totp_roles {
            role.parse::<Role>().map_err(|error| refused("auth.totp_roles", format!("has {error}")))?;
        }
        let is_origin = |origin: &&String| {
            let uri = origin
                .parse::<http::Uri>()
                .ok()
                .filter(|uri| matches!(uri.scheme_str(), Some("http" | "https")));
            uri.and_then(|uri| {
                uri.authority().map(|host| format!("{}://{host}", uri.scheme_str().unwrap_or_default()))
            })
            .is_some_and(|plain| plain == **origin)
        };
        if let Some(origin) = self.server.origins.iter().find(|origin| !is_origin(origin)) {
            return Err(refused(
                "server.origins",
                format!("has {origin}; an origin is written as https://HOST:PORT"),
            ));
        }
        let Tls { certificate, key, client_ca, client_required, .. } = &self.tls;
        let is_set = |path: &std::path::Path| !path.as_os_str().is_empty();
        if is_set(certificate) != is_set(key) {
            return Err(refused(
                "tls.key",
                "must be given with tls.certificate, and neither without the other",
            ));
        }
        if is_set(client_ca) && !is_set(certificate) {
            return Err(refused("tls.client_ca", "needs tls.certificate: only over TLS clients show one"));
        }
        if *client_required && !is_set(client_ca) {
            return Err(refused("tls.client_required", "needs tls.client_ca, or nobody could be served"));
        }
        let is_open = !self.server.listen.ip().is_loopback() && !is_set(certificate);
        if is_open && self.profile == "production" && !self.server.plain_http {
            let problem = "must be this machine, or encrypted by tls.certificate, or unencrypted behind a proxy by \
                           server.plain_http = true";
            return Err(refused("server.listen", problem));
        }
        Ok(())
    }

    fn check_networks_and_cameras(&self) -> Result<(), SettingsError> {
        let listed = [
            ("cameras.networks", &self.cameras.networks),
            ("payment.networks", &self.payment.networks),
            ("identity.networks", &self.identity.networks),
            ("oidc.networks", &self.oidc.networks),
            ("traces.networks", &self.traces.networks),
            ("webhooks.networks", &self.webhooks.networks),
        ];
        for (key, text) in listed.iter().flat_map(|(key, list)| list.iter().map(move |text| (*key, text))) {
            text.parse::<Network>().map_err(|error| refused(key, format!("has {text}: {error}")))?;
        }
        let mut ids = BTreeSet::new();
        for camera in &self.cameras.list {
            let bad = |problem: String| refused("cameras.list", problem);
            let id = camera.id.parse::<CameraId>().map_err(|error| bad(format!("has a bad id: {error}")))?;
            // The source itself may hold a password.
            let source = SourceUrl::parse(&camera.source);
            let source = source.map_err(|error| bad(format!("has a bad source for {id}: {error}")))?;
            if source.kind() == SourceKind::Push && camera.decode == Decode::KeyFrames {
                return Err(bad(format!("has {id}, whose pictures are pushed: all of them are decoded")));
            }
            if !ids.insert(id) {
                return Err(bad(format!("has two cameras {}", camera.id)));
            }
        }
        Ok(())
    }
}

/// Whether each place may be reached.
fn check_endpoints(key: &'static str, bases: &[String], networks: &[String]) -> Result<(), SettingsError> {
    for url in bases {
        let bad = |problem: &dyn std::fmt::Display| refused(key, format!("has {url}: {problem}"));
        let place = Place::of(url).map_err(|error| bad(&error))?;
        if place.path.contains('?') {
            return Err(bad(&"a base URL ends before `?`"));
        }
        place.check_literal(networks).map_err(|error| bad(&error))?;
    }
    Ok(())
}

fn refused(key: impl Into<Cow<'static, str>>, problem: impl Into<String>) -> SettingsError {
    SettingsError::OutOfRange { key: key.into(), problem: problem.into() }
}
