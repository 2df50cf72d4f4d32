// Acts on their way to the server: shown at once, told again after every reconnect until answered, kept over a reload.

import type { AttachmentView, Command, ProblemView } from "../../wire";
import { newId } from "../../shared/ids";
import { keptIn } from "../../shared/clientstore";
import { noAnswer } from "../api";
import { dispatch, state } from "../store";
import type { Pending } from "../store/state";

/** How long an answer may take on a connection that seems to be up, before that connection is doubted. */
const ANSWER_WITHIN = 12_000; // ms

const UNAVAILABLE = 503;
const LATER = 3000; // ms

/** Repeating these could do a second thing; a lost answer is shown instead, and the agent looks and decides. */
const ONCE = new Set([
  "merge",
  "split",
  "undo_merge",
  "merge_contacts",
  "split_contact",
  "make_tag",
  "start",
  "undo_send",
  "send_now",
  "send_later",
  "bulk",
  "undo_bulk",
  "send_again",
  "let_be",
  "fetch_again",
  "resume_account",
  "invite",
  "send_code",
  "send_transcript",
  "confirm_code",
  "make_link_code",
]);

/** These carry a client_id, so the server knows a repeat. */
const WITH_CLIENT_ID = new Set(["reply", "note", "start", "send_transcript"]);

type Answer = Record<string, unknown>;
interface Waiter {
  resolve: (value: Answer) => void;
  reject: (problem: ProblemView) => void;
}

const kept = keptIn(() => sessionStorage, "parley.unsent.");
const waiters = new Map<string, Waiter>();
const told = new Map<string, number>();
let speak: (frame: Command) => boolean = () => false;
let doubt: () => void = () => undefined;

export function useSocket(socket: { send: (frame: Command) => boolean; renew: () => void }): void {
  speak = (frame) => socket.send(frame);
  doubt = () => socket.renew();
  setInterval(watchAnswers, 3000);
}

function transmit(one: Pending): void {
  const seen = "seen" in one.args ? { seen: seenOf(one) } : {};
  const args = { ...one.args, ...seen };
  if (speak({ kind: "command", id: one.id, name: one.name, args })) told.set(one.id, Date.now());
}

/** What its author had seen, as a position of this epoch: of what stands there since a restore, nothing. */
export function seenOf(one: Pending): number {
  return one.epoch === state.value.epoch ? Number(one.args.seen ?? 0) : 0;
}

function watchAnswers(): void {
  const now = Date.now();
  for (const at of told.values()) {
    if (now - at > ANSWER_WITHIN) {
      told.clear();
      return doubt();
    }
  }
}

function keep(): void {
  const agent = state.value.me?.id;
  if (agent)
    kept.write(
      agent,
      state.value.pending.filter((one) => one.settlesAt === null && !ONCE.has(one.name)),
    );
}

/** Does it; the answer's value when somebody waits for it. The promise rejects with the problem. `shown` stands on the row
 *  until the server has it. */
export function act(
  name: string,
  args: Record<string, unknown>,
  shown: { files?: readonly AttachmentView[]; words?: string } = {},
): Promise<Answer> {
  const id = newId();
  const whole = WITH_CLIENT_ID.has(name) ? { ...args, client_id: id } : args;
  const pending: Pending = {
    id,
    name,
    args: whole,
    at: Date.now(),
    epoch: state.value.epoch,
    state: "waiting",
    problem: null,
    files: shown.files ?? [],
    ...(shown.words === undefined ? {} : { words: shown.words }),
    settlesAt: null,
  };
  const answer = new Promise<Answer>((resolve, reject) => waiters.set(id, { resolve, reject }));
  // Whoever does not wait reads the failure on the row itself.
  answer.catch(() => undefined);
  dispatch({ kind: "pending.added", pending });
  keep();
  transmit(pending);
  return answer;
}

export function retry(id: string, change: Record<string, unknown> = {}): void {
  const one = state.value.pending.find((pending) => pending.id === id);
  if (!one) return;
  const args = { ...one.args, ...("seen" in one.args ? { seen: seenOf(one) } : {}), ...change };
  const { epoch } = state.value;
  dispatch({ kind: "pending.again", id, args, epoch });
  keep();
  transmit({ ...one, args, epoch });
}

export function discard(id: string): void {
  told.delete(id);
  waiters.delete(id);
  dispatch({ kind: "pending.dropped", id });
  keep();
}

/** Where the log shows what the act made; the server tells it of every act that is one. */
function positionOf(value: Answer): number | null {
  return typeof value.position === "number" ? value.position : null;
}

/** Answers of the socket; false for ids that are not ours. */
export function settle(id: string, value: Answer): boolean {
  told.delete(id);
  const waiter = waiters.get(id);
  waiters.delete(id);
  // The message that it made may have come before, and taken its row's place: whoever waits is answered all the same.
  waiter?.resolve(value);
  if (!state.value.pending.some((one) => one.id === id)) return waiter !== undefined;
  dispatch({ kind: "pending.settled", id, position: positionOf(value) });
  keep();
  return true;
}

export function refuse(id: string, problem: ProblemView): boolean {
  told.delete(id);
  if (problem.status === UNAVAILABLE && sayLater(id)) return true;
  const waiter = waiters.get(id);
  waiters.delete(id);
  const one = state.value.pending.find((pending) => pending.id === id);
  if (!one) return false;
  // Whoever asked for these waits for the answer and says the failure; the others keep it on their row.
  dispatch(ONCE.has(one.name) ? { kind: "pending.dropped", id } : { kind: "pending.failed", id, problem });
  keep();
  waiter?.reject(problem);
  return true;
}

/** The server's database is gone for now: nothing was done, and saying it again is right. */
function sayLater(id: string): boolean {
  const one = state.value.pending.find((pending) => pending.id === id);
  if (!one || ONCE.has(one.name)) return false;
  setTimeout(() => {
    if (state.value.pending.some((pending) => pending.id === id && pending.state === "waiting")) transmit(one);
  }, LATER);
  return true;
}

/** After hello: whatever is unanswered is said again, in its order. */
export function resend(): void {
  restore();
  for (const one of state.value.pending) {
    if (one.state !== "waiting" || one.settlesAt !== null) continue;
    if (ONCE.has(one.name) && told.has(one.id)) refuse(one.id, { ...noAnswer(), text: "errors.answer_lost" });
    else transmit(one);
  }
}

let restored = "";

/** What this tab had not sent when it was reloaded; only ever the same agent's. */
function restore(): void {
  const agent = state.value.me?.id;
  if (!agent || restored === agent) return;
  restored = agent;
  for (const pending of kept.read<Pending[]>(agent) ?? []) {
    if (!state.value.pending.some((one) => one.id === pending.id)) dispatch({ kind: "pending.added", pending });
  }
}

export function hasUnsent(): boolean {
  return state.value.pending.some((one) => one.settlesAt === null && (one.name === "reply" || one.name === "note"));
}
