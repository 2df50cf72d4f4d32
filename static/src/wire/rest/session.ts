// Made from the wires in Python by `make types`; change those, not this file.

import type { AgentView } from "../house";

export interface SignIn {
  email: string;
  password: string;
  totp?: string | null;
}

export interface Follow {
  link: string;
  password?: string | null;
  name?: string | null;
  email?: string | null;
  totp?: string | null;
}

export interface LookAtLink {
  link: string;
}

export interface NewPassword {
  old: string;
  new: string;
}

export interface ShowPassword {
  /** Empty for whoever has none. */
  password?: string;
}

export interface ShowCode {
  code: string;
}

export interface MakeToken {
  name: string;
  expires_at?: number | null;
}

export interface AgentAnswer {
  agent: AgentView;
}

export interface LinkSeen {
  purpose: "first_admin" | "reset" | "demo";
}

/** Who has come by a link, and what it was for. */
export interface Followed extends AgentAnswer, LinkSeen {
}

export interface SessionNow extends AgentAnswer {
  /** UTC ms; None for a token that does not end. */
  expires_at: number | null;
  /** Is there one to sign in by? The demo's people have none. */
  password: boolean;
  second_factor: boolean;
  /** How many still work. */
  recovery_codes: number;
}

export interface SessionView {
  id: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
  address: string;
  browser: string;
  current: boolean;
}

/** Wrong codes of the second factor, after the right password: somebody may know it. Times in UTC ms. */
export interface FailedCodes {
  count: number;
  since: number;
  last_at: number;
  /** Where the last one came from. */
  address: string;
}

export interface SessionsList {
  sessions: SessionView[];
  /** Since the agent last took note (`DELETE /session/failures`). */
  failures: FailedCodes | null;
}

export interface FactorBegun {
  secret: string;
  /** For the QR code. */
  uri: string;
}

export interface RecoveryCodes {
  /** Shown this once: each stands in for the authenticator one time. */
  codes: string[];
}

export interface TokenView {
  id: string;
  name: string;
  created_at: number;
  seen_at: number | null;
  expires_at: number | null;
}

export interface TokensList {
  tokens: TokenView[];
}

export interface TokenMade {
  id: string;
  /** Shown this once. */
  token: string;
}
