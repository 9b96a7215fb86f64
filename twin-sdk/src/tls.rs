//! The TLS the client speaks: rustls with ring and the bundled Mozilla roots; the system's store and further
//! certificates only on request, since reading them costs more than a whole call.

use reqwest::ClientBuilder;

use crate::error::{Error, Result};

/// Which certificates are trusted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    /// Files with further certificate authorities, in PEM or DER.
    pub(crate) extra: Vec<Vec<u8>>,
    /// The system's store beside the bundled roots.
    #[cfg_attr(not(feature = "system-certs"), expect(dead_code, reason = "read by that feature alone"))]
    pub(crate) system: bool,
}

/// Configures TLS. `needed` is whether the base URL is `https`: for loopback over plain HTTP nothing is loaded.
#[cfg(feature = "rustls")]
pub(crate) fn configure(client: ClientBuilder, trust: &Trust, needed: bool) -> Result<ClientBuilder> {
    use std::sync::Arc;

    let mut roots = rustls::RootCertStore::empty();
    if needed {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        #[cfg(feature = "system-certs")]
        if trust.system {
            add_system_store(&mut roots)?;
        }
        trust.extra.iter().try_for_each(|file| bundle::add(&mut roots, file).map(drop))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::invalid_input("TLS cannot be configured").with_source(error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(client.tls_backend_preconfigured(config))
}

#[cfg(feature = "rustls")]
impl Trust {
    /// What cannot be read, a line each, beside what can.
    pub(crate) fn check(&self) -> Result<Vec<String>> {
        let mut unreadable = Vec::new();
        for file in &self.extra {
            unreadable.extend(bundle::add(&mut rustls::RootCertStore::empty(), file)?);
        }
        Ok(unreadable)
    }
}

/// Files of certificate authorities as people have them.
#[cfg(feature = "rustls")]
mod bundle {
    use rustls::RootCertStore;
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    use crate::error::{Error, Result};

    const BEGIN: &str = "-----BEGIN ";
    const END: &str = "-----END ";

    /// Adds every certificate of a file that can be read; says which cannot.
    pub(super) fn add(roots: &mut RootCertStore, file: &[u8]) -> Result<Vec<String>> {
        let certificates = certificates(file);
        let (count, before) = (certificates.len(), roots.len());
        let mut unreadable = Vec::new();
        for (number, certificate) in certificates.into_iter().enumerate() {
            let added =
                certificate.and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
            if let Err(cause) = added {
                unreadable.push(format!("certificate {} of {count} cannot be read: {cause}", number + 1));
            }
        }
        if roots.len() > before {
            return Ok(unreadable);
        }
        let cause = unreadable.into_iter().next().unwrap_or_else(|| "it holds none".to_owned());
        Err(Error::invalid_input(format!("no certificate authority in PEM or DER: {cause}")))
    }

    /// Each certificate of a file, or why it is none.
    fn certificates(file: &[u8]) -> Vec<Result<CertificateDer<'static>, String>> {
        let text = text(file);
        let mut certificates = Vec::new();
        let mut rest = text.as_str();
        while let Some(begin) = rest.find(BEGIN) {
            let section = &rest[begin + BEGIN.len()..];
            let next = section.find(BEGIN).unwrap_or(section.len());
            let (section, after) = section.split_at(next);
            rest = after;
            let is_certificate =
                section.lines().next().is_some_and(|label| label.trim_end().ends_with("CERTIFICATE-----"));
            if !is_certificate {
                continue; // a private key, say
            }
            if !section.contains(END) {
                certificates.push(Err("it has no end".to_owned()));
                continue;
            }
            let pem = format!("{BEGIN}{}", section.trim_end());
            let read = CertificateDer::from_pem_slice(pem.as_bytes());
            certificates.push(read.map_err(|error| error.to_string()));
        }
        const SEQUENCE: u8 = 0x30; // what every certificate in DER begins with
        if certificates.is_empty() && file.first() == Some(&SEQUENCE) {
            certificates.push(Ok(CertificateDer::from(file.to_vec())));
        }
        certificates
    }

    /// A file as text: PEM is ASCII, but some programs write it with a byte-order mark, or in UTF-16.
    fn text(file: &[u8]) -> String {
        let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
            let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
        };
        match file {
            [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
            _ => String::from_utf8_lossy(file).into_owned(),
        }
    }
}

#[cfg(feature = "system-certs")]
fn add_system_store(roots: &mut rustls::RootCertStore) -> Result<()> {
    let found = rustls_native_certs::load_native_certs();
    let (added, _unusable) = roots.add_parsable_certificates(found.certs);
    match (added, found.errors.into_iter().next()) {
        (0, Some(error)) => {
            Err(Error::invalid_input("the system's certificates cannot be read").with_source(error))
        }
        (0, None) => Err(Error::invalid_input("the system has no certificates")),
        _ => Ok(()),
    }
}

/// What is wrong with the time of the server's certificate, with dates as people read them.
#[cfg(feature = "rustls")]
pub(crate) fn explain(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    use rustls::CertificateError::{ExpiredContext, NotValidYetContext};
    use rustls::Error::InvalidCertificate;
    use rustls::pki_types::UnixTime;

    let date = |time: &UnixTime| {
        let time =
            i64::try_from(time.as_secs()).ok().and_then(|second| jiff::Timestamp::from_second(second).ok());
        time.map_or("a time out of range".to_owned(), |time| time.to_string())
    };
    match tls_error(error)? {
        InvalidCertificate(ExpiredContext { time, not_after }) => Some(format!(
            "the server's certificate expired on {}, and this machine's clock says {}",
            date(not_after),
            date(time)
        )),
        InvalidCertificate(NotValidYetContext { time, not_before }) => Some(format!(
            "the server's certificate is not valid before {}, and this machine's clock says {}",
            date(not_before),
            date(time)
        )),
        _ => None,
    }
}

/// The error of rustls that is behind an error; I/O errors hold it in their own way.
#[cfg(feature = "rustls")]
fn tls_error<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        let within = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let found = within.and_then(|within| within.downcast_ref()).or_else(|| error.downcast_ref());
        if found.is_some() {
            return found;
        }
        next = match within {
            Some(within) => Some(within),
            None => error.source(),
        };
    }
    None
}

