//! How long the desk's pages take over many referrals and many open conflicts, and how large they are.
//!
//! Each page is opened by those who work with it. Does not read what stands on it.

use std::time::Duration;

use super::browser::{Browser, Page};
use super::pushes::signed;
use super::scene::{Scene, form, person};
use super::serving::send_all;
use super::{Report, Size, told};

const PASSWORD: &str = "nobody here exists";
/// A phone's share of the referrals: what it holds makes each of its commands slower.
const EACH: usize = 1_000;
/// Phones that the referrals are spread over, at least.
const PHONES: usize = 10;
/// How often a page is opened; the middle of the times counts.
const TIMES: usize = 5;

const OF_OFFICERS: [&str; 3] = ["/", "/referrals", "/refer"];
const OF_SUPERVISORS: [&str; 6] =
    ["/", "/referrals", "/conflicts", "/results", "/results/times", "/results/equality"];
const OF_ADMINS: [&str; 7] =
    ["/conflicts/settled", "/persons", "/people", "/devices", "/policy", "/services", "/slots"];
const OF_SERVICE: [&str; 5] = ["/", "/inbox", "/diary", "/referrals", "/search"];

/// Opens every page, and says what the slowest and the largest was.
pub(super) fn pages(size: Size, report: &mut Report) {
    told("referrals for pages");
    let phones = PHONES.max(size.paged / EACH);
    let people: Vec<_> = (0..phones).map(|number| person(&format!("pages{number}"), "officer")).collect();
    let staff = [person("Sam Supervisor", "supervisor"), person("Lee Lead", "provider_lead")];
    let mut scene = Scene::of(&[people, staff.to_vec()].concat());
    for number in 0..phones {
        fill(&scene, number, size.paged / phones);
    }
    told("pages");
    let mut slowest = (Duration::ZERO, String::new());
    let mut largest = (0, String::new());
    let mut note = |name: &str, path: &str, page: Page| {
        let what = format!("{name} {path}");
        report.add(format!("… page of {what}: ms"), page.took.as_secs_f64() * 1000.0, Some(100.0));
        slowest = slowest.clone().max((page.took, what.clone()));
        largest = largest.clone().max((page.bytes, what));
    };
    let names = ["First admin", "Sam Supervisor", "Lee Lead", "pages0"];
    let codes = scene.server.set_up_desks(&names, PASSWORD);
    for (name, code) in names.into_iter().zip(&codes) {
        let sign_in_name = name.replace(' ', ".");
        let mut browser = Browser::signed_in(&scene.server.address, (&sign_in_name, PASSWORD, code));
        let pages: Vec<&str> = match name {
            "First admin" => [OF_SUPERVISORS.as_slice(), &OF_ADMINS].concat(),
            "Sam Supervisor" => OF_SUPERVISORS.to_vec(),
            "Lee Lead" => OF_SERVICE.to_vec(),
            _ => OF_OFFICERS.to_vec(),
        };
        for path in pages {
            note(name, path, middle(&mut browser, path));
            // One thing of each list: a list is what people come from.
            for start in ["/referrals/", "/conflicts/", "/persons/questions/", "/people/"] {
                let is_its = path.len() > 1 && start.starts_with(path);
                if let Some(one) = browser.link_to(start).filter(|_| is_its) {
                    note(name, start, middle(&mut browser, &one));
                    browser.get(path);
                }
            }
        }
        browser.get("/");
        if browser.text.contains("action=\"/search\"") {
            note(name, "/search by name", browser.submit("/search", &[("q", "Bacorden Filgra")]));
        }
    }
    let all = format!("{} referrals: the slowest page, ms ({})", size.paged, slowest.1);
    report.add(all, slowest.0.as_secs_f64() * 1000.0, Some(100.0));
    report.add(format!("… the largest page, KiB ({})", largest.1), largest.0 as f64 / 1024.0, Some(100.0));
}

/// Records and sends one phone's share. Of every five of the first phones', one has the crime reference of another
/// phone's: a conflict for every ten, and 1,000 in all.
fn fill(scene: &Scene, number: usize, count: usize) {
    let name = format!("pages{number}");
    let phone = scene.phone(&name);
    for referral in 0..count {
        let mut answers = form(&name, referral);
        if number < PHONES && referral % 5 == 0 {
            answers["crime_reference"] = format!("pair{}-{referral}", number / 2).into();
        }
        phone.execute(&answers).expect("a referral is recorded");
    }
    send_all(&scene.server.address, &signed(&phone));
}

fn middle(browser: &mut Browser, path: &str) -> Page {
    let mut pages: Vec<Page> = (0..TIMES).map(|_| browser.get(path)).collect();
    pages.sort_by_key(|page| page.took);
    pages.swap_remove(TIMES / 2)
}
