// The inbox's service worker: shows what the server pushes while no tab is open, and says calmly that there is no
// connection where the browser would show its own page. It keeps nothing: no answer, no page, no word of anybody.

import english from "../../i18n/notices.en.json";
import korean from "../../i18n/notices.ko.json";
import { chooseLanguage, type Language, makeWords } from "../../shared/i18n";
import { particle } from "../../shared/particles";
import { isOurs, toldBy, type Pushed } from "./pushed";

interface Waiting extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface PushEvent extends Waiting {
  readonly data: { json(): unknown } | null;
}
interface NotificationEvent extends Waiting {
  readonly notification: Notification;
}
interface FetchEvent extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
interface SubscriptionChange extends Waiting {
  readonly oldSubscription: PushSubscription | null;
  readonly newSubscription: PushSubscription | null;
}
interface Client {
  readonly url: string;
  readonly focused: boolean;
  focus(): Promise<unknown>;
  postMessage(message: unknown): void;
}
/** What TypeScript's DOM knows nothing of. */
interface Worker_ {
  readonly registration: ServiceWorkerRegistration;
  readonly location: Location;
  readonly clients: {
    matchAll(how: { type: "window"; includeUncontrolled: boolean }): Promise<readonly Client[]>;
    openWindow(url: string): Promise<unknown>;
    claim(): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(kind: "install" | "activate", listener: (event: Waiting) => void): void;
  addEventListener(kind: "push", listener: (event: PushEvent) => void): void;
  addEventListener(kind: "notificationclick", listener: (event: NotificationEvent) => void): void;
  addEventListener(kind: "fetch", listener: (event: FetchEvent) => void): void;
  addEventListener(kind: "pushsubscriptionchange", listener: (event: SubscriptionChange) => void): void;
}

const worker = self as unknown as Worker_;

function wordsIn(preferred: string) {
  const language: Language = chooseLanguage(preferred, navigator.languages);
  const words = makeWords<keyof typeof english>(particle);
  words.use(language, language === "ko" ? korean : english);
  return words;
}

worker.addEventListener("install", (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

// --- push ------------------------------------------------------------------------------------------------------------

function readPush(event: PushEvent): Pushed {
  try {
    return (event.data?.json() ?? {}) as Pushed;
  } catch {
    return {};
  }
}

worker.addEventListener("push", (event) => {
  const pushed = readPush(event);
  const words = wordsIn(pushed.language ?? "");
  const { title, body, tag, to } = toldBy(pushed, words);
  event.waitUntil(
    worker.registration.showNotification(title, {
      body,
      tag,
      lang: words.language(),
      data: { to },
      // The same conversation once more rings once more, in the place of what was shown of it.
      ...({ renotify: true } as object),
    }),
  );
});

async function open(to: string): Promise<void> {
  const tabs = await worker.clients.matchAll({ type: "window", includeUncontrolled: true });
  const ours = tabs.filter((tab) => isOurs(new URL(tab.url).pathname));
  const tab = ours.find((one) => one.focused) ?? ours[0];
  if (!tab) return void (await worker.clients.openWindow(to));
  await tab.focus();
  tab.postMessage({ kind: "open", to });
}

worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { to } = (event.notification.data ?? {}) as { to?: string };
  event.waitUntil(open(to ?? "/"));
});

// The browser has taken another endpoint: the server hears of it with this browser's own cookie, as from the page.
worker.addEventListener("pushsubscriptionchange", (event) => {
  const options = event.oldSubscription?.options;
  const renew = async () => {
    const fresh = event.newSubscription ?? (options && (await worker.registration.pushManager.subscribe(options)));
    if (!fresh) return;
    const { endpoint, keys } = fresh.toJSON();
    await fetch("/api/v1/session/push", {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ endpoint, keys: { p256dh: keys?.p256dh, auth: keys?.auth } }),
    });
  };
  event.waitUntil(renew().catch(() => undefined));
});

// --- no connection ---------------------------------------------------------------------------------------------------

const STYLE = `:root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-content:center;
justify-items:center;gap:12px;padding:24px;box-sizing:border-box;text-align:center;word-break:keep-all;
font:15px/1.5 system-ui,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR",sans-serif;
background:#f5f5f2;color:#1b1c1a}
h1{font-size:20px;margin:0}p{margin:0;max-width:340px}
a{padding:9px 18px;border-radius:8px;background:#0b6b5d;color:#fff;text-decoration:none;font-weight:600}
@media (prefers-color-scheme: dark){body{background:#131413;color:#ececea}}`;
const AGAIN = 5000; // ms
// Asks quietly until the server answers; whoever reads is not interrupted by a page that comes anew.
const ASKING = `const ask=()=>fetch("/healthz",{cache:"no-store"}).then(a=>a.ok&&location.reload(),()=>0);
setInterval(ask,${AGAIN});addEventListener("online",ask)`;

const NOTHING_ELSE = "base-uri 'none'; frame-ancestors 'none'";

/** A page of its own that needs no file. */
function offlinePage(): Response {
  const words = wordsIn("");
  const nonce = crypto.randomUUID();
  const html = `<!doctype html><html lang="${words.language()}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.t("offline.title")} · Parley</title><style nonce="${nonce}">${STYLE}</style></head>
<body><main><h1>${words.t("offline.title")}</h1><p>${words.t("offline.more")}</p>
<p><a href="">${words.t("offline.again")}</a></p></main><script nonce="${nonce}">${ASKING}</script></body></html>`;
  return new Response(html, {
    status: 503,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; ${NOTHING_ELSE}`,
    },
  });
}

// Only the inbox's own pages, and only their opening: everything else goes its way as if there were no worker.
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode !== "navigate" || request.method !== "GET" || !isOurs(new URL(request.url).pathname)) return;
  event.respondWith(fetch(request).catch(offlinePage));
});
