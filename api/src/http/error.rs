//! What can go wrong, as RFC 9457 problems. `code` is the contract; the other texts may change.
//!
//! An [`ApiError`] becomes a response that carries its [`Problem`] as an extension; the outermost layer, which knows
//! the path and the request id, writes the body ([`super::finish`]).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Role;
use super::scope::Scope;

/// Declares the closed list of codes: variant, word, status and title.
macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $word:literal, $status:ident, $title:literal;)+) => {
        /// What went wrong. Programs decide by this word and by nothing else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum ErrorCode { $($(#[$meta])* $name,)+ }

        impl ErrorCode {
            /// Every code.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];

            /// The word.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The status it comes with.
            pub(crate) const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)+ }
            }

            /// A sentence for people, the same each time.
            const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }
        }
    };
}

codes! {
    /// The body is not JSON.
    MalformedJson = "malformed_json", BAD_REQUEST, "The body is not JSON";
    /// A query parameter is unknown or has a value it cannot have.
    InvalidQuery = "invalid_query", BAD_REQUEST, "The query is not valid";
    /// The cursor was not made by this server.
    InvalidCursor = "invalid_cursor", BAD_REQUEST, "The cursor is not valid";
    /// The cursor belongs to another list or other filters.
    CursorMismatch = "cursor_mismatch", BAD_REQUEST, "The cursor belongs to another list";
    /// This may reach a customer and must be named with `Idempotency-Key`.
    IdempotencyKeyMissing = "idempotency_key_missing", BAD_REQUEST, "An idempotency key is needed";
    /// The request cannot be read.
    BadRequest = "bad_request", BAD_REQUEST, "The request cannot be read";
    /// There is no key, or it is unknown or revoked.
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "A valid key is needed";
    /// The address or the password is not right, or nobody may sign in with it.
    SignInFailed = "sign_in_failed", UNAUTHORIZED, "You are not signed in";
    /// The signature of an inbound request is missing, wrong or too old.
    InvalidSignature = "invalid_signature", UNAUTHORIZED, "The signature does not verify";
    /// The role does not allow it; `needed_role` names the one that does.
    Forbidden = "forbidden", FORBIDDEN, "Your role does not allow this";
    /// It is not for what you came with: a session, or a key of this kind.
    WrongCredential = "wrong_credential", FORBIDDEN, "This is not for what you came with";
    /// The key was limited to other things; `needed_scope` names what it would have to hold.
    ScopeMissing = "scope_missing", FORBIDDEN, "The key was not given this";
    /// The key may be used from certain networks only, and the request comes from elsewhere.
    WrongNetwork = "wrong_network", FORBIDDEN, "This key is not for where you come from";
    /// The request does not come from one of our own pages.
    CrossSite = "cross_site", FORBIDDEN, "The request comes from another site";
    /// The password is not the one that you have.
    WrongPassword = "wrong_password", FORBIDDEN, "The password is not right";
    /// The link was used, has run out, or never was one.
    LinkEnded = "link_ended", FORBIDDEN, "The link is not good any more";
    /// The provider does not say that the mail address is theirs.
    EmailNotVerified = "email_not_verified", FORBIDDEN, "The mail address is not verified";
    /// Nobody has added them, or the provider gives them no role.
    NotInvited = "not_invited", FORBIDDEN, "Nobody has added you here";
    /// There is no such thing, or not in this workspace.
    NotFound = "not_found", NOT_FOUND, "There is no such thing";
    /// The path exists, the method does not; `Allow` names those that do.
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "The method is not allowed here";
    /// Somebody was faster, or it was withdrawn or expired; `decided` says who and what.
    AlreadyDecided = "already_decided", CONFLICT, "This is decided already";
    /// The draft is not the one that was shown; `current_version` says which there is.
    DraftChanged = "draft_changed", CONFLICT, "The draft has changed since it was shown";
    /// The contact wrote again since the draft was made.
    StaleContext = "stale_context", CONFLICT, "The contact has written again";
    /// A colleague has the approval in hand.
    Claimed = "claimed", CONFLICT, "A colleague has this in hand";
    /// The policy asks for two people, and you were the first.
    SecondPersonNeeded = "second_person_needed", CONFLICT, "A second person is needed";
    /// The draft has left, or its end is settled.
    TooLate = "too_late", CONFLICT, "It is too late for this";
    /// The contact does not want to be written to; `knows_opted_out` says that you know.
    OptedOut = "opted_out", CONFLICT, "The contact does not want to be written to";
    /// Nobody outside has written in the conversation.
    NothingToAnswer = "nothing_to_answer", CONFLICT, "There is no message to answer";
    /// The AI writes a draft, or its reply is on its way.
    AtWork = "at_work", CONFLICT, "The AI is at work on this";
    /// The AI has answered the message.
    AlreadyAnswered = "already_answered", CONFLICT, "This is answered already";
    /// The policy does not let the AI answer; `detail` names the rule.
    PolicyForbids = "policy_forbids", CONFLICT, "The policy does not let the AI answer this";
    /// The policy names neither a template nor a model for the intent, or none that is here.
    NoDrafter = "no_drafter", CONFLICT, "Nothing here drafts for this";
    /// The template or the model gave no text that can be used; `detail` says why.
    NotDrafted = "not_drafted", CONFLICT, "There is no draft";
    /// The kill switch is on.
    SendingStopped = "sending_stopped", CONFLICT, "Sending is stopped";
    /// The channel is disabled.
    ChannelInactive = "channel_inactive", CONFLICT, "The channel is disabled";
    /// The job has not failed.
    NotFailed = "not_failed", CONFLICT, "There is nothing to try again";
    /// The reply may have left; say what became of it.
    InDoubt = "in_doubt", CONFLICT, "Nobody knows whether this was sent";
    /// The reply was certainly not sent: nobody need say what became of it.
    NotInDoubt = "not_in_doubt", CONFLICT, "There is no doubt about this reply";
    /// There is an open conversation with the contact on this channel: write there.
    ConversationOpen = "conversation_open", CONFLICT, "There is an open conversation";
    /// The contact was merged or erased.
    ContactGone = "contact_gone", CONFLICT, "The contact is no more by itself";
    /// A contact cannot be merged into itself.
    SameContact = "same_contact", CONFLICT, "These are the same contact";
    /// Something is being answered or sent in one of the conversations.
    ConversationBusy = "conversation_busy", CONFLICT, "Something is under way in the conversation";
    /// The conversations cannot become one; `detail` says why.
    CannotMerge = "cannot_merge", CONFLICT, "These cannot become one";
    /// A draft waits for approval: that needs a person until it is decided.
    ApprovalPending = "approval_pending", CONFLICT, "A draft waits for approval";
    /// Another has the name, or the address.
    NameTaken = "name_taken", CONFLICT, "The name is taken";
    /// The contact has no address that the channel reaches.
    NoAddress = "no_address", CONFLICT, "The channel does not reach the contact";
    /// The channel carries no files.
    NoFiles = "no_files", CONFLICT, "This channel carries no files";
    /// No policy is in force.
    NoPolicy = "no_policy", CONFLICT, "No policy is in force";
    /// Some message may leave more freely than under the policy in force, and nobody has acknowledged that.
    NotAcknowledged = "not_acknowledged", CONFLICT, "The difference must be acknowledged first";
    /// The acknowledgement is about another difference: another version is in force, or is to be.
    StaleAcknowledgement = "stale_acknowledgement", CONFLICT, "The acknowledgement is about another difference";
    /// Cases written in the policy do not hold; `errors` names each.
    CasesFail = "cases_fail", CONFLICT, "Cases of the policy do not hold";
    /// The version is in force.
    AlreadyInForce = "already_in_force", CONFLICT, "This version is in force already";
    /// No other version was in force before.
    NothingToRollBack = "nothing_to_roll_back", CONFLICT, "There is no version to go back to";
    /// The webhook is not the one that was shown; `current_version` says which there is.
    WebhookChanged = "webhook_changed", CONFLICT, "The webhook has changed since it was shown";
    /// The webhook is disabled: nothing would leave.
    WebhookDisabled = "webhook_disabled", CONFLICT, "The webhook is disabled";
    /// There are conversations, and this is for an inbox without any.
    NotEmpty = "not_empty", CONFLICT, "The inbox is not empty";
    /// There are as many of these as there may be.
    TooMany = "too_many", CONFLICT, "There are too many";
    /// There are as many webhooks as there may be.
    TooManyWebhooks = "too_many_webhooks", CONFLICT, "There are too many webhooks";
    /// The same request is being made; ask again in a moment.
    RequestInProgress = "request_in_progress", CONFLICT, "The same request is being made";
    /// The request was made, once, and its answer is lost: look at what there is now.
    AnswerLost = "answer_lost", CONFLICT, "This was done, and its answer is lost";
    /// Somebody else has the mail address.
    AddressTaken = "address_taken", CONFLICT, "The address is taken";
    /// No owner would be left who gets in.
    LastOwner = "last_owner", CONFLICT, "An owner must be left";
    /// The user is not as they were shown; `current_version` says which version there is.
    UserChanged = "user_changed", CONFLICT, "The user has changed since they were shown";
    /// The event log does not reach back that far.
    EventsExpired = "events_expired", GONE, "The events are gone";
    /// The conversation is in another; `merged_into` names it.
    ConversationMerged = "conversation_merged", GONE, "The conversation is in another";
    /// It is not as it was shown, as `If-Match` named it; `current_version` says which version there is.
    VersionConflict = "version_conflict", PRECONDITION_FAILED, "It has changed since it was shown";
    /// `If-Match` must name what you saw.
    PreconditionRequired = "precondition_required", PRECONDITION_REQUIRED, "The version that you saw is needed";
    /// The body is too large.
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "The body is too large";
    /// The content type is none that is accepted here.
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The content type is not accepted here";
    /// The body is JSON but not what is wanted; `errors` points at each place.
    Invalid = "invalid", UNPROCESSABLE_ENTITY, "The body is not valid";
    /// The `Idempotency-Key` was used for something else.
    IdempotencyKeyReused = "idempotency_key_reused", UNPROCESSABLE_ENTITY, "The idempotency key was used before";
    /// Too much is coming in at once; `Retry-After` says when to come back.
    Busy = "busy", TOO_MANY_REQUESTS, "Too much is coming in at once";
    /// You ask too much; `Retry-After` says when to go on.
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "You ask too much";
    /// There were too many attempts; `Retry-After` says when the next one may be made.
    TooManyAttempts = "too_many_attempts", TOO_MANY_REQUESTS, "There were too many attempts";
    /// You have as many streams open as you may.
    TooManyStreams = "too_many_streams", TOO_MANY_REQUESTS, "There are too many streams";
    /// A fault of the server; the log has it under the request id.
    Internal = "internal", INTERNAL_SERVER_ERROR, "Something went wrong here";
    /// The provider by which people sign in could not be asked, or is not to be believed; the log has the reason.
    ProviderFailed = "provider_failed", BAD_GATEWAY, "The provider could not be asked";
    /// The language model cannot answer just now; try again.
    ModelUnavailable = "model_unavailable", SERVICE_UNAVAILABLE, "The model cannot answer now";
    /// The database did not answer in time; try again.
    DatabaseBusy = "database_busy", SERVICE_UNAVAILABLE, "The database is busy";
    /// The request took too long; it may or may not have been done.
    TimedOut = "timed_out", SERVICE_UNAVAILABLE, "The request took too long";
}

