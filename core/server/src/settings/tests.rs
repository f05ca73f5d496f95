//! What the settings layers accept and refuse.

use super::*;

fn load(file: &str, env: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("facepay.toml");
    std::fs::write(&path, file).unwrap();
    let env = env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    Settings::load(&Layers { files: vec![path], env, ..Layers::default() })
}

fn refusal(file: &str, env: &[(&str, &str)]) -> String {
    load(file, env).err().map(|e| e.to_string()).unwrap_or_default()
}

#[test]
fn the_defaults_and_every_profile_are_valid() {
    for profile in ["", "demo", "production"] {
        let layers = Layers { profile: Some(profile.to_owned()), ..Layers::default() };
        let settings = Settings::load(&layers).unwrap();
        assert_eq!(settings.profile, profile);
    }
}

#[test]
fn in_production_nobody_else_is_served_unencrypted_by_mistake() {
    let bare = "[tls]\ncertificate = \"\"\nkey = \"\"\n[server]\n";
    let load = |server: &str| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{bare}{server}")).unwrap();
        let files = vec![file.path().to_owned()];
        Settings::load(&Layers { profile: Some("production".to_owned()), files, ..Layers::default() })
    };
    let refused = load("").err().unwrap().to_string();
    assert!(refused.contains("server.listen") && refused.contains("tls.certificate"), "{refused}");
    assert!(load("plain_http = true").is_ok());
    assert!(load("listen = \"127.0.0.1:80\"").is_ok());
}

#[test]
fn a_later_layer_wins() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\nconnections_max = 7";
    let settings = load(file, &[("FACEPAY__SERVER__LISTEN", "127.0.0.1:2")]).unwrap();
    assert_eq!(settings.server.listen.port(), 2);
    assert_eq!(settings.server.connections_max, 7);
}

#[test]
fn names_of_older_deployments_are_understood() {
    let settings = load(
        "",
        &[
            ("DATABASE_URL", "postgresql://h/d"),
            ("REDIS_URL", "redis://h"),
            ("FACE_RECOGNITION_THRESHOLD", "0.6"),
            ("MAX_CONCURRENT_CONNECTIONS", "9"),
        ],
    )
    .unwrap();
    assert_eq!(settings.database.url, "postgresql://h/d");
    assert_eq!(settings.redis.url, "redis://h");
    assert!((settings.recognition.similarity_min - 0.6).abs() < 1e-6);
    assert_eq!(settings.server.connections_max, 9);
}

#[test]
fn an_unknown_key_names_the_nearest_known_one() {
    for (file, env, nearest) in [
        ("[server]\nlisen = 1", vec![], "server.listen"),
        ("[serve]\nlisten = \"x\"", vec![], "server.listen"),
        ("[databse]\nurl = \"x\"", vec![], "database.url"),
        ("", vec![("FACEPAY__RECOGNITION__MARGIN", "1")], "recognition.margin_min"),
        ("", vec![("FACEPAY__SERVRE__X", "1")], "server."),
    ] {
        let text = refusal(file, &env);
        assert!(text.contains("unknown key") && text.contains(nearest), "{text}");
    }
}

