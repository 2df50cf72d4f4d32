// What the sandbox page knows and asks: its half of gateway/sandbox/page.py.

export interface Persona {
  key: string;
  language: "en" | "ko";
  name: string;
  says: readonly string[];
  cross: boolean;
}

export type Role = "agent" | "supervisor" | "admin";
export type Speed = "slow" | "normal" | "fast";

export interface Happened {
  at: number;
  /** Empty: a browser nobody vouches for. */
  who: string;
  what: "came" | "wrote" | "read" | "went" | "back" | "left";
}

export interface Now {
  /** Another one after every start of the demo. */
  life: string;
  on: boolean;
  speed: Speed;
  /** Is an agent signed in? */
  watched: boolean;
  here: number;
  most: number;
  /** The newest first. */
  happened: readonly Happened[];
}

interface Known {
  path: string;
  /** The shop's page, under another name of this machine. */
  shop: string;
  people: readonly { role: Role; name: string }[];
  personas: readonly [Persona, ...Persona[]];
  pictures: readonly ("parcel" | "machine")[];
  state: Now;
}

export const known = JSON.parse(document.getElementById("sandbox")?.textContent ?? "{}") as Known;

const PATIENCE = 8_000; // ms

async function ask(what: string, body?: object): Promise<Response> {
  const sent = body && { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const answer = await fetch(`${known.path}/${what}`, { ...sent, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer;
}

/** Each rejects when the demo does not answer. */
export const look = async () => (await (await ask("state")).json()) as Now;
export const play = async (change: { on?: boolean; speed?: Speed }) => (await (await ask("play", change)).json()) as Now;
export const beginAnew = async () => void (await ask("again", {}));
export const picture = (name: string) => `${known.path}/pictures/${name}.png`;
