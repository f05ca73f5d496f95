//! `facepay certs lab`: certificates of a CA of one's own, to try TLS where nobody else issues any.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::{Exit, Failure, terminal};

/// What to do with certificates.
#[derive(Subcommand)]
pub enum Certs {
    /// Makes a CA, a certificate for the appliance and one for each client, in a new folder. For labs: the CA's key lies
    /// beside them, and nobody revokes what it signs.
    Lab {
        /// A name or address by which clients reach the appliance; may be given several times.
        #[arg(long = "host", value_name = "NAME", default_values = ["localhost", "127.0.0.1"])]
        hosts: Vec<String>,
        /// A client that gets a certificate; may be given several times.
        #[arg(long = "client", value_name = "NAME")]
        clients: Vec<String>,
        /// The folder to make.
        #[arg(long, value_name = "FOLDER")]
        out: PathBuf,
    },
}

/// The longest that browsers take, without a day.
const DAYS_VALID: i64 = 397;

pub(super) fn run(command: &Certs) -> Result<Exit, Failure> {
    let Certs::Lab { hosts, clients, out } = command;
    lab(hosts, clients, out)
}

fn lab(hosts: &[String], clients: &[String], out: &Path) -> Result<Exit, Failure> {
    std::fs::create_dir(out).map_err(|error| {
        Failure::new(
            Exit::Usage,
            format!("cannot make the folder {}: {error}; name a new one", out.display()),
        )
    })?;
    let mut params = named("FacePay lab CA", &[])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let issuer =
        CertifiedIssuer::self_signed(params, KeyPair::generate().map_err(failed)?).map_err(failed)?;
    write(&out.join("ca.pem"), &issuer.pem())?;
    write(&out.join("ca.key"), &issuer.key().serialize_pem())?;
    let name = hosts.first().map_or("localhost", String::as_str);
    issue(&issuer, out, "server", named(name, hosts)?, ExtendedKeyUsagePurpose::ServerAuth)?;
    for client in clients {
        if client.is_empty() || !client.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            let text = format!("--client {client}: letters, digits and hyphens, since it names a file");
            return Err(Failure::new(Exit::Usage, text));
        }
        let file = format!("client-{client}");
        issue(&issuer, out, &file, named(client, &[])?, ExtendedKeyUsagePurpose::ClientAuth)?;
    }
    let at = out.canonicalize()?;
    terminal::out(format!(
        "[tls]\ncertificate = \"{0}/server.pem\"\nkey = \"{0}/server.key\"\nclient_ca = \"{0}/ca.pem\"",
        at.display()
    ));
    terminal::note(format!(
        "clients trust {}/ca.pem; `facepay keys add --certificate` binds a key to one",
        at.display()
    ));
    Ok(Exit::Ok)
}

/// What is certified, from now for [`DAYS_VALID`].
fn named(name: &str, hosts: &[String]) -> Result<CertificateParams, Failure> {
    let mut params = CertificateParams::new(hosts).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, name);
    let day = |later: i64| {
        let today = jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date();
        let day = today.saturating_add(jiff::Span::new().days(later));
        date_time_ymd(day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs())
    };
    // A day early: clocks of a lab differ.
    (params.not_before, params.not_after) = (day(-1), day(DAYS_VALID - 1));
    Ok(params)
}

fn issue(
    issuer: &CertifiedIssuer<'_, KeyPair>,
    out: &Path,
    file: &str,
    mut params: CertificateParams,
    purpose: ExtendedKeyUsagePurpose,
) -> Result<(), Failure> {
    let key = KeyPair::generate().map_err(failed)?;
    params.extended_key_usages = vec![purpose];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, issuer).map_err(failed)?;
    write(&out.join(file).with_extension("pem"), &certificate.pem())?;
    write(&out.join(file).with_extension("key"), &key.serialize_pem())
}

/// For this user alone: a key is among them.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

fn failed(error: rcgen::Error) -> Failure {
    Failure::failed(error.to_string())
}
