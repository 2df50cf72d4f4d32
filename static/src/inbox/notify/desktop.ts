// Notifications of the operating system, while a tab is open. Permission is asked for by a click in the settings alone.

import { signal } from "@preact/signals";
import { go } from "../router";

export type Permission = NotificationPermission | "unsupported";

function now(): Permission {
  return typeof Notification === "undefined" ? "unsupported" : Notification.permission;
}

export const permission = signal<Permission>(now());

/** It may be changed in the browser's own settings meanwhile. */
export function lookAgain(): void {
  permission.value = now();
}

/** Only ever from a click. */
export async function ask(): Promise<Permission> {
  if (permission.value !== "unsupported") await Notification.requestPermission();
  lookAgain();
  return permission.value;
}

export interface Shown {
  title: string;
  body: string;
  /** What is told of the same thing later takes its place. */
  tag: string;
  to: string;
}

async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  const found = await navigator.serviceWorker?.getRegistration("/").catch(() => undefined);
  return found?.active ? found : undefined;
}

/** By the service worker where there is one: phones allow no other way, and it survives the tab. Silent: the sound is ours. */
export async function show({ title, body, tag, to }: Shown): Promise<void> {
  if (now() !== "granted") return;
  const options = { body, tag, lang: document.documentElement.lang, silent: true };
  const worker = await registration();
  if (worker) {
    await worker.showNotification(title, { ...options, data: { to }, ...({ renotify: true } as object) });
    return;
  }
  const shown = new Notification(title, options);
  shown.onclick = () => {
    window.focus();
    go(to);
    shown.close();
  };
}

/** What has been read needs no notification any more. */
export async function withdraw(tag: string): Promise<void> {
  for (const shown of (await (await registration())?.getNotifications({ tag })) ?? []) shown.close();
}
