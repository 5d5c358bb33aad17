//! The one place that turns what went wrong into an answer (RFC 9457).
//!
//! Codes and sentences are those of `schema/codes/errors.csv`. Does not echo anything of a request.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use serde_json::{Map, Value, json};
use sync_core::sync::epoch::Epoch;

use crate::desk::{Refused, ways_out};
use crate::fault::Fault;
use crate::rates::TooOften;
use crate::tokens::Untrusted;
use crate::{enrol, reconcile};

/// Milliseconds after which a device tries again.
const LATER_MS: u64 = 5_000;

/// What went wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    BodyTooLarge,
    DecompressedTooLarge,
    TooManyOps,
    PushMalformed,
    EncodingUnknown,
    DictionaryUnknown,
    Signature,
    CounterOld(u64),
    PrevNeeded,
    Gap(u64),
    EpochOther(Vec<Epoch>),
    EnrolMalformed,
    EnrolRefused,
    EnrolOtherPerson,
    EnrolKeyUsed,
    SealedMalformed,
    NotFound,
    /// With the methods that the address takes.
    MethodNotAllowed(String),
    MediaTypeUnknown,
    TooSlow,
    JsonMalformed,
    JsonTooDeep,
    /// A field of the request, by its name.
    Field(&'static str),
    Cursor,
    ShownAnew,
    NotYours,
    /// The same, and who does it instead.
    ForOthers(&'static str),
    /// Why, in words for people.
    NotAllowed(&'static str),
    Untrusted(Untrusted),
    Later,
    ServerFault,
    SealedFull,
    NoCare,
    /// It was looked up too often: after so many milliseconds it may be done again.
    TooManyChecks(u64),
    /// The same of anything else.
    TooOften(u64),
}

/// A problem's document, until the request's id is added to it.
pub(super) struct Body(pub(super) Value);

impl Problem {
    fn code(&self) -> &'static str {
        match self {
            Self::BodyTooLarge => "body_too_large",
            Self::DecompressedTooLarge => "decompressed_too_large",
            Self::TooManyOps => "too_many_ops",
            Self::PushMalformed => "push_malformed",
            Self::EncodingUnknown => "encoding_unknown",
            Self::DictionaryUnknown => "dictionary_unknown",
            Self::Signature => "signature_wrong",
            Self::CounterOld(_) => "counter_old",
            Self::PrevNeeded => "prev_needed",
            Self::Gap(_) => "gap",
            Self::EpochOther(_) => "epoch_other",
            Self::EnrolMalformed => "enrol_malformed",
            Self::EnrolRefused => "enrol_refused",
            Self::EnrolOtherPerson => "enrol_other_person",
            Self::EnrolKeyUsed => "enrol_key_used",
            Self::SealedMalformed => "sealed_malformed",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::MediaTypeUnknown => "media_type_unknown",
            Self::TooSlow => "too_slow",
            Self::JsonMalformed => "json_malformed",
            Self::JsonTooDeep => "json_too_deep",
            Self::Field(_) => "field_wrong",
            Self::Cursor => "cursor_unknown",
            Self::ShownAnew => "shown_anew",
            Self::NotYours | Self::ForOthers(_) => "not_yours",
            Self::NotAllowed(_) => "not_allowed",
            Self::Untrusted(untrusted) => untrusted.code(),
            Self::Later => "try_later",
            Self::ServerFault => "server_fault",
            Self::SealedFull => "sealed_full",
            Self::NoCare => "no_care",
            Self::TooManyChecks(_) => "too_many_checks",
            Self::TooOften(_) => "too_often",
        }
    }

    /// What a device needs to go on.
    fn members(&self) -> Value {
        match self {
            Self::CounterOld(counter) => json!({"counter": counter}),
            Self::Gap(seq) => json!({"seq": seq}),
            Self::EpochOther(epochs) => json!({"epochs": epochs}),
            Self::Later => json!({"after_ms": LATER_MS}),
            Self::TooManyChecks(after_ms) | Self::TooOften(after_ms) => json!({"after_ms": after_ms}),
            Self::Field(field) => {
                json!({"field": field, "detail": format!("{field}: {}.", ways_out::of(field))})
            }
            Self::ForOthers(who) => json!({"detail": format!("{who}.")}),
            Self::NotAllowed(why) => json!({"detail": format!("This cannot be decided: {why}.")}),
            Self::BodyTooLarge
            | Self::DecompressedTooLarge
            | Self::TooManyOps
            | Self::PushMalformed
            | Self::EncodingUnknown
            | Self::DictionaryUnknown
            | Self::Signature
            | Self::PrevNeeded
            | Self::EnrolMalformed
            | Self::EnrolRefused
            | Self::EnrolOtherPerson
            | Self::EnrolKeyUsed
            | Self::SealedMalformed
            | Self::SealedFull
            | Self::NoCare
            | Self::NotFound
            | Self::MethodNotAllowed(_)
            | Self::MediaTypeUnknown
            | Self::TooSlow
            | Self::JsonMalformed
            | Self::JsonTooDeep
            | Self::Cursor
            | Self::ShownAnew
            | Self::NotYours
            | Self::Untrusted(_)
            | Self::ServerFault => Value::Object(Map::new()),
        }
    }
}

/// The sentence of a code in the published list.
fn sentence(code: &str) -> &'static str {
    let lines = schema::codes::ERRORS.lines();
    let mut found = lines.filter_map(|line| {
        let mut columns = line.splitn(4, ',');
        let named = columns.nth(1)?;
        columns.nth(1).filter(|_| named == code)
    });
    found.next().expect("every problem has its line in schema/codes/errors.csv")
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::BodyTooLarge | Self::DecompressedTooLarge | Self::TooManyOps | Self::SealedFull => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Self::PushMalformed
            | Self::DictionaryUnknown
            | Self::SealedMalformed
            | Self::EnrolMalformed
            | Self::JsonMalformed
            | Self::JsonTooDeep
            | Self::Field(_)
            | Self::Cursor => StatusCode::BAD_REQUEST,
            Self::EncodingUnknown | Self::MediaTypeUnknown => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Signature | Self::EnrolRefused | Self::Untrusted(_) => StatusCode::UNAUTHORIZED,
            Self::NotYours | Self::ForOthers(_) | Self::NotAllowed(_) | Self::NoCare => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::CounterOld(_)
            | Self::PrevNeeded
            | Self::Gap(_)
            | Self::EpochOther(_)
            | Self::EnrolOtherPerson
            | Self::EnrolKeyUsed
            | Self::ShownAnew => StatusCode::CONFLICT,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Later => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooManyChecks(_) | Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::ServerFault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let (code, status) = (self.code(), self.status_code());
        let mut problem = self.members();
        problem["type"] = format!("urn:waymark:problem:{code}").into();
        problem["title"] = sentence(code).into();
        problem["status"] = status.as_u16().into();
        problem["code"] = code.into();
        let mut response = HttpResponse::build(status);
        response.content_type("application/problem+json");
        if let Self::Untrusted(_) = self {
            response.insert_header((WWW_AUTHENTICATE, r#"DPoP algs="ES256""#));
        } else if let Self::Later = self {
            response.insert_header((RETRY_AFTER, LATER_MS / 1000));
        } else if let Self::MethodNotAllowed(allowed) = self {
            response.insert_header((ALLOW, allowed.as_str()));
        } else if let Self::TooManyChecks(after_ms) | Self::TooOften(after_ms) = self {
            response.insert_header((RETRY_AFTER, after_ms.div_ceil(1000)));
        }
        let mut response = response.finish();
        response.extensions_mut().insert(Body(problem));
        response
    }
}

impl Responder for Problem {
    type Body = BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        self.error_response()
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "a request failed");
        if fault.passes() { Self::Later } else { Self::ServerFault }
    }
}

