//! The HTTP API: every route on this page, one file for each.
//!
//! A handler and its document are registered together, so that a route without a document cannot exist. Errors are
//! RFC 9457 problems on every path; what a caller may do is in the handler's signature.

mod agents;
mod approvals;
mod attachments;
mod audit;
mod auth;
mod autonomy;
mod certificates;
mod channels;
mod chat;
mod composer;
mod contacts;
mod conversations;
mod decisions;
mod document;
mod drafts;
mod error;
mod etag;
mod events;
mod export;
mod extract;
mod finish;
mod inbound;
mod intake;
mod jobs;
mod keys;
mod messages;
mod network;
mod notes;
mod oidc;
mod once;
mod origins;
mod page;
mod permit;
mod policies;
mod rate;
mod refused;
mod scope;
mod search;
mod session;
mod settings;
mod setup;
mod site;
mod spot_checks;
mod state;
mod switches;
mod system;
mod tags;
mod teams;
mod throttle;
mod time;
mod timeline;
mod unsubscribe;
mod users;
mod views;
mod web;
mod webhooks;

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use site::Site;
pub use state::{App, inbound_secret, new_key};

/// How long a request may take.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(document::base())
        .routes(routes!(system::index::show_index))
        .routes(routes!(system::health::check_health))
        .routes(routes!(system::ready::check_ready))
        .routes(routes!(system::version::show_version))
        .routes(routes!(system::openapi::show_openapi))
        .routes(routes!(system::metrics::show_metrics))
        .routes(routes!(inbound::receive::receive_inbound, inbound::receive::prove_inbound))
        .routes(routes!(conversations::list::list_conversations, conversations::begin::begin_conversation))
        .routes(routes!(conversations::counts::count_conversations))
        .routes(routes!(conversations::bulk::bulk_conversations))
        .routes(routes!(conversations::get::get_conversation, conversations::change::change_conversation))
        .routes(routes!(conversations::merge::merge_conversation))
        .routes(routes!(conversations::flag::flag_conversation, conversations::flag::unflag_conversation))
        .routes(routes!(
            conversations::presence::get_presence,
            conversations::presence::be_present,
            conversations::presence::leave_presence
        ))
        .routes(routes!(conversations::assign_team::assign_conversation_team))
        .routes(routes!(teams::list::list_teams, teams::make::make_team))
        .routes(routes!(teams::get::get_team, teams::change::change_team, teams::delete::delete_team))
        .routes(routes!(teams::members::set_team_members))
        .routes(routes!(settings::show::get_settings, settings::change::change_settings))
        .routes(routes!(users::roles::list_roles))
        .routes(routes!(conversations::ai_status::get_ai_status))
        .routes(routes!(conversations::assign::assign_conversation))
        .routes(routes!(conversations::tag::set_conversation_tags))
        .routes(routes!(tags::list::list_tags, tags::make::make_tag))
        .routes(routes!(tags::change::change_tag, tags::change::delete_tag))
        .routes(routes!(conversations::mark_read::mark_read, conversations::mark_unread::mark_unread))
        .routes(routes!(conversations::reply::create_reply))
        .routes(routes!(composer::get::get_composer, composer::keep::keep_composer, composer::drop::drop_composer))
        .routes(routes!(composer::list::list_composer))
        .routes(routes!(views::list::list_views, views::keep::keep_view))
        .routes(routes!(views::get::get_view, views::change::change_view, views::delete::delete_view))
        .routes(routes!(conversations::take_over::take_over))
        .routes(routes!(conversations::hand_back::hand_back))
        .routes(routes!(conversations::snooze::snooze_conversation))
        .routes(routes!(conversations::reopen::reopen_conversation))
        .routes(routes!(conversations::close::close_conversation))
        .routes(routes!(search::find::search))
        .routes(routes!(messages::list::list_messages))
        .routes(routes!(messages::get::get_message))
        .routes(routes!(messages::intent::set_message_intent))
        .routes(routes!(messages::suggest::suggest_reply))
        .routes(routes!(certificates::list::list_certificates))
        .routes(routes!(certificates::issue::issue_certificate))
        .routes(routes!(certificates::revoke::revoke_certificate))
        .routes(routes!(spot_checks::list::list_spot_checks))
        .routes(routes!(spot_checks::answer::answer_spot_check))
        .routes(routes!(messages::html::get_message_html))
        .routes(routes!(messages::raw::get_message_raw))
        .routes(routes!(attachments::upload::upload_attachment))
        .routes(routes!(attachments::brought::get_attachment))
        .routes(routes!(attachments::brought::get_attachment_content))
        .routes(routes!(attachments::fetch::fetch_attachment))
        .routes(routes!(messages::decisions::list_message_decisions))
        .routes(routes!(messages::deliveries::list_message_deliveries))
        .routes(routes!(decisions::list::list_decisions))
        .routes(routes!(decisions::get::get_decision))
        .routes(routes!(notes::list::list_notes, notes::create::create_note))
        .routes(routes!(notes::get::get_note, notes::change::change_note, notes::delete::delete_note))
        .routes(routes!(timeline::contact::list_contact_timeline))
        .routes(routes!(timeline::record::record_timeline_event))
        .routes(routes!(timeline::list::list_timeline))
        .routes(routes!(timeline::linkedin::log_linkedin_activity))
        .routes(routes!(drafts::list::list_drafts, drafts::write::write_draft))
        .routes(routes!(drafts::all::list_all_drafts))
        .routes(routes!(drafts::generate::generate_draft))
        .routes(routes!(drafts::get::get_draft, drafts::discard::discard_draft))
        .routes(routes!(drafts::versions::list_draft_versions))
        .routes(routes!(drafts::diff::diff_draft))
        .routes(routes!(drafts::edit::edit_draft))
        .routes(routes!(drafts::restore::restore_draft))
        .routes(routes!(drafts::regenerate::regenerate_draft))
        .routes(routes!(drafts::take_back::take_back_draft))
        .routes(routes!(approvals::list::list_approvals))
        .routes(routes!(approvals::counts::count_approvals))
        .routes(routes!(approvals::bulk::bulk_approvals))
        .routes(routes!(approvals::get::get_approval))
        .routes(routes!(approvals::approve::approve))
        .routes(routes!(approvals::reject::reject))
        .routes(routes!(approvals::claim::claim_approval))
        .routes(routes!(approvals::release::release_approval))
        .routes(routes!(contacts::list::list_contacts, contacts::make::make_contact))
        .routes(routes!(contacts::get::get_contact, contacts::change::change_contact))
        .routes(routes!(contacts::do_not_contact::do_not_contact))
        .routes(routes!(contacts::merge::merge_contact))
        .routes(routes!(contacts::erase::erase_contact))
        .routes(routes!(export::contact::export_contact))
        .routes(routes!(export::all::export_everything))
        .routes(routes!(audit::list::list_audit))
        .routes(routes!(autonomy::show::get_autonomy))
        .routes(routes!(contacts::ai::get_contact_ai))
        .routes(routes!(contacts::pause::pause_contact_ai))
        .routes(routes!(contacts::resume::resume_contact_ai))
        .routes(routes!(channels::list::list_channels, channels::create::create_channel))
        .routes(routes!(channels::providers::list_channel_providers))
        .routes(routes!(channels::connect::connect_channel))
        .routes(routes!(
            channels::list::get_channel,
            channels::change::change_channel,
            channels::delete::delete_channel
        ))
        .routes(routes!(channels::rotate::rotate_channel_secret))
        .routes(routes!(channels::health::get_channel_health))
        .routes(routes!(channels::health::test_channel))
        .routes(routes!(channels::events::list_channel_events))
        .routes(routes!(channels::activate::activate_channel))
        .routes(routes!(channels::disable::disable_channel))
        .routes(routes!(channels::warmup::set_channel_warmup))
        .routes(routes!(decisions::explain::explain_decision))
        .routes(routes!(policies::active::get_active_policy))
        .routes(routes!(policies::check::check_policy))
        .routes(routes!(policies::versions::list_policy_versions, policies::keep::keep_policy_version))
        .routes(routes!(policies::version::get_policy_version))
        .routes(routes!(policies::activate::activate_policy_version))
        .routes(routes!(policies::roll_back::roll_back_policy))
        .routes(routes!(policies::activations::list_policy_activations))
        .routes(routes!(policies::diff::diff_policies))
        .routes(routes!(policies::simulate::simulate_policy))
        .routes(routes!(policies::replay::replay_policy))
        .routes(routes!(policies::prove::prove_policy))
        .routes(routes!(agents::list::list_agents, agents::set::set_agents))
        .routes(routes!(events::list::list_events))
        .routes(routes!(events::stream::stream_events))
        .routes(routes!(webhooks::list::list_webhooks, webhooks::create::create_webhook))
        .routes(routes!(webhooks::get::get_webhook, webhooks::change::change_webhook, webhooks::delete::delete_webhook))
        .routes(routes!(webhooks::rotate::rotate_webhook_secret))
        .routes(routes!(webhooks::test::test_webhook))
        .routes(routes!(webhooks::deliveries::list_webhook_deliveries))
        .routes(routes!(webhooks::redeliver::redeliver_webhook))
        .routes(routes!(switches::list::list_switches))
        .routes(routes!(switches::engage::engage_kill_switch))
        .routes(routes!(switches::release::release_kill_switch))
        .routes(routes!(setup::show::get_setup, setup::begin::set_up))
        .routes(routes!(setup::demo::load_demo))
        .routes(routes!(session::show::get_session, session::sign_in::sign_in, session::sign_out::sign_out))
        .routes(routes!(session::change_password::change_password))
        .routes(routes!(session::sign_in_by_link::choose_password))
        .routes(routes!(oidc::methods::get_sign_in_methods))
        .routes(routes!(oidc::start::start_provider_sign_in))
        .routes(routes!(oidc::callback::finish_provider_sign_in))
        .routes(routes!(session::me::get_me, session::me::change_me))
        .routes(routes!(session::list::list_sessions))
        .routes(routes!(session::end::end_session))
        .routes(routes!(users::list::list_users, users::add::add_user))
        .routes(routes!(users::get::get_user, users::change::change_user))
        .routes(routes!(users::password_link::make_password_link))
        .routes(routes!(keys::list::list_keys, keys::create::create_key))
        .routes(routes!(keys::revoke::revoke_key))
        .routes(routes!(jobs::list::list_jobs))
        .routes(routes!(jobs::get::get_job))
        .routes(routes!(jobs::retry::retry_job))
        .routes(routes!(jobs::cancel::cancel_job))
}

