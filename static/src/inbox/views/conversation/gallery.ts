// Which picture or file is looked at whole, and what else of the conversation can be turned to from it.

import { signal } from "@preact/signals";
import type { AttachmentView, MessageView } from "../../../wire";
import type { Thread } from "../../store/state";

/** `among`: what it stands with where the conversation does not hold it (a message that is still on its way). */
export interface Looking {
  file: string;
  among: readonly AttachmentView[];
}

export const looking = signal<Looking | null>(null);

export interface Shown {
  file: AttachmentView;
  message: MessageView | null;
}

export function isPicture(file: AttachmentView): boolean {
  return file.inline && file.mime.startsWith("image/");
}

/** All pictures that are known of the conversation, in reading order. */
export function picturesOf(thread: Thread | undefined): Shown[] {
  return (thread?.rows ?? []).flatMap(({ message }) =>
    message.erased_at === null ? message.attachments.filter(isPicture).map((file) => ({ file, message })) : [],
  );
}

/** What is turned through from the picture that is looked at. */
export function turnedThrough({ file, among }: Looking, thread: Thread | undefined): Shown[] {
  const all = picturesOf(thread);
  if (all.some((one) => one.file.id === file)) return all;
  return among.filter(isPicture).map((one) => ({ file: one, message: null }));
}

const TEXTS = new Set(["text/plain", "text/csv", "text/calendar", "text/vcard"]);

/** Can it be read here without leaving? As words only, in nothing that could act. */
export function isText({ mime }: Pick<AttachmentView, "mime">): boolean {
  return TEXTS.has(mime);
}

export function isPdf({ mime }: Pick<AttachmentView, "mime">): boolean {
  return mime === "application/pdf";
}

export const reading = signal<AttachmentView | null>(null);
