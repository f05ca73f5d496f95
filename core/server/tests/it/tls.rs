//! TLS on both sides: clients that connect to the appliance, and servers that it connects to.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::client::{Ask, Reply, Unanswered, post};
use crate::harness::Appliance;

/// A certificate authority and a folder for what it issues.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A certificate with its key, as files and as they are.
pub(crate) struct Issued {
    pub(crate) certificate: Certificate,
    pub(crate) key: KeyPair,
    pub(crate) files: [PathBuf; 2],
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder().join("ca.pem")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A certificate for `name`, written under `file`.
    pub(crate) fn issue(&self, name: &str, file: &str) -> Issued {
        self.issue_for(&[name], file)
    }

    /// A certificate for any of `names`, written under `file`.
    pub(crate) fn issue_for(&self, names: &[&str], file: &str) -> Issued {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        let params = params.unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let files = ["pem", "key"].map(|kind| self.folder.path().join(file).with_extension(kind));
        std::fs::write(&files[0], certificate.pem()).unwrap();
        std::fs::write(&files[1], key.serialize_pem()).unwrap();
        Issued { certificate, key, files }
    }

    /// What the appliance at `address` answers to somebody who shows `own`.
    pub(crate) async fn ask(&self, own: Option<&Issued>, address: SocketAddr, ask: Ask) -> Reply {
        self.try_ask(own, address, ask).await.unwrap()
    }

    /// As [`Self::ask`], of one that may be gone before it has answered.
    pub(crate) async fn try_ask(
        &self,
        own: Option<&Issued>,
        address: SocketAddr,
        ask: Ask,
    ) -> Result<Reply, Unanswered> {
        let socket = TcpStream::connect(address).await?;
        let client = self.client(own, &rustls::version::TLS13);
        let stream = client.connect(ServerName::try_from("localhost").unwrap(), socket).await?;
        ask.try_send_over(stream).await
    }