/// A job as the API shows it at this time.
pub(crate) fn job(row: &remit_engine::store::jobs::JobRow, now_ms: i64) -> serde_json::Value {
    serde_json::to_value(jobs::Job::of(row.clone(), now_ms)).unwrap_or_default()
}

/// A certificate as the API shows it.
pub(crate) fn certificate(standing: remit_engine::certificates::Standing) -> serde_json::Value {
    certificates::json(standing)
}

/// UTC milliseconds as the API writes them.
pub(crate) fn written(ms: i64) -> String {
    time::text(ms)
}

/// A fresh token for a link, and its SHA-256 to keep.
pub(crate) fn fresh_token() -> (String, String) {
    session::fresh_token()
}

/// The API and the page as a service.
pub fn router(app: App) -> Router {
    let cors = (!app.origins().is_empty()).then(|| origins::layer(app.origins()));
    let visitors = chat::router(app.clone())
        .merge(unsubscribe::router(app.clone()))
        .layer(CatchPanicLayer::custom(finish::panicked))
        .layer(from_fn_with_state(app.clone(), finish::finish));
    let service = layered(routes().split_for_parts().0.fallback(web::answer), app);
    // Outermost: whether a page of another origin may ask at all is asked before anything else is. Visitors of the chat
    // come from origins of their own, which the channel names.
    let service = match cors {
        Some(cors) => service.layer(cors),
        None => service,
    };
    service.merge(visitors)
}

