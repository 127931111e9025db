use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::{Credential, Rep, Role};
use crate::http::session::may;

/// A role, and what it may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleInfo {
    /// The role.
    role: Role,
    /// Names of the operations that it may use when signed in, as in the document.
    may: Vec<String>,
}

/// The roles.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Roles {
    /// The least first; each may do what those before it may.
    data: Vec<RoleInfo>,
}

/// The roles, and what each may do
#[utoipa::path(
    get,
    path = "/api/v1/roles",
    tag = "users",
    responses((status = 200, description = "All of them", body = Roles))
)]
pub(crate) async fn list_roles(_rep: Rep) -> Json<Roles> {
    let data = Role::ALL.into_iter().map(|role| RoleInfo { role, may: may(role, Credential::Session) }).collect();
    Json(Roles { data })
}
