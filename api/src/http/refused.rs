//! Why the engine did not do as it was asked, as a problem.

use remit_engine::EngineError;
use remit_engine::access::AccessError;
use remit_engine::decide::ask::AskError;
use remit_engine::decide::job::JobError;
use remit_engine::decide::person::DecideError;
use remit_engine::decide::reply::ReplyError;
use remit_engine::gone::GoneError;
use remit_engine::join::DeskError;
use remit_engine::once::CLAIMED;
use remit_engine::policies::PolicyError;
use remit_engine::ports::DraftError;
use remit_engine::store::StoreError;
use remit_engine::webhooks::WebhookError;

use super::error::{ApiError, ErrorCode};

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Stale(CLAIMED)) {
            return super::once::in_progress();
        }
        if error.is_transient() {
            tracing::warn!(%error, "the database did not answer in time");
            return Self::new(ErrorCode::DatabaseBusy, "Nothing was changed; try again.");
        }
        tracing::error!(%error, "the store failed");
        Self::internal()
    }
}

impl From<DecideError> for ApiError {
    fn from(error: DecideError) -> Self {
        let detail = error.to_string();
        match error {
            DecideError::AlreadyDecided { state, by } => {
                Self::new(ErrorCode::AlreadyDecided, detail).decided_by(state, by)
            }
            DecideError::DraftChanged { current } => Self::new(ErrorCode::DraftChanged, detail).at_version(current),
            DecideError::Stale => Self::new(ErrorCode::StaleContext, detail),
            DecideError::Claimed { .. } => Self::new(ErrorCode::Claimed, detail),
            DecideError::SecondPerson { .. } => Self::new(ErrorCode::SecondPersonNeeded, detail),
            DecideError::TooLate { .. } => Self::new(ErrorCode::TooLate, detail),
            DecideError::Stopped => Self::new(ErrorCode::SendingStopped, detail),
            DecideError::Empty => Self::field("/edit/body_text", "empty", detail),
        }
    }
}

impl From<ReplyError> for ApiError {
    fn from(error: ReplyError) -> Self {
        let detail = error.to_string();
        match error {
            ReplyError::Empty => Self::field("/body_text", "empty", detail),
            ReplyError::NothingToAnswer => Self::new(ErrorCode::NothingToAnswer, detail),
            ReplyError::OptedOut => Self::new(ErrorCode::OptedOut, detail),
            ReplyError::Moved { .. } => Self::new(ErrorCode::StaleContext, detail),
            ReplyError::ChannelInactive => Self::new(ErrorCode::ChannelInactive, detail),
            ReplyError::AlreadyOpen(_) => Self::new(ErrorCode::ConversationOpen, detail),
            ReplyError::NoAddress => Self::new(ErrorCode::NoAddress, detail),
            ReplyError::Address(_) => Self::field("/to/address", "invalid", detail),
            ReplyError::NoFiles => Self::new(ErrorCode::NoFiles, detail),
            ReplyError::TooMuch => Self::field("/attachment_ids", "too_long", detail),
            ReplyError::Past => Self::field("/send_at", "invalid", detail),
        }
    }
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        let code = match error {
            AskError::NothingToAnswer => ErrorCode::NothingToAnswer,
            AskError::AtWork { .. } => ErrorCode::AtWork,
            AskError::Waits { .. } => ErrorCode::ApprovalPending,
            AskError::Answered => ErrorCode::AlreadyAnswered,
            AskError::InDoubt => ErrorCode::InDoubt,
            AskError::Forbidden { .. } => ErrorCode::PolicyForbids,
        };
        Self::new(code, error.to_string())
    }
}

impl From<AccessError> for ApiError {
    fn from(error: AccessError) -> Self {
        let detail = error.to_string();
        match error {
            AccessError::LinkEnded => Self::new(ErrorCode::LinkEnded, detail),
            AccessError::AddressTaken(_) => Self::new(ErrorCode::AddressTaken, detail),
            AccessError::EmailNotVerified => Self::new(ErrorCode::EmailNotVerified, detail),
            AccessError::NotInvited => Self::new(ErrorCode::NotInvited, detail),
            AccessError::LastOwner => Self::new(ErrorCode::LastOwner, detail),
            AccessError::Changed { current } => Self::new(ErrorCode::UserChanged, detail).at_version(current),
        }
    }
}

impl From<JobError> for ApiError {
    fn from(error: JobError) -> Self {
        let code = match error {
            JobError::NotFailed { .. } => ErrorCode::NotFailed,
            JobError::InDoubt => ErrorCode::InDoubt,
            JobError::NotInDoubt => ErrorCode::NotInDoubt,
            JobError::TooLate { .. } => ErrorCode::TooLate,
        };
        Self::new(code, error.to_string())
    }
}

impl From<WebhookError> for ApiError {
    fn from(error: WebhookError) -> Self {
        let detail = error.to_string();
        match error {
            WebhookError::Changed { current } => Self::new(ErrorCode::WebhookChanged, detail).at_version(current),
            WebhookError::TooMany => Self::new(ErrorCode::TooManyWebhooks, detail),
            WebhookError::Disabled => Self::new(ErrorCode::WebhookDisabled, detail),
        }
    }
}

impl From<DraftError> for ApiError {
    fn from(error: DraftError) -> Self {
        let code = match &error {
            DraftError::NoDrafter(_) => ErrorCode::NoDrafter,
            DraftError::Template { .. } | DraftError::Model(_) => ErrorCode::NotDrafted,
            DraftError::Unavailable(_) | DraftError::Later { .. } => ErrorCode::ModelUnavailable,
        };
        let after_ms = match &error {
            DraftError::Later { after_ms, .. } => after_ms.unwrap_or(5_000),
            _ => 5_000,
        };
        let problem = Self::new(code, error.to_string());
        if code == ErrorCode::ModelUnavailable { problem.after(after_ms / 1_000) } else { problem }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotFound { what, .. } => Self::not_found(what),
            EngineError::Changed { current, .. } => {
                Self::new(ErrorCode::VersionConflict, error.to_string()).at_version(current)
            }
            EngineError::Decide(error) => error.into(),
            EngineError::Reply(error) => error.into(),
            EngineError::Draft(error) => error.into(),
            EngineError::Asked(error) => error.into(),
            EngineError::Job(error) => error.into(),
            EngineError::Access(error) => error.into(),
            EngineError::TooMany { .. } => Self::new(ErrorCode::TooMany, error.to_string()),
            EngineError::Taken { .. } => Self::new(ErrorCode::NameTaken, error.to_string()),
            EngineError::Desk(error) => {
                let code = match error {
                    DeskError::AtWork => ErrorCode::ConversationBusy,
                    DeskError::Pending => ErrorCode::ApprovalPending,
                    _ => ErrorCode::CannotMerge,
                };
                Self::new(code, error.to_string())
            }
            EngineError::Gone(error) => {
                let code = match error {
                    GoneError::Itself => ErrorCode::SameContact,
                    GoneError::Gone(_) => ErrorCode::ContactGone,
                };
                Self::new(code, error.to_string())
            }
            EngineError::Webhook(error) => error.into(),
            EngineError::Policy(PolicyError::None) => Self::new(ErrorCode::NoPolicy, "Activate a policy first."),
            EngineError::Store(error) | EngineError::Policy(PolicyError::Store(error)) => error.into(),
            EngineError::Policy(error) => {
                tracing::error!(%error, "the policy in force cannot be loaded");
                Self::internal()
            }
        }
    }
}