#[test]
fn impossible_values_name_their_key() {
    for (file, key) in [
        ("[server]\nconnections_max = 0", "server.connections_max"),
        ("[recognition]\nfpir_target = 0.0", "recognition.fpir_target"),
        ("[recognition]\nmargin_min = 1.5", "recognition.margin_min"),
        ("[quality.payment]\nyaw_deg_max = 91", "quality.payment.yaw_deg_max"),
        ("[quality.enrolment]\npresence_min = nan", "quality.enrolment.presence_min"),
        ("[quality.enrolment]\nbrightness_luma_min = 220", "quality.enrolment.brightness_luma_min"),
        ("[quality.payment]\nyaw_degrees_max = 30", "quality.payment.yaw_deg_max"),
        ("[policy]\nsale_amount_max = -1", "policy.sale_amount_max"),
        ("[database]\nurl = \"mysql://localhost/facepay\"", "database.url"),
        ("[redis]\nurl = \"localhost\"", "redis.url"),
        ("[log]\nfilter = \"server=loud\"", "log.filter"),
        ("[traces]\nurl = \"ftp://127.0.0.1/\"", "traces.url"),
        ("[traces]\nnetworks = [\"10.0.0\"]", "traces.networks"),
        ("[cameras]\nnetworks = [\"10.0.0.0/40\"]", "cameras.networks"),
        ("[webhooks]\nnetworks = [\"10.0.0\"]", "webhooks.networks"),
        ("[[cameras.list]]\nid = \"Till 1\"\nsource = \"push:\"", "cameras.list"),
        ("[[cameras.list]]\nid = \"till-1\"\nsource = \"http://10.0.0.9/\"", "cameras.list"),
        (
            "[[cameras.list]]\nid = \"a\"\nsource = \"push:\"\n[[cameras.list]]\nid = \"a\"\nsource = \"push:\"",
            "cameras.list",
        ),
        ("[payment]\nendpoints = [\"http://10.0.0.1\"]", "payment.endpoints"),
        ("[[plugins.recognition_set]]\nplugin = \"a\"\nweight = 0", "plugins.recognition_set"),
        ("[[plugins.recognition_set]]\nplugin = \"a\"\nweight = inf", "plugins.recognition_set"),
        ("[[plugins.recognition_set]]\nplugin = \"\"\nweight = 1", "plugins.recognition_set"),
        ("[[plugins.recognition_set]]\nplugin = \"a\"\nwieght = 1", "`weight`"),
        ("[[plugins.recognition_sets]]\nplugin = \"a\"", "plugins.recognition_set"),
        ("[[challenge.tiers]]\namount_min = 0\ngestures = 3", "challenge.tiers"),
        ("[[challenge.tiers]]\namount_min = 50000\ngestures = 2", "challenge.tiers"),
        ("[[challenge.tiers]]\namount_min = 50000\ngestures = 6", "challenge.tiers"),
        ("[[challenge.tiers]]\namount_min = 50000\ngestures = 3\ntries_max = 4", "challenge.tiers"),
        ("[[challenge.tiers]]\namount_min = 50000\ngestures = 3\ntries = 2", "`tries_max`"),
        ("[server]\nconnections_max = 1000001", "server.connections_max"),
        ("[ws]\nclients_max = 9223372036854775807", "ws.clients_max"),
        ("[payment]\nendpoints = [\"http://127.0.0.1:80@evil.example\"]", "payment.endpoints"),
        ("[payment]\nendpoints = [\"http://joe@localhost\"]", "payment.endpoints"),
        ("[payment]\nendpoints = [\"https://10.0.0.1\"]", "payment.endpoints"),
        ("[payment]\nendpoints = [\"https://bank.example/pay?key=1\"]", "payment.endpoints"),
        ("[payment]\nnetworks = [\"10.0.0.0/40\"]", "payment.networks"),
        ("[server]\norigins = [\"shop.example\"]", "server.origins"),
        ("[server]\norigins = [\"https://shop.example/\"]", "server.origins"),
        ("[auth]\ntotp_roles = [\"boss\"]", "auth.totp_roles"),
        ("[auth]\nfour_eyes = [\"refund\"]", "auth.four_eyes"),
        ("[identity]\nendpoints = [\"http://10.0.0.1\"]", "identity.endpoints"),
        ("[identity]\nstep_count_max = 0", "identity.step_count_max"),
        ("[tls]\ncertificate = \"a.pem\"", "tls.key"),
        ("[tls]\nclient_ca = \"a.pem\"", "tls.client_ca"),
        ("[tls]\ncertificate = \"a.pem\"\nkey = \"b.pem\"\nclient_required = true", "tls.client_required"),
        ("[payment]\nendpoints = [\"tcp://127.0.0.1\"]", "payment.endpoints"),
        ("[payment]\nendpoints = [\"tcp://10.0.0.1:99\"]", "payment.endpoints"),
        ("[payment]\nendpoints = [\"tcp://127.0.0.1:99/path\"]", "payment.endpoints"),
    ] {
        assert!(refusal(file, &[]).contains(key), "{file}: {}", refusal(file, &[]));
    }
}

#[test]
fn the_delivered_gates_are_those_of_the_pipeline_and_can_be_changed_one_by_one() {
    use pipeline::quality::{Component, Limits};
    use pipeline::{Gate, QualityOptions};
    let delivered = load("", &[]).unwrap().quality;
    assert_eq!(delivered.gate(Gate::Payment), QualityOptions::for_payment());
    assert_eq!(delivered.gate(Gate::Enrolment), QualityOptions::for_enrolment());
    let file = "[quality.enrolment]\nyaw_deg_max = 15\nroll_deg_max = 180.0";
    let changed = load(file, &[]).unwrap().quality.gate(Gate::Enrolment);
    let yaw = Limits { min: None, max: Some(15.0) };
    let expected = QualityOptions::for_enrolment().with(Component::Yaw, yaw);
    assert_eq!(changed, expected.with(Component::Roll, Limits::default()));
}

