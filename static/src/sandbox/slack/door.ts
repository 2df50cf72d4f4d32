// What the workspace's page knows and asks: its half of gateway/sandbox/slack/page.py.

import { hear } from "../hear";
import type { Role } from "../door";
import type { Block, Values } from "./kit";

export interface Person {
  name: string;
  guest: boolean;
  /** Of another organisation. */
  stranger: boolean;
  app: boolean;
}

export interface Channel {
  id: string;
  name: string;
  kind: "public" | "private" | "im";
  shared: boolean;
  topic: string;
  archived: boolean;
  members: readonly string[];
  unread: number;
}

export interface Shared {
  name: string;
  type: string;
  size: number;
  url: string;
}

export interface Entry {
  id: string;
  /** UTC ms. */
  at: number;
  who: string;
  picture?: string;
  text: string;
  blocks: readonly Block[];
  app: boolean;
  /** Only she sees it. */
  whisper?: boolean;
  mine?: boolean;
  guest?: boolean;
  stranger?: boolean;
  system?: boolean;
  gone?: boolean;
  edited?: boolean;
  answers?: number;
  answered?: number;
  reactions?: readonly { name: string; count: number; mine: boolean }[];
  files?: readonly Shared[];
}

export interface View {
  id: string;
  hash: string;
  title: { text: string } | null;
  submit: { text: string } | null;
  close: { text: string } | null;
  blocks: readonly Block[];
  values: Values;
  /** Block -> what is wrong with it. */
  errors: Readonly<Record<string, string>>;
}

export interface Weather {
  sky: "fair" | "storm";
  down: boolean;
  slow: boolean;
  revoked: boolean;
  /** Of Parley's, that stand. */
  sockets: number;
  /** How often Parley has called. */
  calls: number;
  /** What it was never told. */
  lost: number;
}

export interface Now {
  life: string;
  /** Whose screen it is, and which channel (empty: her home tab) and thread stand open on it. */
  user: string;
  channel: string;
  thread: string;
  people: Readonly<Record<string, Person>>;
  channels: readonly Channel[];
  entries: readonly Entry[];
  replies: readonly Entry[];
  modal: View | null;
  home: View | null;
  weather: Weather;
}

interface Known {
  path: string;
  people: readonly { role: Role; name: string }[];
  /** Whom one may be. */
  residents: readonly [string, ...string[]];
  reactions: readonly string[];
  command: string;
  /** What the app has put into the menus of everything and of a message. */
  shortcuts: { all: { callback: string; name: string }; message: { callback: string; name: string } };
  /** Bytes of a file. */
  largest: number;
  state: Now;
}

export const known = JSON.parse(document.getElementById("sandbox")?.textContent ?? "{}") as Known;

const PATIENCE = 10_000; // ms
const HOME = `${known.path}/slack`;

/** Who one is, and what stands open: an empty channel is her home tab, an empty thread none. */
export interface Place {
  user: string;
  channel: string;
  thread: string;
}

/** Hears what there is to see for as long as the answer is not called. */
export function listen(place: Place, told: (now: Now) => void, failed: () => void): () => void {
  return hear(`${HOME}/live?${new URLSearchParams({ ...place })}`, told, failed);
}

async function post(what: string, body: BodyInit, type: string): Promise<Response> {
  const answer = await fetch(`${HOME}/${what}`, {
    method: "POST",
    body,
    headers: { "Content-Type": type },
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer;
}

const tell = async (what: string, body: object) => void (await post(what, JSON.stringify(body), "application/json"));

/** Whether Parley has acknowledged it in time. */
async function ask(what: string, body: object): Promise<boolean> {
  const answer = await post(what, JSON.stringify(body), "application/json");
  return ((await answer.json()) as { heard: boolean }).heard;
}

/** Each rejects when the demo does not take it. */
export const say = (place: Place, text: string) => tell("say", { ...place, text });
export const edit = ({ user, channel }: Place, ts: string, text: string) => tell("edit", { user, channel, ts, text });
export const remove = ({ user, channel }: Place, ts: string) => tell("delete", { user, channel, ts });
export const react = ({ user, channel }: Place, ts: string, name: string) => tell("react", { user, channel, ts, name });
export const openHome = (user: string) => tell("home", { user });
export const close = (user: string, view: string) => tell("close", { user, view });
export const change = (weather: Partial<Pick<Weather, "sky" | "down" | "slow" | "revoked">>) => tell("weather", weather);
export type Fault = "busy" | "broken" | "cut_after" | "refresh" | "cut";
export const plan = (fault: Fault) => tell("plan", { fault });

export interface Pressed {
  block: string;
  action: string;
  value: string | null;
}

export const press = ({ user, channel }: Place, ts: string, pressed: Pressed) =>
  ask("press", { user, channel, ts, ...pressed });
export const command = ({ user, channel }: Place, text: string) => ask("command", { user, channel, text });
export const shortcut = (user: string, callback: string) => ask("shortcut", { user, callback });
export const messageShortcut = ({ user, channel }: Place, ts: string, callback: string) =>
  ask("shortcut", { user, callback, channel, ts });
export const submit = (user: string, view: string, values: object) => ask("submit", { user, view, values });
export const pressInView = (user: string, view: string, values: object, pressed: Pressed) =>
  ask("press-in-view", { user, view, values, ...pressed });
export const send = (place: Place, file: File, text: string) =>
  post(`send?${new URLSearchParams({ ...place, name: file.name, text })}`, file, file.type || "application/octet-stream");
