// Questions to REST: one of a kind at a time, and one of another life answers nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentSnapshotFrame } from "../wire";
import { loadConversation, loadList, loadThread } from "./load";
import { dispatch, state } from "./store";
import { listKey } from "./store/lists";
import { conversation, message } from "./store/testworld";

const SNAPSHOT: AgentSnapshotFrame = {
  kind: "snapshot",
  cursor: "1",
  position: 1,
  counts: [],
  private: {},
  me: { id: "me", name: "Me", email: "", role: "admin", picture: null, active: true, teams: [], availability: "online" },
  directory: { agents: [], teams: [], tags: [], attributes: [], accounts: [] },
};
const OPEN = { status: "open" } as const;

type Answer = (body: object | null) => void;
const asked: Answer[] = [];

/** What is asked waits for the test's own answer; null: there is none. */
globalThis.fetch = () =>
  new Promise<Response>((resolve, reject) => {
    asked.push((body) => (body ? resolve(new Response(JSON.stringify(body))) : reject(new Error("cut"))));
  });

const thread = () => state.value.threads.get("c1");
const texts = () => thread()?.rows.map((row) => row.message.text);

function page(text: string): object {
  const position = state.value.position;
  return { messages: [message("m1", "c1", 1, 1, text)], held: [], lines: [], before: null, after: null, position };
}

/** Answers what was asked first. */
async function answers(asks: Promise<void>, body: object | null): Promise<void> {
  asked.shift()?.(body);
  await asks;
}

test("the same is asked once, and again when it has been answered", async () => {
  dispatch(SNAPSHOT);
  const asks = loadThread("c1");
  await loadThread("c1");
  assert.equal(asked.length, 1);
  await answers(asks, page("first"));
  assert.deepEqual([thread()?.phase, texts()], ["ready", ["first"]]);
  await answers(loadThread("c1"), page("second"));
  assert.deepEqual(texts(), ["second"]);
});

test("what is asked after a snapshot does not wait for an answer of the former life", async () => {
  dispatch(SNAPSHOT);
  const late = loadThread("c1");
  dispatch(SNAPSHOT);
  const fresh = loadThread("c1");
  assert.equal(asked.length, 2, "asked anew");
  await answers(late, page("of the former life"));
  assert.deepEqual([thread()?.phase, texts()], ["asked", []]);
  await answers(fresh, page("as it stands"));
  assert.deepEqual([thread()?.phase, texts()], ["ready", ["as it stands"]]);
});

test("that nothing came is said of what was asked in this life alone", async () => {
  const list = () => state.value.lists.get(listKey(OPEN))?.phase;
  dispatch(SNAPSHOT);
  const late = [loadThread("c1"), loadList(OPEN)];
  dispatch(SNAPSHOT);
  const fresh = [loadThread("c1"), loadList(OPEN)];
  for (const one of late) await answers(one, null);
  assert.deepEqual([thread()?.phase, list()], ["asked", "asked"]);
  for (const one of fresh) await answers(one, null);
  assert.deepEqual([thread()?.phase, list()], ["failed", "failed"]);
});

test("opening a conversation asks for it once, whoever wants to know", async () => {
  dispatch(SNAPSHOT);
  const asks = [loadConversation("c1"), loadConversation("c1"), loadConversation("c2")];
  assert.equal(asked.length, 2);
  const page = (id: string) => ({
    conversation: conversation(id, 1, 1),
    contact: { id: `p${id}`, name: id, position: 1, blocked_at: null, erased_at: null, identities: [] },
    ...{ position: 1, read: 0, watching: false, drafts: {}, along: {} },
  });
  for (const id of ["c1", "c2"]) asked.shift()?.(page(id));
  assert.deepEqual(await Promise.all(asks), ["c1", "c1", "c2"]);
  const again = loadConversation("c1");
  assert.equal(asked.length, 1, "when it has been answered it is asked anew");
  asked.shift()?.(null);
  await assert.rejects(() => again);
  const third = loadConversation("c1");
  assert.equal(asked.length, 1, "also after none came");
  asked.shift()?.(page("c1"));
  assert.equal(await third, "c1");
});
