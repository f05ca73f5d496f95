//! Why nobody is verified by a document, as a code that stays the same and advice for whoever stands at the counter.

/// Why a document verifies nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The payload names no kind of document that is known.
    KindUnknown,
    /// An Aadhaar number came with a document that is verified offline.
    NumberNotWanted,
    /// Nobody consented.
    ConsentMissing,
    /// The consent is to a text that the operator does not use.
    ConsentUnknown,
    /// The consent is too old, or of the future.
    ConsentStale,
    /// The code is no number, or what it stands for is no gzip with fields in it.
    QrMalformed,
    /// The code stands for more than a code can hold.
    QrTooLarge,
    /// The code is the one of before 2018, which nobody signed.
    QrUnsigned,
    /// The code's version is not among those in the settings.
    QrVersionUnknown,
    /// The file is no ZIP archive, or it is cut or changed.
    ArchiveMalformed,
    /// The archive has not exactly one entry, an XML document.
    ArchiveEntries,
    /// The entry is larger than any of UIDAI's, or packed more tightly.
    ArchiveTooLarge,
    /// The entry is not encrypted: UIDAI's are.
    ArchiveOpen,
    /// No share code was given.
    ShareCodeMissing,
    /// The share code does not open the archive.
    ShareCodeWrong,
    /// The XML is not well-formed.
    XmlMalformed,
    /// The XML has a document type, by which entities could be declared.
    XmlDocumentType,
    /// The XML has comments or processing instructions, which a signature leaves out.
    XmlUnsignedContent,
    /// The XML is larger or nested deeper than any of UIDAI's.
    XmlTooLarge,
    /// There is no signature.
    SignatureMissing,
    /// There is more than one signature, or one that is elsewhere or holds other things.
    SignatureShape,
    /// The signature uses an algorithm that is not taken.
    SignatureAlgorithm,
    /// The signature is over SHA-1, and the settings do not allow that.
    SignatureSha1,
    /// The signature refers to something else than the whole document, or to several things.
    ReferenceShape,
    /// No pinned certificate made the signature.
    SignatureWrong,
    /// The signature is true, the document was changed.
    DigestWrong,
    /// A pinned certificate made the signature, but was not valid when the document says that it was made.
    KeyOutOfDate,
    /// The signed document lacks what it must say.
    DocumentIncomplete,
    /// The reference id has no four digits and time in it.
    ReferenceMalformed,
    /// The document is too old.
    DocumentStale,
    /// The document is of the future.
    DocumentFuture,
    /// The photo is no JPEG and no JPEG 2000, or too large.
    PortraitUnfit,
    /// The document has another mobile number's hash.
    MobileDiffers,
    /// The document has no mobile number's hash.
    MobileNotRegistered,
    /// The document has another e-mail address's hash.
    EmailDiffers,
    /// The document has no e-mail address's hash.
    EmailNotRegistered,
    /// The number is no Aadhaar number and no virtual id.
    NumberMalformed,
    /// What the capture device gave is no encrypted PID block.
    PidMalformed,
    /// The capture device says that it captured nothing.
    PidNotCaptured,
    /// UIDAI would refuse the request; the log says why.
    RequestUnfit,
}

impl Refusal {
    /// Every reason, in the order of the guide.
    pub const ALL: [Self; 40] = [
        Self::KindUnknown,
        Self::NumberNotWanted,
        Self::ConsentMissing,
        Self::ConsentUnknown,
        Self::ConsentStale,
        Self::QrMalformed,
        Self::QrTooLarge,
        Self::QrUnsigned,
        Self::QrVersionUnknown,
        Self::ArchiveMalformed,
        Self::ArchiveEntries,
        Self::ArchiveTooLarge,
        Self::ArchiveOpen,
        Self::ShareCodeMissing,
        Self::ShareCodeWrong,
        Self::XmlMalformed,
        Self::XmlDocumentType,
        Self::XmlUnsignedContent,
        Self::XmlTooLarge,
        Self::SignatureMissing,
        Self::SignatureShape,
        Self::SignatureAlgorithm,
        Self::SignatureSha1,
        Self::ReferenceShape,
        Self::SignatureWrong,
        Self::DigestWrong,
        Self::KeyOutOfDate,
        Self::DocumentIncomplete,
        Self::ReferenceMalformed,
        Self::DocumentStale,
        Self::DocumentFuture,
        Self::PortraitUnfit,
        Self::MobileDiffers,
        Self::MobileNotRegistered,
        Self::EmailDiffers,
        Self::EmailNotRegistered,
        Self::NumberMalformed,
        Self::PidMalformed,
        Self::PidNotCaptured,
        Self::RequestUnfit,
    ];

