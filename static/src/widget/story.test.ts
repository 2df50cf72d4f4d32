import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomerEvent, CustomerMessage } from "../wire";
import { NOTHING, afterEvents, firstUnread, fromSnapshot, newestFromUs, withMissing } from "./story";

function message(position: number, more: Partial<CustomerMessage> = {}): CustomerMessage {
  return {
    id: `m${position}`, position, author: { kind: "agent", name: "Mina", picture: null }, client_id: null,
    text: `text ${position}`, content: null, attachments: [], reply_to: null, at: position * 10, late: false,
    edited_at: null, erased: false, ...more,
  };
}
const news = (it: CustomerMessage): CustomerEvent => ({ position: it.position, kind: "message", message: it });
const ids = (story: typeof NOTHING) => story.messages.map((it) => it.id).join(" ");

test("a snapshot plus its events is a fresh snapshot", () => {
  const all = [message(1), message(2, { text: "edited" }), message(3)];
  const frame = { kind: "snapshot", cursor: "c", before: null, seen_to: 0, open: true, goes_by: null } as const;
  const early = fromSnapshot({ ...frame, messages: [message(1), message(2)] });
  const grown = afterEvents(early, [news(message(2, { text: "edited" })), news(message(3))]);
  assert.deepEqual(grown, fromSnapshot({ ...frame, messages: all }));
});

test("a repeated event changes nothing, and a late message takes its own time's place", () => {
  const twice = afterEvents(NOTHING, [news(message(1)), news(message(3)), news(message(3))]);
  assert.equal(ids(afterEvents(twice, [news(message(5, { at: 20, late: true }))])), "m1 m5 m3");
});

test("an answer that comes after its event does not bring back older words", () => {
  const erased = afterEvents(NOTHING, [news(message(1, { text: "", erased: true }))]);
  assert.equal(withMissing(erased, [message(1)]).messages[0]?.erased, true);
  assert.equal(ids(withMissing(erased, [message(0)], null)), "m0 m1");
});

test("watermarks only rise", () => {
  const seen = afterEvents(NOTHING, [{ position: 9, kind: "seen", seen_to: 9 }, { position: 10, kind: "seen", seen_to: 4 }]);
  assert.equal(seen.seenTo, 9);
  const mine = message(7, { author: { kind: "me", name: "", picture: null } });
  assert.equal(newestFromUs(afterEvents(NOTHING, [news(message(3)), news(mine)])), 3);
});

test("where she has gone on is told until it is here again", () => {
  const by = { en: "by WhatsApp", ko: "WhatsApp으로" };
  const gone = afterEvents(NOTHING, [{ position: 5, kind: "state", open: true, goes_by: by }, news(message(6))]);
  assert.deepEqual(gone.goesBy, by);
  assert.equal(afterEvents(gone, [{ position: 7, kind: "state", open: true, goes_by: null }]).goesBy, null);
  assert.deepEqual(fromSnapshot({ kind: "snapshot", cursor: "c", before: null, seen_to: 0, open: true, goes_by: by, messages: [] }).goesBy, by);
});

test("what is new begins at the oldest unread message of ours", () => {
  const mine = message(2, { author: { kind: "me", name: "", picture: null } });
  const story = afterEvents(NOTHING, [message(1), mine, message(3), message(4)].map(news));
  assert.equal(firstUnread(story, 2), 3);
  assert.equal(firstUnread(story, 3), 1);
  assert.equal(firstUnread(story, 0), 0);
  assert.equal(firstUnread(NOTHING, 2), 0);
});
