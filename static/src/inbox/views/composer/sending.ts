// What may be sent, why not, and the sending itself.

import { largest } from "../../../shared/files";
import { numbers } from "../../../shared/formats";
import type { ConversationView } from "../../../wire";
import { runMacro, say } from "../../commands";
import { keepDraft } from "../../commands/drafts";
import { known } from "../../store";
import type { Mode } from "../../store/state";
import { language, t } from "../../words";
import type { Way } from "../conversation/composing";
import { seenIn } from "../conversation/seen";
import { replyingTo } from "../conversation/selection";
import { takeFiles, type Upload } from "../conversation/uploads";
import { asSentLetter, wrongIn } from "../mail/letter";
import { placeWords } from "./act-words";
import { type Along, asSent, clearAlong, hasActs } from "./along";
import { openLink, withoutEmptyLinks } from "./lines";
import { mentionsIn, type Named } from "./mentions";
import { type Gap, gapsIn } from "./places";

/** A message in the making. */
export interface Writing {
  view: ConversationView;
  mode: Mode;
  way: Way;
  place: string;
  text: string;
  files: readonly Upload[];
  along: Along;
  /** Who may be named here. */
  people: readonly Named[];
  named: Readonly<Record<string, string>>;
}

export interface Obstacle {
  /** Why it is not sent, in words; empty where there is simply nothing yet. */
  text: string;
  /** What to look at. */
  gap?: Pick<Gap, "from" | "to">;
  /** Said at once, not only when it is sent. */
  always?: boolean;
  /** It may be pressed, and is told then: nothing else on the screen says why. */
  askable?: boolean;
}

export function longestOf({ mode, way }: Pick<Writing, "mode" | "way">): number {
  const { text_length } = known.limits;
  return mode === "note" ? text_length : Math.min(way.account?.capabilities.text_length ?? text_length, text_length);
}

/** Nothing is written, and there is something to do. */
export function actsAlone({ macro, acts }: Along): boolean {
  return macro !== null && hasActs(acts);
}

function number(n: number): string {
  return numbers(language.value).format(n);
}

/** Files go with these words by this channel? A changed leg may think otherwise than the one they were added for. */
export function filesObstacle({ mode, way, text, files }: Writing): string | null {
  const can = mode === "public" ? way.account?.capabilities : undefined;
  const done = files.flatMap((file) => file.done ?? []);
  if (!can || done.length === 0) return null;
  if (done.length > can.attachment_count) return t("upload.too_many", { n: can.attachment_count });
  const wrong = done.find((file) => file.size > largest(can.attachments, file.mime));
  if (wrong) return t("upload.not_here", { name: wrong.name });
  return text.trim() && !can.captions ? t("upload.no_captions") : null;
}

/** May one message go to several there? */
export function takesSeveral({ account }: Pick<Way, "account">): boolean {
  return (account?.capabilities.recipients ?? 1) > 1;
}

/** Is a mail being written? */
export function isLetterTo({ mode, way }: Pick<Writing, "mode" | "way">): boolean {
  return mode === "public" && takesSeveral(way);
}

/** Is it said to whom it goes? */
function letterObstacle({ letter }: Along): string | null {
  const wrong = wrongIn(letter);
  if (wrong) return t("mail.not_address", { address: wrong });
  return letter?.to?.length === 0 ? t("mail.to_nobody") : null;
}

/** Why it cannot be sent as it stands; null when it can. */
export function obstacleTo(writing: Writing): Obstacle | null {
  const { mode, way, text, files, along } = writing;
  if (mode === "public" && way.closed) return { text: "" };
  const over = [...text].length - longestOf(writing);
  if (over > 0)
    return { text: t("composer.too_long", { n: number(over), most: number(longestOf(writing)) }), always: true };
  const wrong = filesObstacle(writing);
  if (wrong) return { text: wrong, always: true };
  // What was refused is not left behind in silence: the words may speak of it.
  const refused = files.find((file) => file.failed);
  if (refused) {
    const key = refused.failed?.again ? "upload.holds_again" : "upload.holds";
    return { text: t(key, { name: refused.file.name }), always: true };
  }
  if (files.some((file) => !file.done)) return { text: t("upload.wait") };
  if (!text.trim() && !files.some((file) => file.done) && !actsAlone(along)) return { text: "" };
  const astray = isLetterTo(writing) ? letterObstacle(along) : null;
  if (astray) return { text: astray, askable: true };
  const [gap] = gapsIn(text);
  if (gap) return { text: t("macro.gap", { name: placeWords(gap.name) }), gap };
  const open = isLetterTo(writing) ? openLink(text) : null;
  return open && { text: t("mail.link_open"), gap: open };
}

/** Sends what has no obstacle. Words that went leave the draft; without words, what is to be done is done. */
export function sendFrom({ view, mode, way, place, text, along, people, named }: Writing, at?: number): void {
  const { id } = view;
  const words = (isLetterTo({ mode, way }) ? withoutEmptyLinks(text) : text).trim();
  const files = takeFiles(place);
  const acts = asSent(along.acts);
  const quoted = replyingTo.value?.conversation === id ? replyingTo.value.message.id : null;
  if (!words && files.length === 0) {
    if (along.macro) void runMacro(id, along.macro, acts);
  } else {
    say(id, mode, {
      text: words,
      files,
      seen: seenIn(id),
      leg: view.leg,
      replyTo: quoted,
      // Without words of its own it would be sent the macro's.
      macro: words ? along.macro : null,
      acts: along.macro || hasActs(along.acts) ? acts : null,
      ...(isLetterTo({ mode, way }) ? { letter: asSentLetter(along.letter) } : {}),
      ...(at === undefined ? {} : { at }),
      mentions: mode === "note" ? [...new Set(mentionsIn(text, people, named).map((one) => one.id))] : [],
    });
    replyingTo.value = null;
  }
  clearAlong(place);
  keepDraft(id, mode, "", 0);
}
