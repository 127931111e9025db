//! Reading requests. Each extractor turns its failure into a problem.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

use super::error::{ApiError, ErrorCode};
use super::state::App;

/// Largest JSON body, bytes.
pub(crate) const JSON_LIMIT: usize = 1024 * 1024;

/// A JSON body: `application/json`, at most 1 MiB, without unknown fields.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        if media_type(&parts.headers).as_deref() != Some("application/json") {
            return Err(ApiError::new(ErrorCode::UnsupportedMediaType, "Send `Content-Type: application/json`."));
        }
        let bytes = read_body(&parts.headers, body, JSON_LIMIT).await?;
        if let Some(pointer) = zero_in(&bytes) {
            return Err(ApiError::field(pointer, "invalid", "must not contain the character U+0000"));
        }
        from_json(&bytes).map(Self)
    }
}

/// Where the zero character stands in a text of the body, which no database here can hold.
fn zero_in(bytes: &[u8]) -> Option<String> {
    fn find(value: &serde_json::Value, pointer: String) -> Option<String> {
        match value {
            serde_json::Value::String(text) => text.contains('\0').then_some(pointer),
            serde_json::Value::Array(items) => {
                items.iter().enumerate().find_map(|(at, item)| find(item, format!("{pointer}/{at}")))
            }
            serde_json::Value::Object(fields) => fields.iter().find_map(|(name, item)| {
                let inner = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
                if name.contains('\0') { Some(pointer.clone()) } else { find(item, inner) }
            }),
            _ => None,
        }
    }
    // It can be written in one way only, so that nearly no body is read twice.
    let is_written = bytes.windows(6).any(|window| window == b"\\u0000");
    is_written.then(|| serde_json::from_slice(bytes).ok()).flatten().and_then(|value| find(&value, String::new()))
}

/// A query in which the zero character stands is none.
fn without_zero(parts: &Parts) -> Result<&str, ApiError> {
    let query = parts.uri.query().unwrap_or_default();
    if query.contains("%00") {
        return Err(ApiError::new(ErrorCode::InvalidQuery, "No parameter may contain the character U+0000."));
    }
    Ok(query)
}

/// The media type without parameters, in lower case.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or(text).trim().to_ascii_lowercase())
}

/// A field of a change that is there, be it null (RFC 7396); with `#[serde(default)]`, `None` is one that was left out.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// The whole body, if it has at most `limit` bytes.
pub(crate) async fn read_body(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, ApiError> {
    let too_large = || ApiError::new(ErrorCode::TooLarge, format!("The body may have {limit} bytes at most."));
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    axum::body::to_bytes(body, limit).await.map_err(|error| {
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(inner) = cause {
            if inner.is::<http_body_util::LengthLimitError>() {
                return too_large();
            }
            cause = inner.source();
        }
        ApiError::new(ErrorCode::BadRequest, "The body broke off.")
    })
}

/// Reads JSON; an error points at its place.
pub(crate) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if !inner.is_data() {
            return ApiError::new(ErrorCode::MalformedJson, inner.to_string());
        }
        let message = inner.to_string();
        if message.starts_with("unknown field") {
            ApiError::field(pointer, "unknown_field", message)
        } else if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
            ApiError::field(format!("{pointer}/{name}"), "missing", message)
        } else {
            ApiError::field(pointer, "invalid", message)
        }
    })?;
    reader.end().map_err(|error| ApiError::new(ErrorCode::MalformedJson, error.to_string()))?;
    Ok(value)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    pointer
}

/// An id in the path. What cannot be an id is not found, without asking the store.
#[derive(Debug)]
pub(crate) struct Id(pub(crate) String);

impl FromRequestParts<App> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let found = axum::extract::Path::<String>::from_request_parts(parts, app).await;
        match found {
            Ok(axum::extract::Path(id)) if is_id(&id) => Ok(Self(id)),
            _ => Err(ApiError::not_found("thing")),
        }
    }
}

/// Two ids in the path: of a thing, and of one inside it.
#[derive(Debug)]
pub(crate) struct IdPair(pub(crate) String, pub(crate) String);

impl FromRequestParts<App> for IdPair {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let found = axum::extract::Path::<(String, String)>::from_request_parts(parts, app).await;
        match found {
            Ok(axum::extract::Path((outer, inner))) if is_id(&outer) && is_id(&inner) => Ok(Self(outer, inner)),
            _ => Err(ApiError::not_found("thing")),
        }
    }
}

fn is_id(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// The query, without unknown parameters.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        without_zero(parts)?;
        match axum::extract::Query::<T>::from_request_parts(parts, app).await {
            Ok(axum::extract::Query(query)) => Ok(Self(query)),
            Err(rejection) => Err(ApiError::new(ErrorCode::InvalidQuery, rejection.body_text())),
        }
    }
}

/// The query, without unknown parameters, in which some may be said more than once.
#[derive(Debug)]
pub(crate) struct RepeatedQuery<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<App> for RepeatedQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let query = without_zero(parts)?;
        let read = serde_html_form::from_str(query);
        read.map(Self).map_err(|error| ApiError::new(ErrorCode::InvalidQuery, format!("The query: {error}")))
    }
}

/// How often a filter of a query may be said that names things.
pub(crate) const MOST_VALUES: usize = 20;

/// The values of a filter that may be said more than once, as a list with commas between.
pub(crate) fn joined(name: &str, values: &[String], most: usize) -> Result<String, ApiError> {
    let wrong = |what: String| Err(ApiError::new(ErrorCode::InvalidQuery, what));
    if values.len() > most {
        return wrong(format!("`{name}` may be said {most} times at most."));
    }
    if values.iter().any(|value| value.contains(',') || value.chars().count() > 100) {
        return wrong(format!("`{name}` names one thing each time, in at most 100 characters."));
    }
    Ok(values.join(","))
}

/// The value of a filter that is said once at most; empty where it is not said.
pub(crate) fn one<'a>(name: &str, value: Option<&'a str>) -> Result<&'a str, ApiError> {
    let value = value.unwrap_or_default();
    if value.chars().count() > 200 {
        return Err(ApiError::new(ErrorCode::InvalidQuery, format!("`{name}` has at most 200 characters.")));
    }
    Ok(value)
}

/// UTC milliseconds of a time in a query.
pub(crate) fn moment(name: &str, value: Option<&str>) -> Result<Option<i64>, ApiError> {
    let wrong = || ApiError::new(ErrorCode::InvalidQuery, format!("`{name}` must be a time, 2026-03-02T09:00:00Z."));
    value.map(|text| super::time::parse(text).ok_or_else(wrong)).transpose()
}

/// A text that a person wrote: not blank, at most `longest` characters, nothing a database cannot hold.
pub(crate) fn text<'a>(pointer: &str, text: &'a str, longest: usize) -> Result<&'a str, ApiError> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(ApiError::field(pointer, "empty", "must not be empty"));
    }
    bounded(pointer, trimmed, longest)
}

/// A text that may be empty: at most `longest` characters, without the zero character.
pub(crate) fn bounded<'a>(pointer: &str, text: &'a str, longest: usize) -> Result<&'a str, ApiError> {
    if text.chars().count() > longest {
        return Err(ApiError::field(pointer, "too_long", format!("must have at most {longest} characters")));
    }
    if text.contains('\0') {
        return Err(ApiError::field(pointer, "invalid", "must not contain the character U+0000"));
    }
    Ok(text)
}
