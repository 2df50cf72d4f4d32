// Slack's own markup (messaging/formatting-message-text): parsed into pieces, drawn by text.tsx.

export type Piece =
  | { kind: "words"; text: string; marks: readonly Mark[] }
  | { kind: "code"; text: string }
  | { kind: "pre"; text: string }
  | { kind: "link"; url: string; text: string }
  | { kind: "person"; id: string }
  | { kind: "channel"; name: string }
  | { kind: "everybody"; name: string }
  /** A moment (UTC ms), which each reader sees as `format` says, in her own time. */
  | { kind: "moment"; at: number; format: string }
  | { kind: "quote"; pieces: readonly Piece[] };

export type Mark = "b" | "i" | "s";

const MARKS: Readonly<Record<string, Mark>> = { "*": "b", _: "i", "~": "s" };
const EMOJI: Readonly<Record<string, string>> = {
  bell: "🔔",
  coffee: "☕",
  envelope: "✉️",
  eyes: "👀",
  hourglass_flowing_sand: "⏳",
  lock: "🔒",
  memo: "📝",
  paperclip: "📎",
  raised_hands: "🙌",
  robot_face: "🤖",
  rotating_light: "🚨",
  speech_balloon: "💬",
  star: "⭐",
  tada: "🎉",
  telephone_receiver: "📞",
  thumbsup: "👍",
  warning: "⚠️",
  white_check_mark: "✅",
  x: "❌",
  zzz: "💤",
};

/** `:name:` as a picture, or as it is where we have none. */
export const emoji = (name: string): string => EMOJI[name] ?? `:${name}:`;

const plain = (text: string) =>
  text
    .replace(/:([a-z0-9_+-]+):/g, (_, name: string) => emoji(name))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** Lines that begin with `>` are quoted; the rest is one run after the other. */
export function piecesOf(text: string): Piece[] {
  const found: Piece[] = [];
  const runs = text.split(/```/);
  runs.forEach((run, place) => {
    if (place % 2 === 1 && place < runs.length - 1) found.push({ kind: "pre", text: plain(run.replace(/^\n|\n$/g, "")) });
    else found.push(...quoted(place % 2 === 1 ? `\`\`\`${run}` : run));
  });
  return found;
}

function quoted(run: string): Piece[] {
  const found: Piece[] = [];
  let lines: string[] = [];
  let inside = false;
  const flush = () => {
    if (lines.length === 0) return;
    const pieces = inline(lines.join("\n"));
    if (inside) found.push({ kind: "quote", pieces });
    else found.push(...pieces);
    lines = [];
  };
  for (const line of run.split("\n")) {
    const begins = /^(?:&gt;|>) ?/.exec(line);
    if (!!begins !== inside) {
      flush();
      inside = !!begins;
    }
    lines.push(begins ? line.slice(begins[0].length) : line);
  }
  flush();
  return found;
}

const TOKEN = /`([^`\n]+)`|<([^<>]+)>|(?<![\p{L}\p{N}])([*_~])(?=\S)((?:(?!\3)[^\n])*[^\s])\3(?![\p{L}\p{N}])/u;

function inline(text: string, marks: readonly Mark[] = []): Piece[] {
  const found: Piece[] = [];
  let rest = text;
  for (;;) {
    const hit = TOKEN.exec(rest);
    if (!hit) break;
    if (hit.index > 0) found.push({ kind: "words", text: plain(rest.slice(0, hit.index)), marks });
    const [whole, code, angle, sign, within] = hit;
    if (code !== undefined) found.push({ kind: "code", text: plain(code) });
    else if (angle !== undefined) found.push(pointed(angle));
    else found.push(...inline(within ?? "", [...marks, MARKS[sign ?? "*"] ?? "b"]));
    rest = rest.slice(hit.index + whole.length);
  }
  if (rest) found.push({ kind: "words", text: plain(rest), marks });
  return found;
}

function pointed(angle: string): Piece {
  const [target = "", label] = angle.split("|");
  if (target.startsWith("@")) return { kind: "person", id: target.slice(1) };
  if (target.startsWith("#")) return { kind: "channel", name: label ?? target.slice(1) };
  if (target.startsWith("!")) {
    const [, seconds, format] = /^!date\^(\d+)\^([^^]+)/.exec(target) ?? [];
    return format ? { kind: "moment", at: Number(seconds) * 1000, format } : { kind: "everybody", name: target.slice(1) };
  }
  return { kind: "link", url: plain(target), text: plain(label ?? target) };
}
