import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToAgent } from "../../wire";
import { dispatch, state } from "../store";
import { markRead, markUnread, readAgain } from "./index";
import { mindingRead } from "./reading";

const CUT = 1;
const told = (read: Record<string, number>): ToAgent => ({ kind: "private", private: { read, read_above: CUT } });
const mark = (id: string) => state.value.read.get(id);

test("what another device marked unread while this one was cut is unread here, but not what is being said here", () => {
  dispatch({ kind: "read.marked", conversation: "c1", position: 9 });
  markRead("c2", 9);
  const { limits } = state.value;
  dispatch(mindingRead({ kind: "hello", protocol: 1, epoch: "", bundle: "", resumed: true, now: 0, limits, assign_on_reply: false }));
  dispatch(mindingRead(told({ c1: 4, c2: 4, c3: 7 })));
  assert.deepEqual(["c1", "c2", "c3"].map(mark), [4, 9, 7]);
  markRead("c1", 9);
  assert.equal(mark("c1"), 4, "it stays so while it stands on the screen");
  readAgain("c1");
});

test("looking at what was marked unread does not read it before it is opened anew", () => {
  markRead("c1", 9);
  markUnread("c1", 3);
  markRead("c1", 9);
  assert.equal(mark("c1"), 3);
  dispatch({ kind: "conversations.learned", generation: state.value.generation, conversations: [], position: 9, read: { c1: 9 } });
  assert.equal(mark("c1"), 3, "a page that was asked for before the word came");
  readAgain("c1");
  markRead("c1", 9);
  assert.equal(mark("c1"), 9);
});

test("a whole state that comes in the midst of a session does not take back a mark that is on its way", () => {
  markRead("c5", 9);
  dispatch(mindingRead(told({ c5: 4 })));
  assert.equal(mark("c5"), 9);
});
