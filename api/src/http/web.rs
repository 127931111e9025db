//! The page: the files of `api/web`, built into the binary. A debug build reads them from the tree instead, so that
//! work on the page needs no build.
//!
//! The page stands on the API like any other client; nothing here knows a route of it. All files are served below a
//! folder that is named by what is in them, so a browser may keep them for good and never mixes two versions.

use std::collections::{BTreeSet, HashMap};
use std::io::Write as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use axum::body::Body;
use axum::http::header::{self, HeaderMap, HeaderValue};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// First parts of the addresses that the page answers for by itself.
const PLACES: &[&str] = &[
    "inbox",
    "c",
    "approvals",
    "policies",
    "channels",
    "agents",
    "jobs",
    "webhooks",
    "activity",
    "insights",
    "assurance",
    "audit",
    "team",
    "settings",
    "sign-in",
    "setup",
    "password",
];

/// What the page may do: run and fetch what comes from here, and nothing else. Styles in attributes are allowed because
/// the frame of a mail, whose HTML was cleaned, lives under this policy as well.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; \
    connect-src 'self'; img-src 'self' data: blob:; frame-src 'self' blob:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// Where the page begins to run; what it imports is announced in the head, so that a browser fetches all at once.
const ENTRY: &str = "js/app.js";

#[derive(rust_embed::Embed)]
#[folder = "web/"]
struct Files;

/// True for a browser that goes to an address, false for a program that reads one.
pub(crate) fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.split(',').any(|part| part.trim().split(';').next() == Some("text/html"))
}

/// The page itself, the same at every address: what it shows is decided where it runs.
pub(crate) fn page() -> Response {
    let Some(file) = Files::get("index.html") else { return nothing() };
    let folder = format!("/assets/{}", version());
    static IMPORTS: OnceLock<BTreeSet<String>> = OnceLock::new();
    let imports = once(&IMPORTS, imports);
    let preload: String =
        imports.iter().map(|path| format!("<link rel=\"modulepreload\" href=\"{folder}/{path}\">\n")).collect();
    let text = String::from_utf8_lossy(&file.data).replace("{{assets}}", &folder).replace("{{preload}}", &preload);
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-cache"),
        (header::VARY, "accept"),
    ];
    (headers, text).into_response()
}

/// What no operation of the API answered: a file of the page, a place of the page for a browser, nothing for anybody else.
pub(crate) async fn answer(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::NOT_FOUND.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    match path.split_once('/') {
        Some(("assets", rest)) => {
            rest.split_once('/').map_or_else(nothing, |(asked, path)| file(asked, path, &headers))
        }
        other if PLACES.contains(&other.map_or(path, |(place, _)| place)) && wants_page(&headers) => page(),
        _ => nothing(),
    }
}

fn nothing() -> Response {
    StatusCode::NOT_FOUND.into_response()
}

/// A file of the page. Any version is answered with the files of this one, but only its own may be kept.
fn file(asked: &str, path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Files::get(path).filter(|_| path != "index.html") else { return nothing() };
    let etag = format!("\"{}\"", HEXLOWER.encode(&file.metadata.sha256_hash()));
    let keep =
        if !cfg!(debug_assertions) && asked == version() { "public, max-age=31536000, immutable" } else { "no-cache" };
    let fresh = headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let mut response = if fresh { StatusCode::NOT_MODIFIED.into_response() } else { body(path, &file.data, headers) };
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    set.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        set.insert(header::ETAG, etag);
    }
    response
}

/// What follows from the files alone: worked out once where they are built in, and each time where they may change.
fn once<T: Clone>(known: &OnceLock<T>, work: fn() -> T) -> T {
    if cfg!(debug_assertions) { work() } else { known.get_or_init(work).clone() }
}

/// The bytes, packed when the browser can unpack them.
fn body(path: &str, bytes: &[u8], headers: &HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match accepted.contains("gzip").then(|| packed(path, bytes)).flatten() {
        Some(packed) => ([(header::CONTENT_ENCODING, "gzip")], Body::from(packed)).into_response(),
        None => Body::from(bytes.to_vec()).into_response(),
    }
}

/// A file as it is sent. What is built in is packed once, as small as it goes.
fn packed(path: &str, bytes: &[u8]) -> Option<axum::body::Bytes> {
    static PACKED: OnceLock<Mutex<HashMap<String, axum::body::Bytes>>> = OnceLock::new();
    let known = || PACKED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(packed) = known().get(path).filter(|_| !cfg!(debug_assertions)) {
        return Some(packed.clone());
    }
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes).ok()?;
    let packed = axum::body::Bytes::from(packer.finish().ok()?);
    if !cfg!(debug_assertions) {
        known().insert(path.to_owned(), packed.clone());
    }
    Some(packed)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

/// A name for exactly these files.
fn version() -> String {
    static VERSION: OnceLock<String> = OnceLock::new();
    once(&VERSION, hash_of_all)
}

fn hash_of_all() -> String {
    let mut hash = Sha256::new();
    for path in Files::iter() {
        if let Some(file) = Files::get(&path) {
            hash.update(path.as_bytes());
            hash.update(file.metadata.sha256_hash());
        }
    }
    HEXLOWER.encode(&hash.finalize()[..8])
}

/// Every module that runs before the page can show anything: `ENTRY` and what it imports, directly or not. What is
/// imported later, by a call, is left for later.
fn imports() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![ENTRY.to_owned()];
    while let Some(path) = open.pop() {
        let Some(file) = Files::get(&path) else { continue };
        let text = String::from_utf8_lossy(&file.data);
        let folder: Vec<&str> = path.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect();
        let named = text.lines().filter_map(|line| {
            let (_, rest) =
                line.strip_prefix("import \"").map_or_else(|| line.split_once(" from \""), |rest| Some(("", rest)))?;
            rest.split('"').next().filter(|name| name.starts_with('.'))
        });
        open.extend(named.map(|name| joined(&folder, name)).filter(|name| !found.contains(name)));
        found.insert(path);
    }
    found
}

/// `../store/a.js` as seen from this folder.
fn joined(folder: &[&str], name: &str) -> String {
    let mut parts = folder.to_vec();
    for part in name.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_module_that_is_imported_is_there() {
        let imports = imports();
        assert!(imports.contains("js/app.js") && imports.contains("vendor/ui.js"), "{imports:?}");
        for path in &imports {
            assert!(Files::get(path).is_some(), "{path} is imported, but it is not there");
        }
    }

    #[test]
    fn the_page_takes_no_code_from_elsewhere_and_writes_none() {
        for path in Files::iter().filter(|path| path.ends_with(".js") && !path.starts_with("vendor/")) {
            let file = Files::get(&path).unwrap();
            // No address is written down; what somebody types becomes one.
            let text = String::from_utf8_lossy(&file.data).replace("`https://${given}`", "");
            for word in ["http://", "https://", "innerHTML", "allow-scripts", "eval("] {
                assert!(!text.contains(word), "{path} says {word}");
            }
        }
    }

    #[test]
    fn only_browsers_get_the_page() {
        let accepts = |value: &str| wants_page(&HeaderMap::from_iter([(header::ACCEPT, value.parse().unwrap())]));
        assert!(accepts("text/html,application/xhtml+xml,*/*;q=0.8"));
        assert!(!accepts("*/*") && !accepts("application/json") && !wants_page(&HeaderMap::new()));
    }
}
