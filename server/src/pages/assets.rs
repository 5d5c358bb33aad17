//! The stylesheet, the script and the mark, within the program, under names that change with what is in them.
//!
//! Does not read files.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::keys::sha256;

/// A file with its address.
pub(super) struct Asset {
    bytes: &'static str,
    media_type: &'static str,
    address: LazyLock<String>,
}

pub(super) static STYLE: Asset = Asset {
    bytes: include_str!("assets/desk.css"),
    media_type: "text/css; charset=utf-8",
    address: LazyLock::new(|| address("desk", "css", include_str!("assets/desk.css"))),
};

pub(super) static SCRIPT: Asset = Asset {
    bytes: include_str!("assets/desk.js"),
    media_type: "text/javascript; charset=utf-8",
    address: LazyLock::new(|| address("desk", "js", include_str!("assets/desk.js"))),
};

pub(super) static MARK: Asset = Asset {
    bytes: include_str!("assets/mark.svg"),
    media_type: "image/svg+xml",
    address: LazyLock::new(|| address("mark", "svg", include_str!("assets/mark.svg"))),
};

fn address(name: &str, kind: &str, bytes: &str) -> String {
    let digest = sha256(bytes.as_bytes()).to_string();
    format!("/assets/{name}-{}.{kind}", &digest[..16])
}

impl Asset {
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    fn answer(&self) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, self.media_type))
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .body(self.bytes)
    }
}

pub(super) async fn style() -> HttpResponse {
    STYLE.answer()
}

pub(super) async fn script() -> HttpResponse {
    SCRIPT.answer()
}

pub(super) async fn mark() -> HttpResponse {
    MARK.answer()
}