impl From<reconcile::Refusal> for Problem {
    fn from(refusal: reconcile::Refusal) -> Self {
        match refusal {
            reconcile::Refusal::Malformed => Self::PushMalformed,
            reconcile::Refusal::TooManyOps => Self::TooManyOps,
            reconcile::Refusal::Signature => Self::Signature,
            reconcile::Refusal::CounterOld(counter) => Self::CounterOld(counter),
            reconcile::Refusal::PrevNeeded => Self::PrevNeeded,
            reconcile::Refusal::Gap(seq) => Self::Gap(seq),
            reconcile::Refusal::Sealed => Self::SealedMalformed,
            reconcile::Refusal::SealedFull => Self::SealedFull,
            reconcile::Refusal::NoCare => Self::NoCare,
            reconcile::Refusal::TooOften(after_ms) => Self::TooOften(after_ms),
            reconcile::Refusal::EpochOther(epochs) => Self::EpochOther(epochs),
            reconcile::Refusal::Fault(fault) => fault.into(),
        }
    }
}

impl From<reconcile::Unanswered> for Problem {
    fn from(unanswered: reconcile::Unanswered) -> Self {
        match unanswered {
            reconcile::Unanswered::Refused(refusal) => refusal.into(),
            reconcile::Unanswered::Revoked => Self::Untrusted(Untrusted::Revoked),
            reconcile::Unanswered::NotYours => Self::NotYours,
            reconcile::Unanswered::TooOften(after_ms) => Self::TooManyChecks(after_ms),
            reconcile::Unanswered::Malformed => Self::Field("body"),
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::NotFound => Self::NotFound,
            Refused::NotYours => Self::NotYours,
            Refused::ForOthers(who) => Self::ForOthers(who),
            Refused::NotAllowed(why) => Self::NotAllowed(why),
            Refused::ShownAnew => Self::ShownAnew,
            Refused::Field(field) => Self::Field(field),
            Refused::Problem(problem) => Self::NotAllowed(problem.title),
            Refused::Cursor => Self::Cursor,
            Refused::Fault(fault) => fault.into(),
        }
    }
}

impl From<TooOften> for Problem {
    fn from(TooOften { after_ms }: TooOften) -> Self {
        Self::TooOften(after_ms)
    }
}

impl From<Untrusted> for Problem {
    fn from(untrusted: Untrusted) -> Self {
        if untrusted == Untrusted::Later { Self::Later } else { Self::Untrusted(untrusted) }
    }
}

impl From<enrol::Refusal> for Problem {
    fn from(refusal: enrol::Refusal) -> Self {
        match refusal {
            enrol::Refusal::Malformed => Self::EnrolMalformed,
            enrol::Refusal::Name => Self::Field("name"),
            enrol::Refusal::Refused => Self::EnrolRefused,
            enrol::Refusal::OtherPerson => Self::EnrolOtherPerson,
            enrol::Refusal::KeyUsed => Self::EnrolKeyUsed,
            enrol::Refusal::Fault(fault) => fault.into(),
        }
    }
}
