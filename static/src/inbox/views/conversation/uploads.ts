// Files on their way into a message that is being written. They belong to the composer of one conversation and mode.

import { signal } from "@preact/signals";
import { largest } from "../../../shared/files";
import { newId } from "../../../shared/ids";
import { upload, UploadFailed } from "../../../shared/upload";
import type { AttachmentView, CapabilitiesView } from "../../../wire";
import { known } from "../../store";
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

export function uploadsOf(place: string): readonly Upload[] {
  return uploads.value.get(place) ?? [];
}

function change(place: string, next: (list: readonly Upload[]) => readonly Upload[]): void {
  uploads.value = new Map(uploads.value).set(place, next(uploads.value.get(place) ?? []));
}

function update(place: string, key: string, part: Partial<Upload>): void {
  change(place, (list) => list.map((one) => (one.key === key ? { ...one, ...part } : one)));
}

async function send(place: string, one: Upload): Promise<void> {
  try {
    const { attachment } = await upload<{ attachment: AttachmentView }>("/api/v1/uploads", one.file, {
      onProgress: (share) => update(place, one.key, { share }),
      signal: one.stop.signal,
    });
    update(place, one.key, { done: attachment, share: 1 });
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

export function addFiles(place: string, files: readonly File[], capabilities: CapabilitiesView | null): void {
  const most = capabilities
    ? Math.min(capabilities.attachment_count, known.limits.upload_count)
    : known.limits.upload_count;
  for (const file of files) {
    const text = uploadsOf(place).length >= most ? t("upload.too_many", { n: most }) : objection(file, capabilities);
    const one: Upload = {
      key: newId(),
      file,
      share: 0,
      done: null,
      failed: text === null ? null : { text, again: false },
      stop: new AbortController(),
    };
    change(place, (list) => [...list, one]);
    if (text === null) void send(place, one);
  }
}

export function removeFile(place: string, key: string): void {
  uploadsOf(place)
    .find((one) => one.key === key)
    ?.stop.abort();
  change(place, (list) => list.filter((one) => one.key !== key));
}

export function sendAgain(place: string, key: string): void {
  const one = uploadsOf(place).find((upload) => upload.key === key);
  if (!one) return;
  update(place, key, { failed: null, share: 0 });
  void send(place, { ...one, failed: null });
}

/** The message has taken them; nothing is stopped. */
export function takeFiles(place: string): readonly AttachmentView[] {
  const done = uploadsOf(place)
    .map((one) => one.done)
    .filter((file): file is AttachmentView => file !== null);
  change(place, (list) => list.filter((one) => one.done === null));
  return done;
}

/** A message that came back (stopped, refused) gives its files back to the composer. */
export function giveBack(place: string, files: readonly AttachmentView[]): void {
  const returned = files.map((file): Upload => ({
    key: newId(),
    file: new File([], file.name, { type: file.mime }),
    share: 1,
    done: file,
    failed: null,
    stop: new AbortController(),
  }));
  change(place, (list) => [...returned, ...list]);
}