    /// A client that trusts this authority alone and shows `own`.
    fn client(
        &self,
        own: Option<&Issued>,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> TlsConnector {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ClientConfig::builder_with_provider(provider).with_protocol_versions(&[version]).unwrap();
        let builder = builder.with_root_certificates(roots);
        let config = match own {
            Some(own) => {
                let key = PrivateKeyDer::try_from(own.key.serialize_der()).unwrap();
                builder.with_client_auth_cert(vec![own.certificate.der().clone()], key).unwrap()
            }
            None => builder.with_no_client_auth(),
        };
        TlsConnector::from(Arc::new(config))
    }
}

/// What the appliance answers to `GET path` over TLS, or why it does not.
async fn ask(
    client: &TlsConnector,
    address: SocketAddr,
    path: &str,
    token: &str,
) -> Result<(u16, Value, CertificateDer<'static>), Box<dyn std::error::Error>> {
    let socket = TcpStream::connect(address).await?;
    let stream = client.connect(ServerName::try_from("localhost")?, socket).await?;
    let shown = stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request =
        Request::get(path).header("host", "localhost").header("authorization", format!("Bearer {token}"));
    let response = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await?.to_bytes();
    Ok((status, serde_json::from_slice(&body)?, shown))
}

pub(crate) fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

/// An appliance behind this certificate, and a key of its admin.
async fn encrypted(issued: &Issued, changes: &[(&str, &str)]) -> (Appliance, String) {
    let plain = Appliance::start().await;
    let key = plain.key("admin").await;
    let [certificate, private] = issued.files.each_ref().map(|path| quoted(path));
    let tls = [("tls.certificate", certificate.as_str()), ("tls.key", private.as_str())];
    (plain.restarted(&[&tls, changes].concat()).await, key)
}

#[tokio::test]
async fn clients_are_met_encrypted_and_no_other_way() {
    let authority = Authority::new();
    let issued = authority.issue("localhost", "server");
    let (appliance, key) = encrypted(&issued, &[]).await;
    let modern = authority.client(None, &rustls::version::TLS13);
    let (status, ..) = ask(&modern, appliance.address, "/users", &key).await.unwrap();
    assert_eq!(status, 200);
    let old = authority.client(None, &rustls::version::TLS12);
    assert!(ask(&old, appliance.address, "/users", &key).await.is_err(), "1.3 is the least");
    let stranger = Authority::new().client(None, &rustls::version::TLS13);
    assert!(ask(&stranger, appliance.address, "/users", &key).await.is_err());
    let plain = crate::client::get("/livez").try_send(appliance.address).await;
    assert!(plain.is_err(), "nothing is answered unencrypted");

    let (lenient, key) = encrypted(&issued, &[("tls.version_min", "\"1.2\"")]).await;
    assert_eq!(ask(&old, lenient.address, "/users", &key).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_key_that_is_bound_to_a_certificate_opens_nothing_without_it() {
    let authority = Authority::new();
    let (own, other) = (authority.issue("shop", "shop"), authority.issue("other", "other"));
    let plain = Appliance::start().await;
    let fingerprint = hex::encode(Sha256::digest(own.certificate.der()));
    let new = json!({ "name": "shop", "role": "integrator", "certificate_sha256": fingerprint });
    let key = plain.admin(post("/keys", &new)).await.ok(201)["key"].as_str().unwrap().to_owned();
    plain.send(crate::client::get("/users").token(&key)).await.refused(401, "unauthenticated");
    let server = authority.issue("localhost", "server");
    let [certificate, private] = server.files.each_ref().map(|path| quoted(path));
    let ca = quoted(&authority.file());
    let mut tls = vec![
        ("tls.certificate", certificate.as_str()),
        ("tls.key", private.as_str()),
        ("tls.client_ca", ca.as_str()),
    ];
    let appliance = plain.restarted(&tls).await;
    let admin = appliance.admin.clone();
    let as_client = |own: Option<&Issued>| authority.client(own, &rustls::version::TLS13);
    let status = async |own: Option<&Issued>, address, token: &str| {
        ask(&as_client(own), address, "/users", token).await.map(|answer| answer.0).unwrap_or_default()
    };
    assert_eq!(status(Some(&own), appliance.address, &key).await, 200);
    assert_eq!(status(Some(&other), appliance.address, &key).await, 401);
    assert_eq!(status(None, appliance.address, &key).await, 401);
    assert_eq!(status(None, appliance.address, &admin).await, 200, "other keys need no certificate");
    let foreign = Authority::new().issue("shop", "shop");
    assert_eq!(
        status(Some(&foreign), appliance.address, &admin).await,
        0,
        "whose certificate is not believed"
    );

    tls.push(("tls.client_required", "true"));
    let appliance = appliance.restarted(&tls).await;
    assert_eq!(status(None, appliance.address, &admin).await, 0);
    assert_eq!(status(Some(&other), appliance.address, &admin).await, 200);
}

#[tokio::test]
async fn a_start_says_what_is_wrong_with_a_certificate() {
    let authority = Authority::new();
    let (one, other) = (authority.issue("localhost", "one"), authority.issue("localhost", "other"));
    let nothing = authority.folder.path().join("nothing.pem");
    let empty = authority.folder.path().join("empty.pem");
    std::fs::write(&empty, "").unwrap();
    let mut appliance = Appliance::start().await;
    for (certificate, key, named) in [
        (&nothing, &one.files[1], "tls.certificate"),
        (&empty, &one.files[1], "tls.certificate"),
        (&one.files[0], &one.files[0], "tls.key"),
        (&one.files[0], &other.files[1], "do not fit"),
    ] {
        let tls = [("tls.certificate", quoted(certificate)), ("tls.key", quoted(key))];
        let tls = [(tls[0].0, tls[0].1.as_str()), (tls[1].0, tls[1].1.as_str())];
        let text = appliance.refused_start(&tls).await;
        assert!(text.contains(named), "{text}");
    }
}

/// A server that proves to be `localhost` by this certificate, and answers every request with 200.
async fn server(issued: &Issued) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivateKeyDer::try_from(issued.key.serialize_der()).unwrap();
    let chain = vec![issued.certificate.der().clone()];
    let config = versions.with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let Ok(stream) = acceptor.accept(socket).await else { continue };
            let answer = |_| async { Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())) };
            let service = hyper::service::service_fn(answer);
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        }
    });
    address
}

#[tokio::test]
async fn webhooks_go_to_servers_that_prove_who_they_are() {
    let authority = Authority::new();
    let localhost = server(&authority.issue("localhost", "a")).await;
    let someone = server(&authority.issue("someone.example", "b")).await;
    let trusted = quoted(&authority.file());
    for (trusted, address, error) in [
        (Some(&trusted), localhost, None),
        (Some(&trusted), someone, Some("no TLS")),
        (None, localhost, Some("no TLS")),
    ] {
        let changes: Vec<_> = trusted.map(|file| ("tls.trusted", file.as_str())).into_iter().collect();
        let appliance = Appliance::start_with(&changes).await;
        let url = format!("https://localhost:{}/hook", address.port());
        let added = appliance.admin(post("/webhooks", &json!({ "url": url }))).await.ok(201);
        let test = format!("/webhooks/{}/test", added["id"].as_str().unwrap());
        let tested = appliance.admin(post(test, &json!({}))).await.ok(200);
        let said = tested["error"].as_str();
        let fits = error.map_or(said.is_none(), |error| said.is_some_and(|said| said.contains(error)));
        assert!(fits, "{address} {tested}");
    }
}
