//! Where a request comes from, to slow down who does something too often.
//!
//! ```text
//!   192.0.2.1 │ 192.0.2.1:5001 │ ::ffff:192.0.2.1   192.0.2.1
//!   2001:db8:1:2:…                                  2001:db8:1:2::/64   whoever has one has them all
//! ```
//! Does not decide who is slowed down.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::HttpRequest;

/// Behind something that stands in front, its word counts: the last address of `X-Forwarded-For` is the one that it added
/// itself.
pub(crate) fn of(request: &HttpRequest, is_behind: bool) -> String {
    let told = request.headers().get_all("x-forwarded-for").last().and_then(|told| told.to_str().ok());
    let told = told.and_then(|told| told.rsplit(',').next()).map(|told| told.trim().to_owned());
    let peer = request.peer_addr().map(|peer| peer.ip().to_string());
    counted(&told.filter(|_| is_behind).or(peer).unwrap_or_default())
}

/// What is counted of an address; a text that is none counts as it is.
fn counted(text: &str) -> String {
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    let known = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    match known.map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        Ok(IpAddr::V4(address)) => address.to_string(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn whoever_holds_a_network_counts_once() {
        for (text, is_counted) in [
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:5001", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff:0:1:2", "2001:db8:1:2::/64"),
            ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
            ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
            ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
            ("unknown", "unknown"),
        ] {
            assert_eq!(counted(text), is_counted, "{text}");
        }
    }
}