impl ErrorCode {
    /// The most general code of a status, for answers that other layers made.
    pub(crate) fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::UNAUTHORIZED => Self::Unauthenticated,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::UnsupportedMediaType,
            StatusCode::UNPROCESSABLE_ENTITY => Self::Invalid,
            StatusCode::TOO_MANY_REQUESTS => Self::Busy,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::REQUEST_TIMEOUT => Self::TimedOut,
            status if status.is_client_error() => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

/// One place in the body that is wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct FieldError {
    /// JSON pointer to it (RFC 6901).
    pub(crate) pointer: String,
    /// `unknown_field`, `missing`, `empty`, `too_long`, `too_short`, `too_common`, `url_not_allowed` or `invalid`.
    pub(crate) code: &'static str,
    /// What is wrong and what is wanted, for people.
    pub(crate) message: String,
}

/// How a thing was decided before this request came.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Decided {
    /// `approved`, `rejected`, `expired` or `withdrawn`.
    state: String,
    /// Name of the rep who was first; null when no person did it.
    #[schema(required)]
    by: Option<String>,
}

/// A problem (RFC 9457), `application/problem+json`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Names the kind of problem: a URI that ends in the code.
    #[serde(rename = "type")]
    kind: String,
    /// A sentence for people, the same for each code.
    title: &'static str,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// The contract.
    code: ErrorCode,
    /// What went wrong this time, for people.
    detail: String,
    /// Path of the request.
    pub(crate) instance: String,
    /// The request, as in the `Request-Id` header and in the server's log.
    pub(crate) request_id: String,
    /// Places in the body that are wrong.
    errors: Vec<FieldError>,
    /// With `forbidden`: the least role that is allowed.
    #[schema(required)]
    needed_role: Option<Role>,
    /// With `scope_missing`: the scope that the key would have to hold.
    #[schema(required)]
    needed_scope: Option<Scope>,
    /// With `already_decided`: who was first.
    #[schema(required)]
    decided: Option<Decided>,
    /// With 429 and 503: after how many seconds to try again, as in `Retry-After`.
    #[schema(required)]
    retry_after_seconds: Option<i64>,
    /// With `version_conflict`, `draft_changed`, `webhook_changed` and `user_changed`: the version now.
    #[schema(required)]
    current_version: Option<i64>,
    /// With `conversation_merged`: the conversation that it is in, `cnv_…`.
    #[schema(required)]
    merged_into: Option<String>,
}

