use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use remit_engine::access::NewPerson;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PasswordLink, User, email};
use crate::http::auth::{Owner, Rep, Role};
use crate::http::error::ApiError;
use crate::http::extract::{JsonBody, text};
use crate::http::state::App;

/// Somebody to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUser {
    /// Their mail address, which they will sign in with.
    #[schema(min_length = 3, max_length = 320)]
    email: String,
    /// Their name.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Their role.
    role: Role,
}

/// Somebody new, and the link by which they choose their password.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitedUser {
    /// The user.
    user: User,
    /// The link.
    password_link: PasswordLink,
}

/// Add a user
///
/// They get in once they have chosen a password by the link, which is shown this once.
#[utoipa::path(
    post,
    path = "/api/v1/users",
    tag = "users",
    request_body = NewUser,
    responses(
        (status = 201, description = "The user, and their link", body = InvitedUser),
        (status = 409, description = "`address_taken`"),
    )
)]
pub(crate) async fn add_user(
    rep: Rep<Owner>,
    State(app): State<App>,
    JsonBody(body): JsonBody<NewUser>,
) -> Result<(StatusCode, Json<InvitedUser>), ApiError> {
    let (email, name) = (email("/email", &body.email)?, text("/name", &body.name, 100)?);
    let person = NewPerson { name, email: &email, role: body.role.as_str() };
    let row = app.engine().add_person(rep.workspace(), &person).await?;
    let password_link = PasswordLink::make(&app, &rep, row.id.clone()).await?;
    Ok((StatusCode::CREATED, Json(InvitedUser { user: row.into(), password_link })))
}
