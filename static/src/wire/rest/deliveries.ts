// Made from the wires in Python by `make types`; change those, not this file.

export interface DeliveriesQuery {
  state?: "all" | "open" | "failed" | "delivered";
  before?: string | null;
  limit?: number | null;
}

export interface DeliveryView {
  id: string;
  webhook: string;
  /** The header of that name; the same in every try. */
  webhook_id: string;
  position: number;
  kind: string;
  /** When it happened, UTC ms. */
  at: number;
  conversation: string | null;
  /** The conversation's, by which it is found (`/c/NUMBER`). */
  number: number | null;
  state: "waiting" | "sending" | "delivered" | "failed" | "dropped";
  attempts: number;
  /** When it is tried next; null: behind an earlier one of its conversation, or done with. */
  due_at: number | null;
  status: number | null;
  ms: number | null;
  /**
   * Of the last try: `timeout`, `connection`, `name`, `tls`, `private`, `redirect`, `status`, `interrupted`,
   * `trimmed`, `unwanted`; null: it was taken.
   */
  problem: string | null;
  done_at: number | null;
}

export interface DeliveriesPage {
  deliveries: DeliveryView[];
  before: string | null;
}

export interface AttemptView {
  number: number;
  at: number;
  status: number | null;
  ms: number | null;
  problem: string | null;
  /** The beginning of the answer, where it was not taken. */
  excerpt: string;
}

export interface DeliveryAnswer {
  delivery: DeliveryView;
  /** The newest first. */
  attempts: AttemptView[];
  /** As it would be sent now; null: it is not told any more. */
  payload: Record<string, unknown> | null;
}
