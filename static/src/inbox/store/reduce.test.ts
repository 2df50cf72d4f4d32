import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AgentSnapshotFrame } from "../../wire";
import { countOf } from "./counts";
import { listKey } from "./lists";
import { type Action, reduce } from "./reduce";
import { emptyState, type Filter, type Pending, type State } from "./state";
import { dice, message, World } from "./testworld";

const OPEN: Filter = { status: "open" };
const MINE: Filter = { status: "open", assignee: "me" };
const RED: Filter = { status: "open", tag: "red" };
const FILTERS = [OPEN, MINE, RED];
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);

function snapshot(world: World): AgentSnapshotFrame {
  return {
    kind: "snapshot",
    cursor: String(world.position),
    position: world.position,
    counts: world.counts(),
    private: {},
    me: { id: "me", name: "Me", email: "", role: "admin", picture: null, active: true, teams: [], availability: "online" },
    directory: { agents: [], teams: [], tags: [], attributes: [], accounts: [] },
  };
}

function play(state: State, ...actions: Action[]): State {
  return actions.reduce((now, action) => reduce(now, action, 0), state);
}

function eventsFrame(world: World, from: number, to: number): Action {
  const events = world.events.filter((event) => event.position > from && event.position <= to);
  return { kind: "events", cursor: String(to), position: to, events };
}

function listPage(world: World, state: State, filter: Filter, limit: number): Action {
  const before = state.lists.get(listKey(filter))?.before ?? null;
  const page = world.page(filter, before, limit);
  return { kind: "list.page", filter, generation: state.generation, first: before === null, page };
}

