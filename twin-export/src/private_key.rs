//! Private keys, told by their first lines: what is one is never a document, whatever it is called. A text about keys,
//! or one that shows a key further down, is a text.

use super::text::beginning;

/// Bytes of a text in which a key begins: a chain of certificates may stand before it.
pub(crate) const HEAD: usize = 16 * 1024;

/// Whether the first thing in a text, comments and certificates aside, is a private key.
pub(crate) fn begins(text: &str) -> bool {
    let text = text.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '\u{FEFF}');
    let mut lines = beginning(text, HEAD).lines().map(str::trim);
    let mut is_described = false;
    while let Some(line) = lines.next() {
        if is_start(line) {
            return true;
        }
        if let Some(label) = armoured(line) {
            // A certificate, or the parameters of a curve.
            let end = format!("-----END {label}-----");
            if !lines.by_ref().any(|line| line == end) {
                return false;
            }
            is_described = false;
        } else if line.starts_with("Bag Attributes") || line.starts_with("Key Attributes") {
            is_described = true;
        } else if !(is_passed_over(line) || is_described && line.contains([':', '=', '<'])) {
            return false;
        }
    }
    false
}

/// The first line of a key as OpenSSL, OpenSSH, PGP, PuTTY, age, minisign and OpenVPN write it.
fn is_start(line: &str) -> bool {
    let is_of_block = line.starts_with("---") && line.contains("BEGIN ");
    let names = ["PRIVATE KEY", "SECRET KEY", "Static key"];
    is_of_block && names.iter().any(|name| line.contains(name))
        || ["PuTTY-User-Key-File-", "AGE-SECRET-KEY-", "SSH PRIVATE KEY FILE"]
            .iter()
            .any(|start| line.starts_with(start))
        || ["Private-Key: (", "RSA Private-Key: ("].iter().any(|start| line.starts_with(start))
        || line.starts_with("untrusted comment:") && line.contains("secret key")
}

/// What a block that is no key holds.
fn armoured(line: &str) -> Option<&str> {
    line.strip_prefix("-----BEGIN ")?.strip_suffix("-----")
}

/// Blank lines, comments, and whose a certificate is.
fn is_passed_over(line: &str) -> bool {
    line.is_empty() || ["#", ";", "//", "subject=", "issuer="].iter().any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nzz\n-----END PRIVATE KEY-----\n";

    #[test]
    fn a_key_is_one_whatever_stands_before_it() {
        for before in [
            "",
            "\u{FEFF}\n\n",
            "# of the gate\n\n",
            "Bag Attributes\n    localKeyID: 01\n    friendlyName: gate\nKey Attributes: <No Attributes>\n",
            "subject=/CN=gate\nissuer=/CN=root\n-----BEGIN CERTIFICATE-----\nzz\n-----END CERTIFICATE-----\n",
            "-----BEGIN EC PARAMETERS-----\r\nzz\r\n-----END EC PARAMETERS-----\r\n",
        ] {
            assert!(begins(&format!("{before}{KEY}")), "{before}");
        }
    }

    #[test]
    fn keys_of_all_programs_are_known() {
        for start in [
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----",
            "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
            "PuTTY-User-Key-File-3: ssh-ed25519",
            "# created: 2026-03-01\n# public key: age1zz\nAGE-SECRET-KEY-1ZZ",
            "untrusted comment: minisign encrypted secret key",
            "-----BEGIN OpenVPN Static key V1-----",
        ] {
            assert!(begins(&format!("{start}\nzz\n")), "{start}");
        }
    }

    #[test]
    fn what_is_public_or_tells_of_keys_is_none() {
        let fenced = format!("# Keys\n\n```\n{KEY}```\n");
        let told = format!("Put this into the file:\n\n{KEY}");
        let certificate = "-----BEGIN CERTIFICATE-----\nzz\n-----END CERTIFICATE-----\n";
        let cut = "-----BEGIN CERTIFICATE-----\nzz\n";
        for text in [fenced.as_str(), &told, certificate, cut, "", "ssh-ed25519 zz uma@gate", "# Title\n"] {
            assert!(!begins(text), "{text}");
        }
    }
}
