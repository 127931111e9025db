use axum::Json;
use serde::Serialize;
use utoipa::ToSchema;

use super::provider::{ProviderInfo, all};
use crate::http::auth::Rep;

/// The providers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderList {
    /// All of them.
    data: Vec<ProviderInfo>,
}

/// The providers that channels can be connected with
#[utoipa::path(
    get,
    path = "/api/v1/channel-providers",
    tag = "channels",
    responses((status = 200, description = "All of them, and what each needs", body = ProviderList))
)]
pub(crate) async fn list_channel_providers(_: Rep) -> Json<ProviderList> {
    Json(ProviderList { data: all() })
}