#[test]
fn a_list_can_come_from_the_environment() {
    let settings = load("", &[("FACEPAY__CAMERAS__NETWORKS", "[\"10.0.0.0/8\", \"::1\"]")]).unwrap();
    assert_eq!(settings.cameras.networks, ["10.0.0.0/8", "::1"]);
}

#[test]
fn tables_can_come_from_the_environment() {
    let list = r#"[{ id = "till-1", source = "push:" }, { id = "door", source = "push:", name = "Door" }]"#;
    let settings = load("", &[("FACEPAY__CAMERAS__LIST", list)]).unwrap();
    let ids: Vec<_> = settings.cameras.list.iter().map(|camera| camera.id.as_str()).collect();
    assert_eq!(
        (ids.as_slice(), settings.cameras.list[1].name.as_str()),
        (["till-1", "door"].as_slice(), "Door")
    );
    let settings = load("", &[("FACEPAY__PLUGINS__SETTINGS", r#"{ acme = { fee = 3 } }"#)]).unwrap();
    assert_eq!(settings.plugins.settings["acme"]["fee"], 3);
}

#[test]
fn one_plugin_can_be_in_the_set_twice_with_settings_of_its_own_which_show_no_secrets() {
    let set = r#"
        [[plugins.recognition_set]]
        plugin = "acme"
        weight = 0.65
        settings = { model = "large", key = "hunter2" }
        [[plugins.recognition_set]]
        plugin = "acme"
        weight = 0.35
    "#;
    let settings = load(set, &[]).unwrap();
    let members = &settings.plugins.recognition_set;
    assert_eq!((members.len(), &members[0].settings["model"]), (2, &serde_json::json!("large")));
    assert!(members[1].settings.is_empty() && !settings.redacted().contains("hunter2"));
}

#[test]
fn loopback_endpoints_are_taken_with_port_and_path() {
    for url in [
        "http://127.0.0.1:9000",
        "http://localhost/base",
        "http://[::1]:80/",
        "tcp://[::1]:99",
        "tcp://localhost:1/",
    ] {
        assert_eq!(
            load(&format!("[payment]\nendpoints = [\"{url}\"]"), &[]).err().map(|e| e.to_string()),
            None
        );
    }
}

#[test]
fn secrets_lie_where_the_settings_say_else_where_the_service_manager_puts_them_else_with_the_data() {
    let credentials = ("CREDENTIALS_DIRECTORY", "/run/credentials/facepay.service");
    let (data, own) = ("[data]\nfolder = \"/data\"\n", "[secrets]\nfolder = \"/keys\"\n");
    for (file, env, expected) in [
        (data.to_owned(), vec![], "/data/secrets"),
        (data.to_owned(), vec![credentials], credentials.1),
        (format!("{data}{own}"), vec![credentials], "/keys"),
    ] {
        assert_eq!(load(&file, &env).unwrap().secrets.folder, PathBuf::from(expected));
    }
}

#[test]
fn a_line_that_does_not_parse_is_named_and_not_shown() {
    let text = refusal("[database]\nurl = \"postgresql://joe:hunter2@db\n", &[]);
    assert!(text.contains("line 2") && !text.contains("hunter2"), "{text}");
}

#[test]
fn what_is_shown_holds_no_secret() {
    let file = r#"
        [database]
        url = "postgresql://joe:hunter2@db/pay?sslkey=hunter2"
        [[cameras.list]]
        id = "till-1"
        source = "rtsp://admin:hunter2@10.0.0.9/stream"
        [plugins.settings.acme]
        merchant = "m-1"
        api_secret = "hunter2"
        private_key = "hunter2"
        AccessKeyId = ["hunter2"]
        nested = { token = "hunter2" }
    "#;
    let shown = load(file, &[("REDIS_URL", "redis://:hunter2@h:6379")]).unwrap().redacted();
    assert!(!shown.contains("hunter2"), "{shown}");
    assert!(shown.contains("m-1") && shown.contains("10.0.0.9"), "{shown}");
}

#[test]
fn a_follower_hears_of_its_centre_more_often_than_it_takes_it_for_gone() {
    assert!(refusal("[sync]\noffline_after_s = 11", &[]).contains("sync.offline_after_s"));
    assert!(load("[sync]\noffline_after_s = 12", &[]).is_ok());
}
