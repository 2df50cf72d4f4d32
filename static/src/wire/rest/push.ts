// Made from the wires in Python by `make types`; change those, not this file.

export interface PushView {
  /** The browser's `applicationServerKey`. */
  key: string;
  /** Does this deployment speak to push services at all? */
  allowed: boolean;
  /** Is the calling session's browser told? */
  subscribed: boolean;
}

export interface PushTried {
  /** Taken by the push service; unknown to it, so forgotten; not taken. */
  outcome: "sent" | "gone" | "failed";
}