/** What the views can see, so that two ways of getting there can be compared. */
function visible(state: State) {
  return {
    counts: [...state.counts].sort(),
    conversations: [...state.conversations.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    lists: [...state.lists].map(([key, list]) => [key, list.ids]).sort(),
    threads: [...state.threads].map(([id, thread]) => [id, thread.rows.map((row) => row.message)]).sort(),
    position: state.position,
  };
}

function grown(seed: number, steps: number): World {
  const world = new World(dice(seed));
  for (let i = 0; i < steps; i++) world.step();
  return world;
}

describe("replay", () => {
  test("events in any batches, repeated and overlapping, come to the same state", () => {
    for (const seed of SEEDS) {
      const roll = dice(seed * 7919);
      const world = grown(seed, 20);
      const begun = play(emptyState(), snapshot(world));
      const listed = FILTERS.reduce((now, filter) => play(now, listPage(world, now, filter, 100)), begun);
      const start = world.position;
      for (let i = 0; i < 60; i++) world.step();
      const atOnce = play(listed, eventsFrame(world, start, world.position));
      let cut = listed;
      while (cut.position < world.position) {
        const to = Math.min(world.position, cut.position + 1 + roll(5));
        // A resume may begin before what is known, and a frame may come twice.
        const from = Math.max(start, cut.position - roll(4));
        cut = play(cut, eventsFrame(world, from, to));
        if (roll(3) === 0) cut = play(cut, eventsFrame(world, from, to));
      }
      assert.deepEqual(visible(cut), visible(atOnce), `seed ${seed}`);
    }
  });

  test("a snapshot and its events equal a later snapshot: counts and lists", () => {
    for (const seed of SEEDS) {
      const world = grown(seed, 15);
      let state = play(emptyState(), snapshot(world));
      for (const filter of FILTERS) state = play(state, listPage(world, state, filter, 100));
      const start = world.position;
      for (let i = 0; i < 50; i++) world.step();
      state = play(state, eventsFrame(world, start, world.position));
      let fresh = play(emptyState(), snapshot(world));
      for (const filter of FILTERS) fresh = play(fresh, listPage(world, fresh, filter, 100));
      for (const filter of FILTERS) {
        assert.equal(countOf(state.counts, filter), world.inList(filter).length, `seed ${seed}`);
        assert.deepEqual(state.lists.get(listKey(filter))?.ids, fresh.lists.get(listKey(filter))?.ids, `seed ${seed}`);
      }
      assert.deepEqual([...state.counts].sort(), [...fresh.counts].sort());
    }
  });

  test("pages read at any moment, ahead of the socket or behind it, join the log without a gap", () => {
    for (const seed of SEEDS) {
      const roll = dice(seed * 104729);
      const world = grown(seed, 25);
      let state = play(emptyState(), snapshot(world));
      const late: Action[] = [];
      for (let round = 0; round < 40; round++) {
        for (let i = roll(4); i > 0; i--) world.step();
        const filter = FILTERS[roll(FILTERS.length)] ?? OPEN;
        const asked = listPage(world, state, filter, 3 + roll(4));
        // One page at a time, as load.ts asks; some answers are overtaken by the socket.
        if (roll(2)) state = play(state, asked);
        else late.push(asked);
        if (roll(2))
          state = play(
            state,
            eventsFrame(world, state.position, state.position + roll(world.position - state.position + 1)),
          );
        const overtaken = late.pop();
        if (overtaken) state = play(state, overtaken);
      }
      state = play(state, eventsFrame(world, state.position, world.position));
      for (const filter of FILTERS) {
        const list = state.lists.get(listKey(filter));
        if (!list) continue;
        const ids = world.inList(filter).map((view) => view.id);
        assert.deepEqual(list.ids, ids.slice(0, list.ids.length), `seed ${seed} ${listKey(filter)}`);
        if (list.before === null) assert.equal(list.ids.length, ids.length, `seed ${seed}`);
      }
    }
  });

  test("a history read at any moment shows what the server has, newest forms and reading order", () => {
    for (const seed of SEEDS) {
      const roll = dice(seed * 15485863);
      const world = grown(seed, 30);
      const chosen = [...world.conversations.keys()][0];
      if (chosen === undefined) continue;
      let state = play(emptyState(), snapshot(world), { kind: "thread.asked", conversation: chosen });
      const page = { messages: world.history(chosen), lines: [], before: null, position: world.position };
      const start = world.position;
      for (let i = 0; i < 30; i++) world.step();
      const middle = start + roll(world.position - start + 1);
      state = play(
        state,
        eventsFrame(world, start, middle),
        { kind: "thread.page", conversation: chosen, generation: state.generation, which: "newest", page },
        eventsFrame(world, middle, world.position),
      );
      if (!world.conversations.has(chosen)) assert(!state.threads.get(chosen)?.rows.some((row) => row.asOf > middle));
      else
        assert.deepEqual(
          state.threads.get(chosen)?.rows.map((row) => row.message),
          world.history(chosen),
          `seed ${seed}`,
        );
    }
  });
});

describe("beginnings", () => {
  test("another beginning drops what was known and refuses answers to former questions", () => {
    const world = grown(3, 20);
    const before = play(emptyState(), snapshot(world));
    const late = listPage(world, before, OPEN, 50);
    const after = play(before, { kind: "reset", reason: "epoch" }, snapshot(world), late);
    assert.equal(after.generation, 2);
    assert.equal(after.lists.size, 0);
    assert.equal(after.conversations.size, 0);
  });

  test("a conversation that left does not come back by an older page, but by entering anew", () => {
    const world = new World(dice(1));
    world.step();
    const page = world.page(OPEN, null, 10);
    const view = page.conversations[0];
    assert(view);
    let state = play(emptyState(), { ...snapshot(world), counts: [] });
    const left = { kind: "left" as const, position: 5, at: 0, conversation: view.id, was: null };
    state = play(state, { kind: "events", cursor: "5", position: 5, events: [left] });
    state = play(state, {
      kind: "list.page",
      filter: OPEN,
      generation: 1,
      first: true,
      page: { ...page, position: 4 },
    });
    assert.deepEqual(state.lists.get(listKey(OPEN))?.ids, []);
    const entered = {
      kind: "conversation.changed" as const,
      position: 9,
      at: 0,
      entered: true,
      conversation: view.id,
      summary: { ...view, position: 9 },
    };
    state = play(state, { kind: "events", cursor: "9", position: 9, events: [entered] });
    assert.deepEqual(state.lists.get(listKey(OPEN))?.ids, [view.id]);
  });
});

describe("acts on their way", () => {
  const pending = (id: string, name: string, args: Record<string, unknown>): Pending => ({
    id,
    name,
    args,
    at: 0,
    state: "waiting",
    problem: null,
    files: [],
    epoch: null,
    settlesAt: null,
  });

  test("a message leaves when the log shows it by its client id, whichever comes first", () => {
    const world = grown(5, 10);
    const id = [...world.conversations.keys()][0] ?? "";
    const base = play(
      emptyState(),
      snapshot(world),
      { kind: "pending.added", pending: pending("k1", "reply", { conversation: id }) },
      {
        kind: "thread.page",
        conversation: id,
        generation: 1,
        which: "newest",
        page: { messages: [], lines: [], before: null, position: world.position },
      },
    );
    const at = world.position + 1;
    const arrived: Action = {
      kind: "events",
      cursor: "x",
      position: at,
      events: [
        {
          kind: "message.created",
          position: at,
          at: 1,
          conversation: id,
          message: { ...message("m", id, at, 1), client_id: "k1" },
        },
      ],
    };
    const answered: Action = { kind: "pending.settled", id: "k1", position: at };
    assert.equal(play(base, arrived).pending.length, 0);
    assert.equal(play(base, answered).pending.length, 1);
    assert.deepEqual(play(base, arrived, answered), play(base, answered, arrived));
    assert.equal(play(base, answered, arrived).pending.length, 0);
  });

  test("a refusal stays with its reason until it is tried again or dropped", () => {
    const problem = { type: "", title: "", status: 409, detail: "", text: "errors.stale_reply", params: {} };
    const base = play(
      emptyState(),
      { kind: "pending.added", pending: pending("k1", "reply", {}) },
      { kind: "pending.failed", id: "k1", problem },
    );
    assert.equal(base.pending[0]?.problem?.text, "errors.stale_reply");
    const again = play(base, { kind: "pending.again", id: "k1", args: { seen: 7 }, epoch: "b" });
    assert.deepEqual(
      [again.pending[0]?.state, again.pending[0]?.problem, again.pending[0]?.args.seen, again.pending[0]?.epoch],
      ["waiting", null, 7, "b"],
    );
    assert.equal(play(base, { kind: "pending.dropped", id: "k1" }).pending.length, 0);
  });

  test("what is not sent survives another beginning, and knows of which epoch it is", () => {
    const world = grown(2, 5);
    const hello: Action = {
      kind: "hello", protocol: 1, epoch: "b", bundle: "", resumed: false, now: 0, limits: emptyState().limits,
    };
    const base = play(emptyState(), snapshot(world), {
      kind: "pending.added",
      pending: { ...pending("k1", "note", { conversation: "c1" }), epoch: "a" },
    });
    const again = play(base, hello, snapshot(world));
    assert.deepEqual([again.pending.length, again.pending[0]?.epoch, again.epoch], [1, "a", "b"]);
  });
});