/// Reads an origin as a command line names it.
pub(crate) fn origin(text: &str) -> Result<axum::http::HeaderValue, String> {
    origins::origin(text)
}

/// Reads a network as a command line names it.
pub(crate) fn network(text: &str) -> Result<remit_engine::egress::Allowed, String> {
    network::network(text)
}

/// Reads a scope as a command line names it.
pub(crate) fn scope(text: &str) -> Result<String, String> {
    let known = scope::Scope::of(text);
    known.map(|scope| scope.as_str().to_owned()).ok_or_else(|| {
        let all: Vec<&str> = scope::Scope::ALL.iter().map(|scope| scope.as_str()).collect();
        format!("it is one of {}", all.join(", "))
    })
}

/// Scopes of a key of this kind, as they are kept.
pub(crate) fn kept_scopes(kind: &str, words: &[String]) -> Result<String, String> {
    let scopes: Vec<scope::Scope> = words.iter().filter_map(|word| scope::Scope::of(word)).collect();
    let credential = auth::Credential::of(kind).ok_or_else(|| format!("there is no kind of key `{kind}`"))?;
    match scopes.iter().find(|scope| !permit::can_hold(credential, **scope)) {
        Some(scope) => Err(format!("a key of the kind `{kind}` can never use `{}`", scope.as_str())),
        None => Ok(scope::Scope::written(&scopes)),
    }
}

