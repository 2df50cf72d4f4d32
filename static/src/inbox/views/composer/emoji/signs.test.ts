import assert from "node:assert/strict";
import { test } from "node:test";
import { findSigns, GROUPS, inTone, signOf } from "./signs";

test("every sign has a name in both languages", () => {
  const all = GROUPS.flatMap((group) => group.signs);
  assert.ok(all.length > 1500);
  assert.deepEqual(all.filter((one) => !one.en || !one.ko), []);
  assert.equal(new Set(all.map((one) => one.sign)).size, all.length);
});

test("found in English and Korean, whatever the page speaks, also by initial consonants", () => {
  const named = (query: string) => findSigns(query).slice(0, 40).map((one) => one.en);
  assert.ok(named("heart").includes("red heart"), named("heart").join());
  assert.ok(named("하트").includes("red heart"), named("하트").join());
  assert.ok(named("coffee").includes("hot beverage"), named("coffee").join());
  assert.ok(named("커피").includes("hot beverage"), named("커피").join());
  assert.ok(named("ㅋㅍ").includes("hot beverage"), named("ㅋㅍ").join());
  assert.ok(named("thumbs").includes("thumbs up"), named("thumbs").join());
  assert.deepEqual(named("qqqq"), []);
});

test("skin tones where there are some", () => {
  const wave = signOf("👋");
  const smile = signOf("😀");
  assert.ok(wave && smile);
  assert.equal(inTone(wave, 3), "👋🏽");
  assert.equal(inTone(wave, 0), "👋");
  assert.equal(inTone(smile, 3), "😀");
});
