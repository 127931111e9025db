//! The provider by which people sign in: what a workspace sets of it, and what is kept.

use std::collections::BTreeMap;

use remit_engine::channels::seal::Vault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CALLBACK;
use crate::http::auth::Role;
use crate::http::error::ApiError;
use crate::http::extract::{bounded, text};
use crate::http::state::App;

/// Values of a claim that can stand for a role.
const MOST_ROLES: usize = 50;
/// Scopes that can be asked for.
const MOST_SCOPES: usize = 20;
/// What the secret is sealed for.
const SEALED_FOR: &str = "sign in";

/// A provider of OpenID Connect by which people sign in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignInProvider {
    /// What people read: "Sign in with …".
    name: String,
    /// Its issuer, from which everything else is discovered.
    issuer: String,
    /// What it knows this server by.
    client_id: String,
    /// Whether its secret is set; what it is is shown by nothing.
    client_secret_set: bool,
    /// What is asked for.
    scopes: Vec<String>,
    /// The claim of the id token that says who may do what.
    #[schema(required)]
    role_claim: Option<String>,
    /// The role of each value of the claim; of several the highest counts, each time somebody signs in.
    roles: BTreeMap<String, Role>,
    /// The role of those whom no value gives one; null when they do not get in.
    #[schema(required)]
    default_role: Option<Role>,
    /// Whether people get in who were not added before, where a role is theirs.
    add_people: bool,
    /// What to register with the provider as the address to come back to.
    redirect_url: String,
}

/// A provider of OpenID Connect by which people shall sign in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSignInProvider {
    /// What people read: "Sign in with …".
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Its issuer, such as `https://login.example.com`.
    #[schema(min_length = 1, max_length = 2000)]
    issuer: String,
    /// What it knows this server by.
    #[schema(min_length = 1, max_length = 500)]
    client_id: String,
    /// Its secret, kept sealed and shown by nothing; left out, the one before stays. A public client has none.
    #[serde(default)]
    #[schema(max_length = 2000)]
    client_secret: Option<String>,
    /// What is asked for beside `openid`; `email` and `profile` when left out.
    #[serde(default)]
    #[schema(max_items = 20)]
    scopes: Option<Vec<String>>,
    /// The claim of the id token that says who may do what.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    role_claim: Option<String>,
    /// The role of each value of the claim.
    #[serde(default)]
    roles: BTreeMap<String, Role>,
    /// The role of those whom no value gives one.
    #[serde(default)]
    default_role: Option<Role>,
    /// Whether people get in who were not added before.
    #[serde(default)]
    add_people: bool,
}

/// A provider as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(super) name: String,
    pub(super) issuer: String,
    pub(super) client_id: String,
    /// Sealed; empty for a public client.
    secret: String,
    pub(super) scopes: Vec<String>,
    role_claim: Option<String>,
    roles: BTreeMap<String, Role>,
    default_role: Option<Role>,
    pub(super) add_people: bool,
}

/// What is kept of a provider, where there is one.
pub(crate) fn kept(json: Option<&str>) -> Option<Kept> {
    let kept = serde_json::from_str(json?);
    kept.map_err(|error| tracing::error!(%error, "what is kept of the sign-in provider cannot be read")).ok()
}

impl Kept {
    /// As it is shown: without its secret.
    pub(crate) fn shown(self, app: &App) -> SignInProvider {
        SignInProvider {
            name: self.name,
            issuer: self.issuer,
            client_id: self.client_id,
            client_secret_set: !self.secret.is_empty(),
            scopes: self.scopes,
            role_claim: self.role_claim,
            roles: self.roles,
            default_role: self.default_role,
            add_people: self.add_people,
            redirect_url: app.site().page(CALLBACK),
        }
    }

    /// Its secret; none for a public client.
    pub(super) fn secret(&self, app: &App) -> Result<Option<String>, ApiError> {
        let opened = Vault::new(app.master_key()).open(SEALED_FOR, &self.secret).map_err(|error| {
            tracing::error!(%error, "the secret of the sign-in provider cannot be opened");
            ApiError::internal()
        })?;
        Ok(opened.into_values().next())
    }

    /// The role that claims give: the highest of those that they name, else the one of everybody.
    pub(super) fn role(&self, claims: &serde_json::Value) -> Option<Role> {
        let named = self.role_claim.as_ref().and_then(|claim| claims.get(claim));
        let values: Vec<&str> = match named {
            Some(serde_json::Value::String(one)) => vec![one],
            Some(serde_json::Value::Array(many)) => many.iter().filter_map(serde_json::Value::as_str).collect(),
            _ => Vec::new(),
        };
        values.into_iter().filter_map(|value| self.roles.get(value).copied()).max().or(self.default_role)
    }