/// What a process counts, without a key: for a listener of its own, which only those who may read it can reach.
pub fn metrics_router(engine: remit_engine::Engine) -> Router {
    let text =
        async move || ([(axum::http::header::CONTENT_TYPE, system::metrics::OPENMETRICS)], engine.metrics_text().await);
    #[expect(clippy::disallowed_methods, reason = "this is no part of the API and stands in no document")]
    Router::new().route("/metrics", axum::routing::get(text))
}

/// What is around every route.
fn layered(routes: Router<App>, app: App) -> Router {
    routes
        .route_layer(from_fn_with_state(app.clone(), permit::guard))
        .layer(from_fn_with_state(app.clone(), events::seq::add))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST_REQUEST))
        .layer(CatchPanicLayer::custom(finish::panicked))
        .layer(from_fn_with_state(app.clone(), finish::finish))
        .with_state(app)
}

/// The OpenAPI 3.1 document of [`router`].
#[must_use]
pub fn openapi() -> OpenApi {
    document::complete(routes().split_for_parts().1)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use axum::response::Response;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use remit_tests::{Database, Kind, TestApp};
    use tower::ServiceExt;

    use super::*;

    async fn panics() -> String {
        panic!("with a secret")
    }

    async fn sleeps() -> String {
        tokio::time::sleep(LONGEST_REQUEST * 2).await;
        String::new()
    }

    async fn code(response: Response) -> (u16, serde_json::Value) {
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let text = std::str::from_utf8(&body).unwrap();
        assert!(!text.contains("secret"), "{text}");
        let problem: serde_json::Value = serde_json::from_str(text).unwrap();
        (status, problem["code"].clone())
    }

    #[tokio::test]
    async fn a_panic_and_a_request_without_end_are_problems() {
        let database = Database::fresh(Kind::Sqlite).await.unwrap();
        let app = App::new(TestApp::new(&database, "remit 1\npolicy test\ntimezone \"UTC\"\n").await.engine, [0; 32]);
        #[expect(clippy::disallowed_methods, reason = "these two exist to fail and are in no document")]
        let routes = Router::new().route("/panics", get(panics)).route("/sleeps", get(sleeps));
        let router = layered(routes, app);
        let ask = |path: &str| router.clone().oneshot(Request::get(path).body(Body::empty()).unwrap());
        assert_eq!(code(ask("/panics").await.unwrap()).await, (500, "internal".into()));
        tokio::time::pause();
        assert_eq!(code(ask("/sleeps").await.unwrap()).await, (503, "timed_out".into()));
    }
}
