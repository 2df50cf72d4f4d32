// Made from the wires in Python by `make types`; change those, not this file.

export interface MakeWebhook {
  url: string;
  kinds: string[];
  label?: string;
  /** Send texts, names, subjects and attributes; else ids only. */
  words?: boolean;
  /** Send the team's internal notes, too. */
  notes?: boolean;
}

export interface ChangeWebhook {
  url?: string | null;
  kinds?: string[] | null;
  label?: string | null;
  words?: boolean | null;
  notes?: boolean | null;
  state?: "active" | "paused" | null;
}

export interface RotateSecret {
  /** For so long the former secret signs, too. */
  overlap_hours?: number;
}

/** Either `after`, a cursor, or `since`, UTC ms. */
export interface ReplayWebhook {
  after?: string | null;
  since?: number | null;
  /** `failed`, with `since`: only what was given up. */
  only?: "all" | "failed";
}

export interface WebhookView {
  id: string;
  label: string;
  url: string;
  kinds: string[];
  words: boolean;
  notes: boolean;
  state: "active" | "paused" | "disabled";
  /** Why it was switched off. */
  reason: "failing" | "gone" | null;
  /** Up to here the log has been taken into its queue. */
  cursor: string;
  /** Facts of the log that come after it. */
  behind: number;
  /** In its queue; counted up to a thousand. */
  waiting: number;
  /** Given up and still in the list; counted up to a thousand. */
  failed: number;
  failing_since: number | null;
  /** Nothing is tried before then. */
  rest_until: number | null;
  /** When it last took one. */
  taken_at: number | null;
  /** Facts that were trimmed from the log before they could be looked at. */
  lost: number;
  /** The former secret signs until then. */
  former_until: number | null;
  created_at: number;
}

export interface Webhooks {
  webhooks: WebhookView[];
  /** What may be subscribed to. */
  kinds: string[];
  most: number;
  /** UTC ms, by the server's clock. */
  now: number;
}

export interface WebhookAnswer {
  webhook: WebhookView;
}

export interface WebhookSecret {
  webhook: WebhookView;
  /** Shown this once. */
  secret: string;
}

export interface WebhookTrouble {
  /** Endpoints that were switched off because they failed. */
  disabled: number;
}

export interface PingAnswer {
  taken: boolean;
  status: number | null;
  ms: number | null;
  problem: string | null;
  excerpt: string;
}

export interface ReplayedWebhook {
  webhook: WebhookView;
  /** How many that had failed are tried again. */
  failed: number | null;
}

export interface SkippedWebhook {
  webhook: WebhookView;
  dropped: number;
}
