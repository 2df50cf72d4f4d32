// Made from the wires in Python by `make types`; change those, not this file.

import type { AttachmentView } from "./types";

/** Whether the team answers just now. */
export interface TeamState {
  open: boolean;
  /** When a closed team is back, UTC ms; null: not known. */
  back_at: number | null;
}

/** Who wrote, as a customer may know them: never an email address or an internal id. */
export interface SpeakerView {
  kind: "me" | "agent" | "automation";
  name: string;
  picture: string | null;
}

export interface CustomerMessage {
  id: string;
  position: number;
  author: SpeakerView;
  /** Only on the customer's own messages: the pending row it replaces. */
  client_id: string | null;
  text: string;
  content: Record<string, unknown> | null;
  attachments: AttachmentView[];
  reply_to: string | null;
  at: number;
  late: boolean;
  edited_at: number | null;
  erased: boolean;
}

/**
 * `message`: new, edited or erased, the newest whole form. `seen`: we have read hers up to `position`.
 * `state`: whether her newest conversation is open. `goes_by`: by what she has gone on elsewhere, with a code word
 * from here ("by WhatsApp", in each language); None: not, or something was said here since.
 */
export interface CustomerEvent {
  position: number;
  kind: "message" | "seen" | "state";
  message?: CustomerMessage;
  seen_to?: number;
  open?: boolean;
  goes_by?: Record<string, string> | null;
}
