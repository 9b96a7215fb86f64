//! The TLS the client speaks: rustls with ring and the bundled Mozilla roots; the system's store and further
//! certificates only on request, since reading them costs more than a whole call.

use reqwest::ClientBuilder;

use crate::error::{Error, Result};

/// Which certificates are trusted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    /// PEM texts of further certificate authorities.
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
        trust.extra.iter().try_for_each(|pem| add_pem(&mut roots, pem))?;
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
fn add_pem(roots: &mut rustls::RootCertStore, pem: &[u8]) -> Result<()> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;

    let mut found = false;
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| not_a_certificate().with_source(error))?;
        roots.add(certificate).map_err(|error| not_a_certificate().with_source(error))?;
        found = true;
    }
    if found { Ok(()) } else { Err(not_a_certificate()) }
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

/// The platform's own TLS and its store.
#[cfg(all(feature = "native-tls", not(feature = "rustls")))]
pub(crate) fn configure(mut client: ClientBuilder, trust: &Trust, needed: bool) -> Result<ClientBuilder> {
    if needed {
        for pem in &trust.extra {
            let certificates = reqwest::Certificate::from_pem_bundle(pem)
                .map_err(|error| not_a_certificate().with_source(error))?;
            client = client.tls_certs_merge(certificates);
        }
    }
    Ok(client)
}

/// Without a TLS feature only loopback can be reached.
#[cfg(not(any(feature = "native-tls", feature = "rustls")))]
pub(crate) fn configure(client: ClientBuilder, _trust: &Trust, needed: bool) -> Result<ClientBuilder> {
    if needed {
        return Err(Error::invalid_input("https needs the crate's feature rustls or native-tls"));
    }
    Ok(client)
}

#[cfg(any(feature = "native-tls", feature = "rustls"))]
fn not_a_certificate() -> Error {
    Error::invalid_input("the given certificate authority is not a PEM certificate")
}
