import assert from "node:assert/strict";
import { test } from "node:test";
import { mayEmbed } from "./origins";

// The cases of tests/channels/test_webchat.py: both sides must answer alike.
const allowed = ["https://shop.example", "https://*.mall.example", "http://localhost:3000"];

test("named pages may embed", () => {
  for (const origin of ["https://shop.example", "https://a.mall.example", "https://a.b.mall.example", "http://localhost:3000"]) {
    assert(mayEmbed(origin, allowed), origin);
  }
  assert(mayEmbed("https://anybody.example", ["*"]));
});

test("others may not", () => {
  for (const origin of [
    "http://shop.example", "https://shop.example:8443", "https://shop.example.evil.example", "https://evilshop.example",
    "https://mall.example", "https://evilmall.example", "http://localhost:3001", "null", "",
  ]) {
    assert(!mayEmbed(origin, allowed), origin);
  }
  assert(!mayEmbed("https://shop.example", []));
});
