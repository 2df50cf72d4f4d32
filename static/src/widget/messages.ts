// What the page's script (loader.ts) and the chat window (main.tsx, in a frame of our own origin) say to each other.
// Both check origin and source of every message; nothing of this crosses the network.

/** From the page to the window. */
export type ToWindow =
  | { parley: 1; kind: "init"; vouch: string | null; claims: Claims; shown: boolean; modal: boolean }
  /** The page names its user anew: a signed token, or nobody. */
  | { parley: 1; kind: "person"; vouch: string | null }
  | { parley: 1; kind: "claims"; claims: Claims }
  /** Is the window to be seen, and does it cover the whole screen? */
  | { parley: 1; kind: "shown"; shown: boolean; modal: boolean };

/** From the window to the page. */
export type ToPage =
  | { parley: 1; kind: "ready" }
  | { parley: 1; kind: "state"; unread: number; live: boolean; named: boolean }
  | { parley: 1; kind: "close" }
  /** A picture is looked at: the window takes the whole screen, and gives it back. */
  | { parley: 1; kind: "wide"; wide: boolean }
  /** The vouch is over, or was not believed: the page may bring a fresh one. */
  | { parley: 1; kind: "vouch" };

/** What the page says of the person without a signature: name, email ... Shown to agents as unproven. */
export type Claims = Record<string, string>;

/** What the button needs before the window is opened; made by the server from the account's settings. */
export interface Dress {
  account: string;
  /** The brand's colour and what goes with it, by the names of the style sheet. */
  colours: Readonly<Record<string, string>>;
  side: "left" | "right";
  /** px from the side and from the bottom. */
  offset: readonly [number, number];
  /** The drawing on the button: an SVG path, 24 by 24. */
  icon: string;
  /** The language that the account insists on; empty: the page's. */
  language: string;
  /** Pages that may embed the chat. */
  origins: readonly string[];
}