#[cfg(not(feature = "rustls"))]
pub(crate) fn explain(_: &(dyn std::error::Error + 'static)) -> Option<String> {
    None
}

/// The platform's own TLS and its store.
#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
pub(crate) fn configure(mut client: ClientBuilder, trust: &Trust, needed: bool) -> Result<ClientBuilder> {
    if needed {
        for file in &trust.extra {
            client = client.tls_certs_merge(native_certificates(file)?);
        }
    }
    Ok(client)
}

#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
fn native_certificates(file: &[u8]) -> Result<Vec<reqwest::Certificate>> {
    let read =
        reqwest::Certificate::from_pem_bundle(file).ok().filter(|certificates| !certificates.is_empty());
    let read = read.map_or_else(|| reqwest::Certificate::from_der(file).map(|one| vec![one]), Ok);
    read.map_err(|error| Error::invalid_input("no certificate authority in PEM or DER").with_source(error))
}

#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
impl Trust {
    /// What cannot be read: a whole file.
    pub(crate) fn check(&self) -> Result<Vec<String>> {
        self.extra.iter().try_for_each(|file| native_certificates(file).map(drop))?;
        Ok(Vec::new())
    }
}

/// Without a TLS feature only loopback can be reached.
#[cfg(not(any(feature = "native-tls", feature = "rustls")))]
pub(crate) fn configure(client: ClientBuilder, _trust: &Trust, needed: bool) -> Result<ClientBuilder> {
    if needed {
        return Err(Error::invalid_input("https needs the crate's feature rustls or native-tls"));
    }
    Ok(client)
}

#[cfg(not(any(feature = "native-tls", feature = "rustls")))]
impl Trust {
    /// Without TLS no certificate is read.
    pub(crate) fn check(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}
