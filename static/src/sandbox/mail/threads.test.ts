import assert from "node:assert/strict";
import { test } from "node:test";
import type { Letter } from "./door";
import { threadsOf } from "./threads";

const letter = (id: string, thread: string, at: number, more: Partial<Letter> = {}): Letter => ({
  id,
  thread,
  at,
  folder: "inbox",
  from: { name: "", address: "a@b.example" },
  for: "",
  subject: "",
  preview: "",
  files: 0,
  automatic: false,
  unread: false,
  state: "",
  words: "",
  ...more,
});

test("threads stand by their newest letter of the folder, their letters in the order of their times", () => {
  const letters = [
    letter("4", "a", 40, { folder: "sent", files: 1 }),
    letter("3", "b", 30, { unread: true }),
    letter("2", "a", 20),
    letter("1", "b", 10),
  ];
  const inbox = threadsOf(letters, "inbox");
  assert.deepEqual(inbox.map((one) => [one.id, one.last.id, one.unread, one.files]), [
    ["b", "3", true, false],
    ["a", "2", false, true],
  ]);
  assert.deepEqual(inbox[1]?.letters.map((one) => one.id), ["2", "4"]);
  assert.deepEqual(threadsOf(letters, "sent").map((one) => [one.id, one.last.id]), [["a", "4"]]);
});
