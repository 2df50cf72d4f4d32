import assert from "node:assert/strict";
import { test } from "node:test";
import { alone, among } from "./tabs";

interface Locks {
  request<T>(name: string, act: () => Promise<T>): Promise<T>;
}

let locks: Locks | undefined;
Object.defineProperty(globalThis, "navigator", { value: { get locks() { return locks; } } });

/** One after the other, as browsers do it. */
function oneByOne(): Locks {
  const lines = new Map<string, Promise<unknown>>();
  return {
    request(name, act) {
      const done = (lines.get(name) ?? Promise.resolve()).then(act);
      lines.set(name, done.catch(() => undefined));
      return done;
    },
  };
}

const refusing: Locks = { request: () => Promise.reject(new DOMException("denied", "SecurityError")) };

test("of one name one at a time, and each has its own answer", async () => {
  locks = oneByOne();
  let inside = 0;
  const act = async (answer: string) => {
    assert.equal(++inside, 1);
    await Promise.resolve();
    inside--;
    return answer;
  };
  assert.deepEqual(await Promise.all(["a", "b", "c"].map((it) => alone("line", () => act(it)))), ["a", "b", "c"]);
});

test("who may not wait for others, or cannot, does it all the same", async () => {
  for (const each of [refusing, undefined]) {
    locks = each;
    assert.equal(await alone("line", () => Promise.resolve("done")), "done");
  }
});

test("what fails has failed once, and is told", async () => {
  for (const each of [oneByOne(), refusing, undefined]) {
    locks = each;
    let tries = 0;
    await assert.rejects(() => alone("line", () => Promise.reject(new Error(`try ${++tries}`))), /try 1/);
    assert.equal(tries, 1);
  }
});

test("a browser without channels between tabs, or that denies them, tells nobody", () => {
  const denied = function () {
    throw new DOMException("The operation is insecure.", "SecurityError");
  };
  for (const each of [undefined, denied]) {
    Object.assign(globalThis, { BroadcastChannel: each });
    among("line", () => assert.ok(false, "nobody is heard"))("news");
  }
});

test("the other tabs hear, the one that tells does not", () => {
  const channels: FakeChannel[] = [];
  class FakeChannel {
    onmessage: (event: { data: unknown }) => void = () => undefined;
    constructor(readonly name: string) {
      channels.push(this);
    }
    postMessage(data: unknown): void {
      for (const other of channels) if (other !== this && other.name === this.name) other.onmessage({ data });
    }
  }
  Object.assign(globalThis, { BroadcastChannel: FakeChannel });
  const heard: string[] = [];
  const tell = among<string>("line", (news) => heard.push(`here: ${news}`));
  among<string>("line", (news) => heard.push(`there: ${news}`));
  among<string>("person", (news) => heard.push(`elsewhere: ${news}`));
  tell("out");
  assert.deepEqual(heard, ["there: out"]);
});
