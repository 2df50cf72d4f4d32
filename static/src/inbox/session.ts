// Who is signed in at this browser.

import { signal } from "@preact/signals";
import type { AgentView, LinkSeen } from "../wire";
import { get, post, problemOf, remove } from "./api";
import { goLive, goQuiet } from "./live";
import { state } from "./store";

export type Session =
  { state: "asking" } | { state: "unreachable" } | { state: "out"; ended: boolean } | { state: "in"; agent: AgentView };

export const session = signal<Session>({ state: "asking" });

const ASK_AGAIN = 3000; // ms

function enter(agent: AgentView): void {
  // Another person at the same tab: nothing of the former one may stay in memory.
  if (state.value.me && state.value.me.id !== agent.id) return location.reload();
  session.value = { state: "in", agent };
  goLive();
}

export async function findSession(): Promise<void> {
  // The shell knows that nobody is: no question whose refusal would stand in the console.
  if (document.body.dataset.session === "none" && session.value.state === "asking") return leave(false);
  try {
    enter((await get<{ agent: AgentView }>("/session")).agent);
  } catch (error) {
    const { status } = problemOf(error);
    if (status === 401 || status === 403) return leave(false);
    session.value = { state: "unreachable" };
    setTimeout(() => void findSession(), ASK_AGAIN);
  }
}

export async function signIn(email: string, password: string, totp: string): Promise<void> {
  const body = { email, password, ...(totp ? { totp } : {}) };
  enter((await post<{ agent: AgentView }>("/session", body)).agent);
}

export interface LinkAnswer {
  password?: string;
  name?: string;
  email?: string;
  totp?: string;
}

export async function purposeOf(link: string): Promise<LinkSeen["purpose"]> {
  return (await post<LinkSeen>("/session/link/look", { link })).purpose;
}

export async function openLink(link: string, answer: LinkAnswer): Promise<void> {
  enter((await post<{ agent: AgentView }>("/session/link", { link, ...answer })).agent);
}

function leave(ended: boolean): void {
  session.value = { state: "out", ended };
}

export function sessionEnded(): void {
  if (session.value.state === "in") leave(true);
}

export async function signOut(): Promise<void> {
  goQuiet();
  await remove("/session").catch(() => undefined);
  // A fresh page: nothing of the former agent stays in memory.
  location.assign("/");
}
