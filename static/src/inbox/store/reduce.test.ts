import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AgentEvent, AgentSnapshotFrame, ContactView, ConversationView } from "../../wire";
import { countOf } from "./counts";
import { Far, type Standing } from "./far";
import { listKey } from "./lists";
import { type Action, reduce } from "./reduce";
import { emptyState, type Filter, type Pending, RETURNED_FOR, type State } from "./state";
import { keptBy, Shelf } from "./shelf";
import { conversation, dice, message, World } from "./testworld";

const OPEN: Filter = { status: "open" };
const MINE: Filter = { status: "open", assignee: "me" };
const RED: Filter = { status: "open", tag: "red" };
const FILTERS: readonly Filter[] = [
  OPEN,
  MINE,
  RED,
  { status: "open", sort: "waiting" },
  { status: "open", tags: ["blue", "red"], sort: "waiting" },
  { status: "closed", account: "mail" },
  { status: "snoozed", sort: "wakes" },
  { status: "any" },
  { status: "any", assignee: null, priority: 0 },
  { status: "open", unread: true },
  { status: "open", priority: 4, sort: "waiting" },
  { status: "open", unread: true, account: "web", sort: "waiting" },
  { status: "open", waiting_over: 300, sort: "waiting" },
  { status: "open", waiting_over: 100, assignee: null },
];
/** The counts know of status, team, assignee and one tag. */
const COUNTED = [OPEN, MINE, RED];
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed + 1);