/// Why a request was not answered as asked.
#[derive(Debug, Clone)]
pub(crate) struct ApiError(Box<Problem>);

impl ApiError {
    /// A problem and what happened this time.
    pub(crate) fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Problem {
            kind: format!("https://remit.dev/errors/{}", code.as_str()),
            title: code.title(),
            status: code.status().as_u16(),
            code,
            detail: detail.into(),
            instance: String::new(),
            request_id: String::new(),
            errors: Vec::new(),
            needed_role: None,
            needed_scope: None,
            decided: None,
            retry_after_seconds: match code {
                ErrorCode::DatabaseBusy | ErrorCode::TimedOut | ErrorCode::Busy | ErrorCode::TooManyStreams => Some(1),
                _ => None,
            },
            current_version: None,
            merged_into: None,
        }))
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no such {what} in this workspace."))
    }

    /// The conversation is in another.
    pub(crate) fn merged(into: String) -> Self {
        let mut error = Self::new(ErrorCode::ConversationMerged, format!("It was merged into `{into}`: look there."));
        error.0.merged_into = Some(into);
        error
    }

    /// One field of the body is wrong.
    pub(crate) fn field(pointer: impl Into<String>, code: &'static str, message: impl Into<String>) -> Self {
        let message = message.into();
        let pointer = pointer.into();
        let mut error = Self::new(ErrorCode::Invalid, format!("{pointer}: {message}"));
        error.0.errors.push(FieldError { pointer, code, message });
        error
    }

    /// The same problem with one more place that is wrong.
    pub(crate) fn with(mut self, pointer: &str, code: &'static str, message: impl Into<String>) -> Self {
        self.0.errors.push(FieldError { pointer: pointer.to_owned(), code, message: message.into() });
        self
    }

    /// The role does not do.
    pub(crate) fn needs_role(needed: Role, has: &str) -> Self {
        let detail = format!("This needs the role `{}`; yours is `{has}`.", needed.as_str());
        let mut error = Self::new(ErrorCode::Forbidden, detail);
        error.0.needed_role = Some(needed);
        error
    }

    /// The key was not given this.
    pub(crate) fn needs_scope(needed: Scope) -> Self {
        let detail = format!("This needs the scope `{}`, which your key was not given.", needed.as_str());
        let mut error = Self::new(ErrorCode::ScopeMissing, detail);
        error.0.needed_scope = Some(needed);
        error
    }

    /// The same problem, which is over after so many seconds.
    pub(crate) fn after(mut self, seconds: i64) -> Self {
        self.0.retry_after_seconds = Some(seconds.max(1));
        self
    }

    /// Its code.
    pub(crate) fn into_code(self) -> ErrorCode {
        self.0.code
    }

    /// Its body.
    pub(crate) fn into_problem(self) -> Problem {
        *self.0
    }
}

