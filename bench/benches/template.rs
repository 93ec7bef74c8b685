//! Mapping templates over a kilobyte of JSON: the whole of a rendering, and its parts. The files
//! are those that `scripts/bench-templates` gives to other engines.

use std::hint::black_box;

use ringway_core::context::Context;
use ringway_core::mapping::Body;
use ringway_core::template::{MappingTemplate, Overrides};

use crate::api;
use crate::harness::Harness;
use crate::requests::CURL;

const ORDER: &str = include_str!("../templates/order.json");
const TEMPLATES: [(&str, &str); 4] = [
    ("order", include_str!("../templates/order.vtl")),
    ("envelope", include_str!("../templates/envelope.vtl")),
    ("strings", include_str!("../templates/strings.vtl")),
    ("hundred", include_str!("../templates/hundred.vtl")),
];

pub(crate) fn bench(harness: &mut Harness) {
    let mut group = harness.group("template");
    let snapshot = api::pets();
    let mut out = String::with_capacity(8192);
    for (name, text) in TEMPLATES {
        let template = MappingTemplate::parse(text).expect(name);
        api::with_context(&snapshot, CURL, |ctx| {
            group.bench(&format!("{name}, body read and rendered"), || {
                out.clear();
                let body = Body::new(black_box(ORDER), template.body_use());
                let ctx = Context { body: Some(&body), ..*ctx };
                template.render(&ctx, &Overrides::default(), &mut out).expect(name);
                black_box(&out);
            });
            let body = Body::new(ORDER, template.body_use());
            let ctx = Context { body: Some(&body), ..*ctx };
            group.bench(&format!("{name}, rendered"), || {
                out.clear();
                template.render(black_box(&ctx), &Overrides::default(), &mut out).expect(name);
                black_box(&out);
            });
        });
    }
}
