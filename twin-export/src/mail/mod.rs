//! Mail: how it is recognised, and with the feature `mail`, how it is read.

use super::tree::{ending, file_name};

#[cfg(feature = "mail")]
mod identity;
pub(crate) mod maildir;
pub(crate) mod mbox;
#[cfg(feature = "mail")]
mod order;
#[cfg(feature = "mail")]
mod quotes;
#[cfg(feature = "mail")]
mod reader;
#[cfg(feature = "mail")]
mod threads;

#[cfg(feature = "mail")]
pub(crate) use reader::read;

/// Whether mail programs note something in it beside the mail.
pub(crate) fn is_note(path: &str) -> bool {
    let names = ["table_of_contents", "msgFilterRules.dat", "popstate.dat", "filterlog.html"];
    names.contains(&file_name(path)) || ending(path) == "msf" || maildir::is_note(path)
}

/// Whether a mailbox is for what nobody wants to keep.
fn is_unwanted_mailbox(name: &str) -> bool {
    let names = ["junk", "junk e-mail", "junk email", "deleted items", "deleted messages"];
    is_unwanted_label(name) || names.iter().any(|unwanted| name.trim().eq_ignore_ascii_case(unwanted))
}

/// Whether a label or a folder is for what nobody wants to keep.
fn is_unwanted_label(label: &str) -> bool {
    UNWANTED.split('|').any(|unwanted| unwanted == label.trim().to_lowercase())
}

const UNWANTED: &str = "\
    spam|trash|bin|papierkorb|corbeille|pourriel|papelera|cestino|lixeira|lixo|prullenbak|\
    papperskorg|papirkurv|kosz|koš|roskakori|çöp kutusu|корзина|спам|кошик|ゴミ箱|迷惑メール|\
    垃圾邮件|已删除邮件|垃圾郵件|垃圾桶|휴지통|스팸";
