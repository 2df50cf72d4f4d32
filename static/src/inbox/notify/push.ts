// Being told while no tab is open: the browser's push service, subscribed to by a click in the settings, for this session.

import { signal } from "@preact/signals";
import type { PushTried, PushView } from "../../wire";
import { get, post, put, remove } from "../api";
import { ask } from "./desktop";
import { isOn, turn } from "./wishes";

/** `unknown`: not asked yet. */
export type PushState = "unknown" | "unsupported" | "not_allowed" | "denied" | "off" | "on" | "failed";

export const pushState = signal<PushState>("unknown");

function isSupported(): boolean {
  return "serviceWorker" in navigator && "PushManager" in window && typeof Notification !== "undefined";
}

/** Installs the service worker; it also says calmly that there is no connection. Asks nobody for anything. */
export async function startWorker(): Promise<void> {
  await navigator.serviceWorker?.register("/sw.js", { scope: "/" }).catch(() => undefined);
}

function asBytes(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

function isKeyOf(subscription: PushSubscription, key: string): boolean {
  const held = subscription.options.applicationServerKey;
  return held === null || String(new Uint8Array(held)) === String(asBytes(key));
}

async function manager(): Promise<PushManager> {
  // Without a worker `ready` would wait for ever.
  if (!(await navigator.serviceWorker.getRegistration("/"))) throw new Error("no service worker");
  return (await navigator.serviceWorker.ready).pushManager;
}

async function subscription(key: string): Promise<PushSubscription> {
  const pushManager = await manager();
  const before = await pushManager.getSubscription();
  if (before && isKeyOf(before, key)) return before;
  // Made for another deployment's key: it would never be told again.
  await before?.unsubscribe();
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: asBytes(key) });
}

async function tellServer(made: PushSubscription): Promise<void> {
  const { endpoint, keys } = made.toJSON();
  await put("/session/push", { endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } });
}

/** How it stands; where this browser was told and the server knows it no more (a new session), it is told again. */
export async function lookAtPush(): Promise<void> {
  if (!isSupported()) return void (pushState.value = "unsupported");
  const view = await get<PushView>("/session/push");
  if (!view.allowed) pushState.value = "not_allowed";
  else if (Notification.permission === "denied") pushState.value = "denied";
  else if (view.subscribed) pushState.value = "on";
  else if (isOn("push") && Notification.permission === "granted") await subscribe(view);
  else pushState.value = "off";
}

async function subscribe(view: PushView): Promise<void> {
  try {
    await tellServer(await subscription(view.key));
    pushState.value = "on";
    turn("push", true);
  } catch {
    pushState.value = "failed";
  }
}

/** Only ever from a click: the browser asks the person. */
export async function turnOn(): Promise<void> {
  if ((await ask()) !== "granted") return void (pushState.value = Notification.permission === "denied" ? "denied" : "off");
  await subscribe(await get<PushView>("/session/push"));
}

export async function turnOff(): Promise<void> {
  turn("push", false);
  pushState.value = "off";
  await remove("/session/push");
  await (await (await manager()).getSubscription())?.unsubscribe();
}

export async function tryOut(): Promise<PushTried["outcome"]> {
  const { outcome } = await post<PushTried>("/session/push/test");
  if (outcome === "gone") {
    turn("push", false);
    pushState.value = "off";
  }
  return outcome;
}