    /// The code, stable and in `[a-z0-9_]`.
    pub const fn code(self) -> &'static str {
        self.told().0
    }

    /// What the operator or the person can do.
    pub const fn advice(self) -> &'static str {
        self.told().1
    }

    const fn told(self) -> (&'static str, &'static str) {
        const GENUINE: &str = "take it for a forgery unless the person downloads it again before your eyes";
        match self {
            Self::KindUnknown => ("kind_unknown", "send kind aadhaar-qr, aadhaar-ekyc or aadhaar-auth"),
            Self::NumberNotWanted => {
                ("number_not_wanted", "do not ask for the number: who verifies offline may not collect it")
            }
            Self::ConsentMissing => ("consent_missing", "show the consent text and ask the person"),
            Self::ConsentUnknown => ("consent_unknown", "use a consent text that is in consent_texts"),
            Self::ConsentStale => ("consent_stale", "ask for consent again"),
            Self::QrMalformed => ("qr_malformed", "scan the whole secure QR code once more"),
            Self::QrTooLarge => ("qr_too_large", GENUINE),
            Self::QrUnsigned => {
                ("qr_unsigned", "ask for a letter or app of after 2018: the old code proves nothing")
            }
            Self::QrVersionUnknown => {
                ("qr_version_unknown", "read one by hand, then add its version to qr_versions")
            }
            Self::ArchiveMalformed => ("archive_malformed", "have the file sent again"),
            Self::ArchiveEntries => ("archive_entries", "hand over the ZIP file as UIDAI made it"),
            Self::ArchiveTooLarge => ("archive_too_large", GENUINE),
            Self::ArchiveOpen => ("archive_open", "hand over the ZIP file as UIDAI made it"),
            Self::ShareCodeMissing => ("share_code_missing", "ask for the share code"),
            Self::ShareCodeWrong => ("share_code_wrong", "ask for the share code once more"),
            Self::XmlMalformed => ("xml_malformed", "have the file downloaded again"),
            Self::XmlDocumentType => ("xml_document_type", GENUINE),
            Self::XmlUnsignedContent => ("xml_unsigned_content", GENUINE),
            Self::XmlTooLarge => ("xml_too_large", GENUINE),
            Self::SignatureMissing => ("signature_missing", GENUINE),
            Self::SignatureShape => ("signature_shape", GENUINE),
            Self::SignatureAlgorithm => ("signature_algorithm", GENUINE),
            Self::SignatureSha1 => {
                ("signature_sha1", "set rsa_sha1 if UIDAI signs so; see the guide for what that means")
            }
            Self::ReferenceShape => ("reference_shape", GENUINE),
            Self::SignatureWrong => (
                "signature_wrong",
                "compare certificates with UIDAI's; if they are its newest, it is a forgery",
            ),
            Self::DigestWrong => ("digest_wrong", "it was changed after UIDAI signed it"),
            Self::KeyOutOfDate => ("key_out_of_date", "add UIDAI's newest certificate to certificates"),
            Self::DocumentIncomplete => ("document_incomplete", "have it downloaded again"),
            Self::ReferenceMalformed => ("reference_malformed", "have it downloaded again"),
            Self::DocumentStale => ("document_stale", "have it downloaded again"),
            Self::DocumentFuture => ("document_future", "set the appliance's clock"),
            Self::PortraitUnfit => ("portrait_unfit", "have it downloaded again"),
            Self::MobileDiffers => ("mobile_differs", "ask for the mobile number that UIDAI knows"),
            Self::MobileNotRegistered => ("mobile_not_registered", "go on without, or have it registered"),
            Self::EmailDiffers => ("email_differs", "ask for the e-mail address that UIDAI knows"),
            Self::EmailNotRegistered => ("email_not_registered", "go on without, or have it registered"),
            Self::NumberMalformed => ("number_malformed", "ask for the number once more"),
            Self::PidMalformed => ("pid_malformed", "capture again; hand over PidData as the device made it"),
            Self::PidNotCaptured => ("pid_not_captured", "capture again, in better light"),
            Self::RequestUnfit => ("request_unfit", "the log names each fault"),
        }
    }
}
