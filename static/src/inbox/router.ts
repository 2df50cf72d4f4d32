// Addresses of screens, by the History API.

import { computed, signal } from "@preact/signals";

export type Route =
  | { screen: "list"; name: string; id?: string }
  | { screen: "conversation"; number: string; message?: string }
  | { screen: "search"; query: string }
  | { screen: "notices" }
  | { screen: "settings"; page: string }
  | { screen: "link"; link: string };

const place = signal(location.pathname + location.search);

addEventListener("popstate", () => {
  place.value = location.pathname + location.search;
});

/** Addresses are typed, cut and forwarded by people: what is no escape stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function parseRoute(address: string): Route {
  const [path = "", search = ""] = address.split("?");
  const [first, second, third, fourth] = path.split("/").filter(Boolean).map(decoded);
  const asked = new URLSearchParams(search);
  const message = third === "m" && fourth ? fourth : asked.get("m");
  if (first === "c" && second) return { screen: "conversation", number: second, ...(message ? { message } : {}) };
  if (first === "list" && second) return { screen: "list", name: second, ...(third ? { id: third } : {}) };
  if (first === "search") return { screen: "search", query: asked.get("q") ?? "" };
  if (first === "notices") return { screen: "notices" };
  if (first === "settings") return { screen: "settings", page: second ?? "me" };
  if (first === "link") return { screen: "link", link: second ?? "" };
  return { screen: "list", name: "mine" };
}

export const route = computed(() => parseRoute(place.value));

export function go(address: string, { replace = false } = {}): void {
  if (address === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  place.value = address;
}

/** For `onClick` on links: our own screens open without loading the page; modified clicks stay the browser's. */
export function follow(event: MouseEvent): void {
  const link = (event.target as Element).closest("a");
  if (!link || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  if (link.origin !== location.origin || link.target || link.hasAttribute("download")) return;
  if (link.dataset.leave !== undefined) return;
  event.preventDefault();
  go(link.pathname + link.search);
}
