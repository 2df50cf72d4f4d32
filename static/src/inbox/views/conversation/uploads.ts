// Files on their way into a message that is being written. They belong to the composer of one conversation and mode: what
// has gone up goes with the draft, to every device of the agent; what has not, and what was refused, stays in this tab.

import { signal } from "@preact/signals";
import { largest } from "../../../shared/files";
import { newId } from "../../../shared/ids";
import { upload, UploadFailed } from "../../../shared/upload";
import type { AttachmentView, CapabilitiesView } from "../../../wire";
import { alongIn, keepFiles } from "../../commands/along";
import { known } from "../../store";
import type { Mode } from "../../store/state";
import { problemText, t } from "../../words";

export interface Upload {
  key: string;
  file: File;
  share: number;
  done: AttachmentView | null;
  /** Why it did not go up, in words; `again` where trying again is right. */
  failed: { text: string; again: boolean } | null;
  stop: AbortController;
}

const uploads = signal<ReadonlyMap<string, readonly Upload[]>>(new Map());

function inPlace(place: string): [string, Mode] {
  const [conversation = "", mode] = place.split(" ");
  return [conversation, mode === "note" ? "note" : "public"];
}

/** Of a conversation that is still to begin: there is no draft with which they could go. */
export const BEGINNING = "new public";
const beginning = signal<readonly AttachmentView[]>([]);

function filesIn(place: string): readonly AttachmentView[] {
  return place === BEGINNING ? beginning.value : alongIn(...inPlace(place)).files;
}

function setFiles(place: string, files: readonly AttachmentView[]): void {
  if (place === BEGINNING) beginning.value = files;
  else keepFiles(...inPlace(place), files);
}

/** As it looks where it was not uploaded. */
function elsewhere(file: AttachmentView): Upload {
  const body = new File([], file.name, { type: file.mime });
  return { key: file.id, file: body, share: 1, done: file, failed: null, stop: new AbortController() };
}

/** What was put here in its order, then what came from elsewhere; what another device has taken away is gone. */
export function uploadsOf(place: string): readonly Upload[] {
  const [own, files] = [uploads.value.get(place) ?? [], filesIn(place)];
  const isKept = ({ done }: Upload) => done === null || files.some((file) => file.id === done.id);
  const isOwn = (file: AttachmentView) => own.some(({ done }) => done?.id === file.id);
  return [...own.filter(isKept), ...files.filter((file) => !isOwn(file)).map(elsewhere)];
}

function change(place: string, next: (list: readonly Upload[]) => readonly Upload[]): void {
  uploads.value = new Map(uploads.value).set(place, next(uploads.value.get(place) ?? []));
}

function update(place: string, key: string, part: Partial<Upload>): void {
  change(place, (list) => list.map((one) => (one.key === key ? { ...one, ...part } : one)));
}

/** As they were put here, whichever was up first; then what came from elsewhere. */
function inOrder(place: string, files: readonly AttachmentView[]): AttachmentView[] {
  const own = (uploads.value.get(place) ?? []).flatMap(({ done }) => files.find((file) => file.id === done?.id) ?? []);
  return [...own, ...files.filter((file) => !own.includes(file))];
}

type Then = (file: AttachmentView) => void;

async function send(place: string, one: Upload, then?: Then): Promise<void> {
  try {
    const { attachment } = await upload<{ attachment: AttachmentView }>("/api/v1/uploads", one.file, {
      onProgress: (share) => update(place, one.key, { share }),
      signal: one.stop.signal,
    });
    update(place, one.key, { done: attachment, share: 1 });
    setFiles(place, inOrder(place, [...filesIn(place), attachment]));
    then?.(attachment);
  } catch (error) {
    if (!(error instanceof UploadFailed)) return;
    const { problem } = error;
    const again = problem.status === 0 || problem.status >= 500;
    update(place, one.key, { failed: { text: again ? t("upload.interrupted") : problemText(problem), again } });
  }
}

/** Why the file cannot go this way; null when it can. A note takes whatever the server takes. */
function objection(file: File, capabilities: CapabilitiesView | null): string | null {
  const limit = capabilities
    ? Math.min(largest(capabilities.attachments, file.type || "application/octet-stream"), known.limits.upload_bytes)
    : known.limits.upload_bytes;
  if (limit === 0) return t("upload.kind");
  return file.size > limit ? t("upload.too_large", { limit: Math.floor(limit / 1_000_000) }) : null;
}

/** `instead` of that one, in its place; what is more than one follows at the end. `then`: when each is up. */
export function addFiles(
  place: string,
  files: readonly File[],
  capabilities: CapabilitiesView | null,
  instead?: string,
  then?: Then,
): void {
  const most = capabilities
    ? Math.min(capabilities.attachment_count, known.limits.upload_count)
    : known.limits.upload_count;
  for (const [n, file] of files.entries()) {
    const over = n === 0 ? instead : undefined;
    const others = uploadsOf(place).filter((one) => one.key !== over).length;
    const text = others >= most ? t("upload.too_many", { n: most }) : objection(file, capabilities);
    const one: Upload = {
      key: newId(),
      file,
      share: 0,
      done: null,
      failed: text === null ? null : { text, again: false },
      stop: new AbortController(),
    };
    change(place, (list) => (over ? list.map((it) => (it.key === over ? one : it)) : [...list, one]));
    if (text === null) void send(place, one, then);
  }
}

export function removeFile(place: string, key: string): void {
  const one = uploadsOf(place).find((upload) => upload.key === key);
  one?.stop.abort();
  change(place, (list) => list.filter((upload) => upload.key !== key));
  const { done } = one ?? {};
  if (done) setFiles(place, filesIn(place).filter((file) => file.id !== done.id));
}

export function sendAgain(place: string, key: string): void {
  const one = uploadsOf(place).find((upload) => upload.key === key);
  if (!one) return;
  update(place, key, { failed: null, share: 0 });
  void send(place, { ...one, failed: null });
}

/** Nobody writes there any more. */
export function leaveFiles(place: string): void {
  for (const one of uploadsOf(place)) removeFile(place, one.key);
}

/** The message has taken them; nothing is stopped. */
export function takeFiles(place: string): readonly AttachmentView[] {
  const done = uploadsOf(place).flatMap((one) => one.done ?? []);
  change(place, (list) => list.filter((one) => one.done === null));
  setFiles(place, []);
  return done;
}

/** A message that came back (stopped, refused) gives its files back to the composer. */
export function giveBack(place: string, files: readonly AttachmentView[]): void {
  setFiles(place, [...files, ...filesIn(place)]);
}
