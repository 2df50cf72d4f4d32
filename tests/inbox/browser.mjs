// The inbox's own store, without a page: reads two lives of one tab from each line of its input, JSON, and answers with
// what of them differs. `lived` is everything a tab was told and asked for, over all its cuts; `refreshed` what it asked
// for in the end; `fresh` a new tab's beginning. See browser.py.

import { createInterface } from "node:readline";
import { reduce } from "../../static/src/inbox/store/reduce";
import { emptyState } from "../../static/src/inbox/store/state";

const play = (state, actions) => actions.reduce((now, action) => reduce(now, action, 0), state);
const byKey = (map) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
// A name is taken from the contact when it is drawn.
const nameless = (view, who) => (view ? { ...view, [who]: { ...view[who], name: "" } } : view);

function listed(state) {
  const views = [...state.conversations].filter(([, view]) => view.merged_into === null);
  return byKey(views.map(([id, view]) => [id, { ...view, preview: nameless(view.preview, "author") }]));
}

function own(state) {
  const ids = Object.keys(listed(state));
  const unsent = [...state.drafts]
    .map(([id, texts]) => [id, Object.fromEntries(Object.entries(texts).filter(([, text]) => text))])
    .filter(([, texts]) => Object.keys(texts).length > 0);
  return { preferences: state.preferences, unsent: byKey(unsent), read: ids.map((id) => [id, state.read.get(id) ?? -1]) };
}

function thread({ rows, lines }) {
  return {
    messages: rows.map((row) => nameless(row.message, "author")),
    // The message itself says that it was erased: no line is drawn.
    lines: lines.filter((line) => line.kind !== "message.erased").map((line) => nameless(line, "actor")),
  };
}

const lists = (state) => byKey([...state.lists].map(([name, list]) => [name, list.ids]));

/** What is known, as far as both must know it. `names` and `ids`: the lists and histories that the older one has read. */
function picture(state, names, ids) {
  return {
    position: state.position,
    counts: byKey(state.counts),
    directory: state.directory,
    listed: listed(state),
    own: own(state),
    lists: Object.fromEntries(Object.entries(lists(state)).filter(([name]) => names.includes(name))),
    threads: byKey([...state.threads].filter(([id]) => ids.includes(id)).map(([id, one]) => [id, thread(one)])),
  };
}

/** Objects by their keys' order, so that equal ones are written alike. */
const written = (value) =>
  JSON.stringify(value, (_, one) =>
    one && typeof one === "object" && !Array.isArray(one) ? byKey(new Map(Object.entries(one))) : one,
  );

function difference({ lived, refreshed, fresh }) {
  const old = play(emptyState(), lived);
  const known = play(old, refreshed);
  const anew = play(emptyState(), fresh);
  const names = [...old.lists].filter(([, list]) => list.phase === "ready").map(([name]) => name);
  const ids = [...known.threads].filter(([id, one]) => !one.stale && listed(known)[id]).map(([id]) => id);
  const [one, other] = [picture(known, names, ids), picture(anew, names, ids)];
  const parts = Object.keys(one).filter((part) => written(one[part]) !== written(other[part]));
  // A list that was read stays true by events alone: it is looked at before anything was read again.
  if (written(lists(old)) !== written(picture(anew, names, []).lists)) parts.push("lists by events alone");
  return parts.map((part) => [part, one[part] ?? lists(old), other[part] ?? lists(anew)]);
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(difference(JSON.parse(line)))}\n`);
}