function snapshot(world: World): AgentSnapshotFrame {
  return {
    kind: "snapshot",
    cursor: String(world.position),
    position: world.position,
    counts: world.counts(),
    // Every mark there is: what has none was never read.
    private: { read: Object.fromEntries(world.marks), read_above: 0 },
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

/** The world's own clock: without it nobody's wait grows. */
function tick(world: World): Action {
  return { kind: "clock", now: world.clock };
}

/** As where many are known: every other world keeps its conversations on shelves, out of the collector's reach. */
function shelved(state: State, seed: number): State {
  if (seed % 2) return state;
  return { ...state, conversations: Shelf.of<ConversationView, Standing>(state.conversations, keptBy(() => new Far())) };
}

/** The rows of a list, as far as it has been read. */
function idsIn(state: State, filter: Filter): string[] | undefined {
  const list = state.lists.get(listKey(filter));
  return list && [...list.ids];
}

/** What the views can see, so that two ways of getting there can be compared. */
function visible(state: State) {
  return {
    counts: [...state.counts].sort(),
    conversations: [...state.conversations.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    lists: [...state.lists].map(([key, list]) => [key, [...list.ids]]).sort(),
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
      const begun = shelved(play(emptyState(), snapshot(world)), seed);
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
      const roll = dice(seed * 31);
      let state = shelved(play(emptyState(), snapshot(world)), seed);
      // All are known: whose wait grows past a bound must not be told.
      for (const status of ["open", "snoozed", "closed", "spam"] as const)
        state = play(state, listPage(world, state, { status }, 100));
      for (const filter of FILTERS) state = play(state, listPage(world, state, filter, 100));
      for (let i = 0; i < 25; i++) {
        const start = state.position;
        world.step();
        if (roll(2)) world.step();
        const read = roll(2) ? world.reads() : {};
        const told: Action = { kind: "private", private: { read } };
        const frame = eventsFrame(world, start, world.position);
        // What another tab has read and what happened come in either order.
        state = roll(2) ? play(state, told, frame) : play(state, frame, told);
        if (roll(4) === 0) state = play(state, tick(world));
      }
      state = play(state, tick(world));
      let fresh = play(emptyState(), snapshot(world), tick(world));
      for (const filter of FILTERS) fresh = play(fresh, listPage(world, fresh, filter, 100));
      for (const filter of FILTERS) {
        if (COUNTED.includes(filter))
          assert.equal(countOf(state.counts, filter), world.inList(filter).length, `seed ${seed}`);
        assert.deepEqual(idsIn(state, filter), idsIn(fresh, filter), `seed ${seed}`);
      }
      assert.deepEqual([...state.counts].sort(), [...fresh.counts].sort());
    }
  });

  test("pages read at any moment, ahead of the socket or behind it, join the log without a gap", () => {
    // Who has waited long enough only time can tell: that needs all of them known, as above.
    const lists = FILTERS.filter((filter) => filter.waiting_over === undefined);
    for (const seed of SEEDS) {
      const roll = dice(seed * 104729);
      const world = grown(seed, 25);
      let state = shelved(play(emptyState(), snapshot(world)), seed);
      const late: Action[] = [];
      for (let round = 0; round < 40; round++) {
        for (let i = roll(4); i > 0; i--) world.step();
        const filter = lists[roll(lists.length)] ?? OPEN;
        const asked = listPage(world, state, filter, 3 + roll(4));
        // One page at a time, as load.ts asks; some answers are overtaken by the socket.
        if (roll(4)) state = play(state, { kind: "list.asked", filter });
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
      for (const filter of lists) {
        const list = state.lists.get(listKey(filter));
        if (!list) continue;
        const ids = world.inList(filter).map((view) => view.id);
        assert.deepEqual([...list.ids], ids.slice(0, list.ids.length), `seed ${seed} ${listKey(filter)}`);
        if (list.before === null) assert.equal(list.ids.length, ids.length, `seed ${seed}`);
      }
    }
  });

  test("a further page that was overtaken takes in what came into its stretch meanwhile", () => {
    const closed = (n: number, position: number) => ({
      ...conversation(`c${n}`, n, position),
      status: "closed" as const,
    });
    const filter: Filter = { status: "closed" };
    const told = (ids: readonly number[], before: string | null) => ({
      conversations: ids.map((n) => closed(n, 1)),
      before,
      position: 5,
      read: {},
    });
    const page = (first: boolean, ids: readonly number[], before: string | null): Action => ({
      kind: "list.page",
      filter,
      generation: 1,
      first,
      page: told(ids, before),
    });
    const happened: Action = {
      kind: "events",
      cursor: "7",
      position: 7,
      events: [
        { kind: "conversation.changed", position: 7, at: 7, conversation: "c5", summary: closed(5, 7) } as AgentEvent,
      ],
    };
    const begun = play(emptyState(), snapshot(grown(1, 0)), page(true, [9, 8], "8"));
    const asked = play(begun, { kind: "list.asked", filter }, happened, page(false, [6, 4], "4"));
    const list = asked.lists.get(listKey(filter));
    assert.deepEqual([...(list?.ids ?? [])], ["c9", "c8", "c6", "c5", "c4"]);
    // What happened below the page's end waits for its own page, and nothing is kept any longer.
    assert.equal(asked.lately.size, 0);
    assert.deepEqual(play(asked, page(false, [3], null)).lists.get(listKey(filter))?.ids?.at(-1), "c3");
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

describe("lists in the server's own order", () => {
  const MENTIONS: Filter = { status: "open", view: "mentions" };
  const page = (world: World, ids: string[], before: string | null, first: boolean): Action => {
    const conversations = ids.map((id) => world.conversations.get(id)).filter((view) => view !== undefined);
    const told = { conversations, before, position: world.position, read: {} };
    return { kind: "list.page", filter: MENTIONS, generation: 1, first, page: told };
  };
  const idsOf = (state: State) => idsIn(state, MENTIONS);

  test("stand as told, page after page, and let go what is closed or out of sight", () => {
    const world = new World(dice(1));
    for (let n = 0; n < 4; n++) {
      world.position++;
      world.conversations.set(`c${n}`, conversation(`c${n}`, n, world.position));
    }
    let state = play(emptyState(), snapshot(world), page(world, ["c1", "c3"], "x", true));
    state = play(state, page(world, ["c3", "c0"], null, false));
    assert.deepEqual(idsOf(state), ["c1", "c3", "c0"]);
    const closed: AgentEvent = {
      kind: "conversation.changed", position: 9, at: 9, conversation: "c3",
      summary: { ...conversation("c3", 3, 9), status: "closed" },
    };
    const newer: AgentEvent = {
      kind: "message.created", position: 10, at: 10, conversation: "c2", summary: conversation("c2", 99, 10),
    };
    const left: AgentEvent = { kind: "left", position: 11, at: 11, conversation: "c1" };
    state = play(state, { kind: "events", cursor: "11", position: 11, events: [closed, newer, left] });
    assert.deepEqual(idsOf(state), ["c0"]);
  });

  test("what did not arrive goes when it is sent again or let be, whatever its conversation is", () => {
    const filter: Filter = { status: "any", view: "undelivered" };
    const world = new World(dice(1));
    for (let n = 0; n < 4; n++) {
      world.position++;
      const view = conversation(`c${n}`, n, world.position);
      world.conversations.set(view.id, { ...view, status: n === 3 ? "snoozed" : "open", trouble: "failed" });
    }
    const conversations = [...world.conversations.values()];
    const told = { conversations, before: null, position: world.position, read: {} };
    let state = play(emptyState(), snapshot(world), { kind: "list.page", filter, generation: 1, first: true, page: told });
    assert.deepEqual(idsIn(state, filter), ["c0", "c1", "c2", "c3"]);
    const { trouble, ...well } = conversations[0] as ConversationView;
    assert.equal(trouble, "failed");
    const [, second, third] = conversations as [ConversationView, ConversationView, ConversationView];
    for (const after of [well, { ...second, status: "closed" as const }, { ...third, status: "spam" as const }])
      state = play(state, {
        kind: "events", cursor: "c", position: ++world.position,
        events: [{ kind: "conversation.changed", position: world.position, at: 1, conversation: after.id, summary: { ...after, position: world.position } } as AgentEvent],
      });
    assert.deepEqual(idsIn(state, filter), ["c1", "c3"]);
  });

  test("are read again when the server says that one has moved", () => {
    const state = play(emptyState(), snapshot(new World(dice(1))));
    const moved = play(state, { kind: "private", private: { followed: { mentions: 2, watched: 100, undelivered: 3 } } });
    assert.deepEqual([moved.followed, moved.followedRound - state.followedRound], [{ mentions: 2, watched: 100, undelivered: 3 }, 1]);
    const changed = play(moved, { kind: "private", private: { changed: ["views"] } });
    assert.equal(changed.viewsRound - moved.viewsRound, 1);
  });
});

test("what was told while a page was on its way is newer than what the page says of watching", () => {
  const begun = play(emptyState(), snapshot(new World(dice(1))));
  const contact = { id: "pc1", name: "c1", position: 1, blocked_at: null, erased_at: null } as ContactView;
  const page = { conversation: conversation("c1", 1, 1), contact, position: 1, read: 0, drafts: {}, along: {}, watching: false };
  const comes = { kind: "conversation.loaded", generation: begun.generation, followedRound: begun.followedRound, page } as const;
  assert.equal(play(begun, comes).watching.get("c1"), false);
  const told = play(begun, { kind: "private", private: { watching: { c1: true } } });
  assert.equal(play(told, comes).watching.get("c1"), true);
  assert.equal(play(told, { ...comes, followedRound: told.followedRound }).watching.get("c1"), false, "asked for since");
});

describe("a list of what has waited long", () => {
  const LONG: Filter = { status: "open", waiting_over: 100, sort: "waiting" };

  test("takes in by the clock who has waited so long by now, known or told", () => {
    const world = new World(dice(1));
    const waits = (id: string, since: number) => ({ ...conversation(id, since, 1), waiting_since: since });
    for (const view of [waits("c1", 500), waits("c2", 640)]) world.conversations.set(view.id, view);
    const all = { conversations: [...world.conversations.values()], before: null, position: 1, read: {} };
    const none = { conversations: [], before: null, position: 1, read: {} };
    let state = play(
      emptyState(),
      snapshot(world),
      { kind: "list.page", filter: OPEN, generation: 1, first: true, page: all },
      { kind: "clock", now: 550 },
    );
    state = reduce(state, { kind: "list.page", filter: LONG, generation: 1, first: true, page: none }, 550);
    const idsAt = (now: number) => idsIn(play(state, { kind: "clock", now }), LONG);
    assert.deepEqual([idsAt(600), idsAt(601), idsAt(741)], [[], ["c1"], ["c1", "c2"]]);
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
    assert.deepEqual(idsIn(state, OPEN), []);
    const entered = {
      kind: "conversation.changed" as const,
      position: 9,
      at: 0,
      entered: true,
      conversation: view.id,
      summary: { ...view, position: 9 },
    };
    state = play(state, { kind: "events", cursor: "9", position: 9, events: [entered] });
    assert.deepEqual(idsIn(state, OPEN), [view.id]);
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
      assign_on_reply: false,
    };
    const base = play(emptyState(), snapshot(world), {
      kind: "pending.added",
      pending: { ...pending("k1", "note", { conversation: "c1" }), epoch: "a" },
    });
    const again = play(base, hello, snapshot(world));
    assert.deepEqual([again.pending.length, again.pending[0]?.epoch, again.epoch], [1, "a", "b"]);
  });
});

describe("who is on the site", () => {
  const rows = (told: Record<string, boolean>): Action => ({ kind: "signals", rows: told });

  test("is known of the rows that are shown, and of no others", () => {
    const told = play(emptyState(), rows({ a: true, b: true }), rows({ a: false, c: true }));
    assert.deepEqual([...told.onSite], ["b", "c"]);
    assert.deepEqual([...play(told, { kind: "rows.shown", ids: ["c", "d"] }).onSite], ["c"]);
    const cut = play(told, { kind: "connection", connection: "waiting", retryAt: null });
    assert.equal(cut.onSite.size, 0);
  });

  test("is a line where it is one's own, else a hint at the row that is let go in time", () => {
    const back = (conversation: string, own: boolean): Action => ({
      kind: "signals",
      back: { conversation, number: 1, contact: "Kim", own },
    });
    assert.equal(play(emptyState(), back("a", true)).back?.conversation, "a");
    const told = play(emptyState(), back("a", false));
    assert.equal(told.back, null);
    assert.deepEqual([...told.returned.keys()], ["a"]);
    assert.deepEqual([...reduce(told, back("b", false), RETURNED_FOR).returned.keys()], ["b"]);
  });
});

test("of what became of a message only an agent's choice is a line of the history, and whether she wants messages", () => {
  const actor = { kind: "agent" as const, id: "me", name: "Me" };
  const event = (position: number, kind: AgentEvent["kind"], changes: Record<string, unknown>): AgentEvent => ({
    kind,
    position,
    at: position,
    conversation: "c1",
    actor,
    changes,
  });
  const page: Action = {
    kind: "thread.page",
    conversation: "c1",
    generation: 1,
    which: "newest",
    page: { messages: [message("m", "c1", 1, 1)], lines: [], before: null, position: 1 },
  };
  const events = [
    event(2, "message.delivery", { delivery: "failed" }),
    event(3, "message.delivery", { choice: "again", message: "m" }),
    event(4, "leg.consent", { opted_out: true }),
    event(5, "message.files", { asked: true }),
  ];
  const state = play(emptyState(), snapshot(new World(dice(1))), page, { kind: "events", cursor: "5", position: 5, events });
  assert.deepEqual(
    state.threads.get("c1")?.lines.map((line) => line.position),
    [3, 4],
  );
});
