import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomerMessage, Say } from "../wire";
import type { Door } from "./door";
import { Keeper } from "./kept";
import type { KeptMessage } from "./kept";
import { Outgoing } from "./outgoing";

Object.defineProperty(globalThis, "navigator", { value: { onLine: true } });
// Each tab is alone here; an open channel would keep this process up.
Object.defineProperty(globalThis, "BroadcastChannel", { value: undefined });

/** Keeps in memory, and reads as slowly as the test says. */
class SlowKeeper extends Keeper {
  reading: () => Promise<void> = () => Promise.resolve();

  override async line(subject: string): Promise<KeptMessage[]> {
    const found = await super.line(subject);
    await this.reading();
    return found;
  }
}

function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => undefined as void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

async function until(happened: () => boolean): Promise<void> {
  for (let turns = 0; !happened(); turns++) {
    assert.ok(turns < 1000, "it never happened");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

interface House {
  keeper: SlowKeeper;
  outgoing: Outgoing;
  stored: string[];
}

function house(keeper = new SlowKeeper("web")): House {
  const stored: string[] = [];
  const say = (token: string, { client_id, text }: Say) => {
    stored.push(`${token}: ${text}`);
    return Promise.resolve({ message: { id: client_id } as CustomerMessage });
  };
  const nothing = () => undefined;
  const hooks = { changed: nothing, said: nothing, uploaded: nothing, renew: () => Promise.resolve(false) };
  return { keeper, outgoing: new Outgoing(keeper, { account: "web", say } as unknown as Door, hooks), stored };
}

test("what a newcomer writes while the server's first answer is taken in goes out, in order", async () => {
  const { keeper, outgoing, stored } = house();
  await outgoing.serve("new ", null);
  await outgoing.add("before", []);
  const read = gate();
  let reads = 0;
  keeper.reading = () => (reads++ ? Promise.resolve() : read.opened);
  const adopted = outgoing.adopt("new ", "vis_1");
  await until(() => reads === 1);
  const meanwhile = outgoing.add("meanwhile", []);
  read.open();
  await Promise.all([adopted, meanwhile]);
  await outgoing.serve("vis_1", "token");
  await until(() => stored.length === 2 && !outgoing.line.length);
  assert.deepEqual(stored, ["token: before", "token: meanwhile"]);
});

test("what is not yet written down when the answer comes is hers too", async () => {
  const { keeper, outgoing, stored } = house();
  await outgoing.serve("new ", null);
  const written = gate();
  const put = keeper.put.bind(keeper);
  keeper.put = async (message) => (await written.opened, put(message));
  const adding = [outgoing.add("one", []), outgoing.add("two", [])];
  const adopted = outgoing.adopt("new ", "vis_1");
  written.open();
  await Promise.all([...adding, adopted]);
  await outgoing.serve("vis_1", "token");
  await until(() => stored.length === 2 && !outgoing.line.length);
  assert.deepEqual(stored, ["token: one", "token: two"]);
});

test("what a newcomer wrote in another tab, after this one was let in, goes out", async () => {
  const keeper = new SlowKeeper("web");
  const first = house(keeper);
  const other = house(keeper);
  await first.outgoing.serve("new ", null);
  await other.outgoing.serve("new ", null);
  await first.outgoing.adopt("new ", "vis_1");
  await other.outgoing.add("from the other tab", []);
  keeper.keepSelf({ token: "token", subject: "vis_1", who: null });
  await keeper.keepOnly("new ");
  await other.outgoing.adopt("new ", "vis_1");
  await other.outgoing.serve("vis_1", "token");
  await until(() => other.stored.length === 1);
  assert.deepEqual(other.stored, ["token: from the other tab"]);
});

test("nothing of one person is kept for another, but what the one who comes has written", async () => {
  const { keeper, outgoing } = house();
  await outgoing.serve("vis_1", null);
  await outgoing.add("of the former", []);
  keeper.keepSelf({ token: "token", subject: "vis_1", who: null });
  outgoing.rest();
  await outgoing.serve("new anna", null);
  await outgoing.add("of the newcomer", []);
  await keeper.forget("new anna");
  assert.deepEqual([await keeper.line("vis_1"), keeper.self()], [[], undefined]);
  assert.deepEqual((await keeper.line("new anna")).map(({ text }) => text), ["of the newcomer"]);
});

test("a tab that opens clears nothing that another tab takes over meanwhile", async () => {
  const { keeper, outgoing } = house();
  await outgoing.serve("new ", null);
  await outgoing.add("hello", []);
  // It has read whose messages there are; before it clears, the first tab is let in.
  const cleared = keeper.keepOnly("new ");
  keeper.keepSelf({ token: "token", subject: "vis_1", who: null });
  await outgoing.adopt("new ", "vis_1");
  await cleared;
  assert.deepEqual((await keeper.line("vis_1")).map(({ text }) => text), ["hello"]);
});

test("who signs in while a newcomer's line is handed over is not given it", async () => {
  const { keeper, outgoing, stored } = house();
  await outgoing.serve("new ", null);
  await outgoing.add("somebody's words", []);
  const read = gate();
  keeper.reading = () => read.opened;
  const adopted = outgoing.adopt("new ", "vis_1");
  outgoing.rest();
  await keeper.forget("new anna");
  read.open();
  await adopted;
  await outgoing.serve("anna", "token");
  await until(() => !outgoing.line.length);
  assert.deepEqual([await keeper.line("vis_1"), stored], [[], []]);
});