    /// Whether it says who may do what; if not, that is for owners to say.
    pub(super) fn says_roles(&self) -> bool {
        self.role_claim.is_some() && !self.roles.is_empty()
    }
}

impl NewSignInProvider {
    /// As it is kept; `before` is what is kept now.
    pub(crate) fn checked(self, app: &App, before: Option<Kept>) -> Result<String, ApiError> {
        let wrong = |pointer: &str, what: String| ApiError::field(format!("/sign_in/{pointer}"), "invalid", what);
        if !app.site().is_known() {
            let what =
                "the server does not know its own address, to which people come back: start it with `--public-url`";
            return Err(wrong("", what.to_owned()));
        }
        let issuer = text("/sign_in/issuer", &self.issuer, 2_000)?;
        app.egress().check(issuer).map_err(|error| wrong("issuer", error.to_string()))?;
        let scopes = self.scopes.unwrap_or_else(|| vec!["email".to_owned(), "profile".to_owned()]);
        let is_scope = |scope: &String| (1..=100).contains(&scope.len()) && scope.bytes().all(|b| b.is_ascii_graphic());
        if scopes.len() > MOST_SCOPES || !scopes.iter().all(is_scope) {
            return Err(wrong("scopes", format!("at most {MOST_SCOPES} words without blanks")));
        }
        if self.roles.len() > MOST_ROLES {
            return Err(wrong("roles", format!("at most {MOST_ROLES} values")));
        }
        if self.roles.is_empty() != self.role_claim.is_none() {
            return Err(wrong("roles", "`role_claim` and `roles` go together".to_owned()));
        }
        if self.add_people && self.roles.is_empty() && self.default_role.is_none() {
            return Err(wrong("add_people", "who is added needs a role: say `roles` or `default_role`".to_owned()));
        }
        let client_id = text("/sign_in/client_id", &self.client_id, 500)?.to_owned();
        let secret = match self.client_secret.as_deref() {
            Some("") => String::new(),
            Some(secret) => {
                let secret = bounded("/sign_in/client_secret", secret, 2_000)?.to_owned();
                let named = BTreeMap::from([("client_secret".to_owned(), secret)]);
                let sealed = Vault::new(app.master_key()).seal(SEALED_FOR, &named, rand::random());
                sealed.map_err(|_| ApiError::internal())?
            }
            // A secret never goes to another issuer than the one that it was given for.
            None => before
                .filter(|before| before.issuer == issuer && before.client_id == client_id)
                .map(|before| before.secret)
                .unwrap_or_default(),
        };
        let role_claim = self.role_claim.as_deref().map(|claim| text("/sign_in/role_claim", claim, 200)).transpose()?;
        let kept = Kept {
            name: text("/sign_in/name", &self.name, 60)?.to_owned(),
            issuer: issuer.to_owned(),
            client_id,
            secret,
            scopes,
            role_claim: role_claim.map(str::to_owned),
            roles: self.roles,
            default_role: self.default_role,
            add_people: self.add_people,
        };
        serde_json::to_string(&kept).map_err(|_| ApiError::internal())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_several_roles_the_highest_counts_and_what_is_unknown_gives_none() {
        let kept = Kept {
            name: "Acme".to_owned(),
            issuer: "https://login.example.com".to_owned(),
            client_id: "remit".to_owned(),
            secret: String::new(),
            scopes: Vec::new(),
            role_claim: Some("groups".to_owned()),
            roles: BTreeMap::from([("support".to_owned(), Role::Closer), ("leads".to_owned(), Role::Manager)]),
            default_role: None,
            add_people: true,
        };
        assert_eq!(kept.role(&json!({ "groups": ["support", "leads", "x"] })), Some(Role::Manager));
        assert_eq!(kept.role(&json!({ "groups": "support" })), Some(Role::Closer));
        for nothing in [json!({}), json!({ "groups": ["x"] }), json!({ "groups": { "leads": true } }), json!(null)] {
            assert_eq!(kept.role(&nothing), None, "{nothing}");
        }
        let everybody = Kept { default_role: Some(Role::Viewer), ..kept };
        assert_eq!(everybody.role(&json!({})), Some(Role::Viewer));
    }
}
