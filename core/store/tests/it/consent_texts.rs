//! The texts that people agree to.
use domain::ConsentTextId;
use store::{NewConsentText, StoreError};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, by},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![a_consent_text_is_kept_to_the_byte_and_never_replaced];

fn a_consent_text_is_kept_to_the_byte_and_never_replaced(bench: &Bench) {
    let add = |version: &str, language: &str, text: &str| {
        let (version, language, text) = (version.to_owned(), language.to_owned(), text.to_owned());
        let new = NewConsentText { id: ConsentTextId(Uuid::now_v7()), version, language, text };
        bench.store.add_consent_text(by(), &new)
    };
    let text = " I agree.\r\n\tयह — \"quoted\"\n";
    let first = add("1", "en", text).unwrap();
    assert_eq!((first.text.as_str(), first.created_by.as_str()), (text, "test"));
    assert_eq!(first.text_sha256.len(), 64);
    add("1", "de", "Ja").unwrap();
    let newest = add("2", "en", "I agree, too.").unwrap();
    assert!(matches!(add("1", "en", "I agree to more."), Err(StoreError::Conflict(_))));
    let list = |of, before, limit| bench.store.consent_texts(of, before, limit).unwrap();
    assert_eq!(list((Some("en"), None), None, 10), [newest.clone(), first.clone()]);
    assert_eq!(list((Some("en"), Some("1")), None, 10), std::slice::from_ref(&first));
    assert_eq!(list((None, None), None, 1), [newest]);
    assert_eq!(list((None, None), Some(first.id), 10), []);
    bench.assert_sound();
}