impl Problem {
    /// The status that the answer must have.
    pub(crate) const fn http_status(&self) -> StatusCode {
        self.code.status()
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let code = self.0.code;
        let mut response = code.status().into_response();
        let headers = response.headers_mut();
        if code == ErrorCode::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.0.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(*self.0);
        response
    }
}

impl ApiError {
    /// A fault of the server. What it was belongs into the log, not into the answer.
    pub(crate) fn internal() -> Self {
        Self::new(ErrorCode::Internal, "The server's log has the reason under the request id.")
    }

    /// The same problem, with the version that there is now.
    pub(crate) fn at_version(mut self, current: i64) -> Self {
        self.0.current_version = Some(current);
        self
    }

    /// The same problem, with who was first.
    pub(super) fn decided_by(mut self, state: String, by: Option<String>) -> Self {
        self.0.decided = Some(Decided { state, by });
        self
    }
}

#[cfg(test)]
mod tests {
    use remit_engine::EngineError;
    use remit_engine::decide::person::DecideError;
    use remit_engine::policies::PolicyError;
    use remit_engine::store::StoreError;

    use super::*;

    #[test]
    fn every_reason_not_to_decide_has_a_code_of_its_own() {
        let already = DecideError::AlreadyDecided { state: "approved".to_owned(), by: Some("Ana".to_owned()) };
        for (error, code, status) in [
            (already, "already_decided", 409),
            (DecideError::DraftChanged { current: 3 }, "draft_changed", 409),
            (DecideError::Stale, "stale_context", 409),
            (DecideError::Stopped, "sending_stopped", 409),
            (DecideError::Claimed { by: "Ana".to_owned(), until: 0 }, "claimed", 409),
            (DecideError::SecondPerson { first: "Ana".to_owned() }, "second_person_needed", 409),
            (DecideError::TooLate { status: "sent".to_owned() }, "too_late", 409),
            (DecideError::Empty, "invalid", 422),
        ] {
            let problem = ApiError::from(error).into_problem();
            assert_eq!((problem.code.as_str(), problem.status), (code, status));
        }
        let none = ApiError::from(EngineError::Policy(PolicyError::None)).into_problem();
        assert_eq!((none.code.as_str(), none.status), ("no_policy", 409));
    }

    #[test]
    fn the_word_in_json_is_the_word_in_the_type() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
    }

    #[test]
    fn a_fault_of_ours_tells_the_caller_nothing() {
        let secret = StoreError::Inconsistent { table: "message", reason: "secret".to_owned() };
        let problem = serde_json::to_string(&ApiError::from(secret).into_problem()).unwrap();
        assert!(problem.contains("\"internal\"") && !problem.contains("secret"));
    }
}
