import assert from "node:assert/strict";
import { test } from "node:test";
import { mapLink, readContent, templateIn } from "./read";

const told = (raw: Record<string, unknown>) => readContent(raw).told;

test("every kind is told by its own case; what does not read is shown as not to be shown", () => {
  assert.deepEqual(told({ type: "location", latitude: 37.5, longitude: 127, name: " Haru " }), {
    kind: "place",
    latitude: 37.5,
    longitude: 127,
    name: "Haru",
    address: "",
  });
  assert.deepEqual(told({ type: "location", latitude: "37" }), { kind: "unsupported", what: "location" });
  assert.deepEqual(told({ type: "button", id: "YES" }), { kind: "answer", how: "button", title: "YES" });
  assert.deepEqual(told({ type: "list", title: "Large", id: "l" }), { kind: "answer", how: "list", title: "Large" });
  assert.deepEqual(told({ type: "form", fields: { cups: 2, hot: true } }), {
    kind: "form",
    fields: [
      ["cups", "2"],
      ["hot", "true"],
    ],
  });
  assert.deepEqual(told({ type: "form", fields: [] }), { kind: "unsupported", what: "form" });
  assert.deepEqual(told({ type: "unsupported", what: "order" }), { kind: "unsupported", what: "order" });
  assert.deepEqual(told({ type: "hologram" }), { kind: "unsupported", what: "hologram" });
  assert.deepEqual(told({ type: "text", forwarded: "often" }), { kind: "nothing" });
});

test("what brought her is told, and only the web's addresses are followed", () => {
  const referral = (source: string) => readContent({ type: "text", referral: { source, source_type: "ad" } }).referral;
  assert.equal(referral("https://fb.me/x")?.source, "https://fb.me/x");
  assert.equal(referral("javascript:alert(1)")?.source, null);
  assert.equal(referral("https://fb.me/x")?.isAd, true);
  assert.equal(readContent({ type: "text", forwarded: "maybe" }).forwarded, null);
  assert.equal(readContent({ type: "text", forwarded: "once" }).forwarded, "once");
});

test("a template comes back as it was filled in", () => {
  assert.deepEqual(templateIn({ type: "template", key: "HX1", name: "hi", variables: { 1: "Mina" } }), {
    key: "HX1",
    variables: { 1: "Mina" },
  });
  assert.equal(templateIn({ type: "text" }), null);
  assert.equal(templateIn(null), null);
  assert.equal(mapLink(1.5, -2), "https://www.openstreetmap.org/?mlat=1.5&mlon=-2#map=16/1.5/-2");
});
