use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::auth::{Credential, Rep, Role};
use crate::http::scope::Scope;
use crate::http::session::named;

/// A role, and what it may do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleInfo {
    /// The role.
    role: Role,
    /// Names of the operations that it may use when signed in, as in the document.
    may: Vec<String>,
}

/// A scope, and what it lets a key do that was limited to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScopeInfo {
    /// The scope.
    scope: Scope,
    /// What it lets, in a sentence.
    about: &'static str,
    /// Names of the operations that need it. The role and the kind of the key must let them, too.
    may: Vec<String>,
}

/// The roles and the scopes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Roles {
    /// The least first; each may do what those before it may.
    data: Vec<RoleInfo>,
    /// What keys can be limited to.
    scopes: Vec<ScopeInfo>,
}

/// The roles and scopes, and what each lets
#[utoipa::path(
    get,
    path = "/api/v1/roles",
    tag = "users",
    responses((status = 200, description = "All of them", body = Roles))
)]
pub(crate) async fn list_roles(_rep: Rep) -> Json<Roles> {
    let role = |role: Role| RoleInfo {
        role,
        may: named(|rule| rule.least.is_some_and(|least| role >= least) && rule.admits(Credential::Session)),
    };
    let scope = |scope: &Scope| ScopeInfo {
        scope: *scope,
        about: scope.about(),
        may: named(|rule| rule.scope == Some(*scope)),
    };
    Json(Roles { data: Role::ALL.into_iter().map(role).collect(), scopes: Scope::ALL.iter().map(scope).collect() })
}
