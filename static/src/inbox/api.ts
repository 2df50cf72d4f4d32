// REST: one function that speaks it, and the error every caller may get. Routes stand where they are used.

import type { ProblemView } from "../wire";

const PATIENCE = 20_000; // ms

/** `problem.status` 0: the network or the server did not answer; trying again is right. */
export class ApiError extends Error {
  constructor(readonly problem: ProblemView) {
    super(problem.detail || problem.title);
  }
}

export function noAnswer(): ProblemView {
  return { type: "network", title: "No answer", status: 0, detail: "", text: "errors.network", params: {} };
}

/** Why a request or a command was refused, whichever of the two it was; anything else counts as no answer. */
export function problemOf(error: unknown): ProblemView {
  if (error instanceof ApiError) return error.problem;
  return isProblem(error) ? error : noAnswer();
}

/** Commands reject with the problem itself. */
function isProblem(error: unknown): error is ProblemView {
  return typeof error === "object" && error !== null && "status" in error && "text" in error;
}

let signedOut: () => void = () => undefined;

/** Who wants to know that the session has ended. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener;
}

type Query = Readonly<Record<string, string | number | null | undefined>>;

function address(path: string, query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value != null && value !== "") search.set(name, String(value));
  const text = search.toString();
  return `/api/v1${path}${text && `?${text}`}`;
}

async function answerOf<Answer>(response: Response): Promise<Answer> {
  const body: unknown = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (response.ok) return body as Answer;
  const told = body as Partial<ProblemView>;
  throw new ApiError({
    type: told.type ?? "",
    title: told.title ?? response.statusText,
    status: response.status,
    detail: told.detail ?? "",
    text: told.text ?? (response.status >= 500 ? "errors.unavailable" : ""),
    params: told.params ?? {},
  });
}

export async function call<Answer>(method: string, path: string, body?: unknown, query: Query = {}): Promise<Answer> {
  const json =
    body === undefined
      ? {}
      : body instanceof Blob
        ? { body, headers: { "Content-Type": body.type } }
        : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await fetch(address(path, query), {
    method,
    credentials: "same-origin",
    signal: AbortSignal.timeout(PATIENCE),
    ...json,
  }).catch(() => {
    throw new ApiError(noAnswer());
  });
  if (response.status === 401 && !path.startsWith("/session")) signedOut();
  return answerOf<Answer>(response);
}

export const get = <Answer>(path: string, query: Query = {}) => call<Answer>("GET", path, undefined, query);
export const post = <Answer>(path: string, body: unknown = {}) => call<Answer>("POST", path, body);
export const patch = <Answer>(path: string, body: unknown) => call<Answer>("PATCH", path, body);
export const put = <Answer>(path: string, body: unknown) => call<Answer>("PUT", path, body);
export const remove = <Answer>(path: string, body?: unknown) => call<Answer>("DELETE", path, body);
