//! Every case of `schema/vectors/{core,folds,persons,verdicts,views}.json` gives what is pinned there.
//!
//! Where a change is meant, the example `vectors` writes them anew (`schema/vectors/README.md`). Does not cover the header's
//! bytes: see `vectors.rs`.

use serde_json::Value;

#[path = "vectors/cases.rs"]
mod cases;
#[path = "vectors/stories.rs"]
mod stories;

const FILES: [(&str, &str); 5] = [
    ("core", include_str!("../../schema/vectors/core.json")),
    ("folds", include_str!("../../schema/vectors/folds.json")),
    ("persons", include_str!("../../schema/vectors/persons.json")),
    ("verdicts", include_str!("../../schema/vectors/verdicts.json")),
    ("views", include_str!("../../schema/vectors/views.json")),
];

fn cases_of(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("the vectors are JSON");
    file["cases"].as_array().expect("the vectors are cases").clone()
}

#[test]
fn every_case_gives_what_is_pinned() {
    for (name, text) in FILES {
        for case in cases_of(text) {
            let of = case["of"].as_str().expect("a case says what it is of");
            assert_eq!(cases::gives(of, &case["in"]), case["gives"], "{name}: {}", case["what"]);
        }
    }
}

#[test]
fn the_views_are_of_the_stories_as_they_are_recorded_now() {
    let told: Vec<Value> = stories::stories()
        .into_iter()
        .map(|(what, world)| {
            let ops: Vec<_> = world.ids().into_iter().map(|id| world.op(id).clone()).collect();
            serde_json::json!([what, ops])
        })
        .collect();
    let pinned: Vec<Value> =
        cases_of(FILES[4].1).iter().map(|case| serde_json::json!([case["what"], case["in"]])).collect();
    assert_eq!(told, pinned, "write schema/vectors/views.json anew: see its README.md");
}

#[test]
fn ops_of_a_fold_case_give_the_same_in_the_other_order() {
    for case in cases_of(FILES[1].1) {
        let mut ops = case["in"].as_array().expect("a fold takes ops").clone();
        ops.reverse();
        assert_eq!(cases::gives("fold", &Value::Array(ops)), case["gives"], "{}", case["what"]);
    }
}
