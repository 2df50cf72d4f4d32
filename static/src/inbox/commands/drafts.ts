// Words not sent yet. They live on the server, so they move with the agent; this tab keeps them too until it has said so.

import { keptIn } from "../../shared/clientstore";
import { dispatch, state } from "../store";
import type { Mode } from "../store/state";
import { sayLatest } from "./latest";

const GATHER = 1000; // ms
const kept = keptIn(() => sessionStorage, "parley.draft.");

export function draftOf(conversation: string, mode: Mode): string {
  return state.value.drafts.get(conversation)?.[mode] ?? "";
}

export function keepDraft(conversation: string, mode: Mode, text: string, delay: number = GATHER): void {
  if (text === draftOf(conversation, mode)) return;
  dispatch({ kind: "draft.kept", conversation, mode, text });
  const agent = state.value.me?.id ?? "";
  const key = `${agent}.${conversation}.${mode}`;
  if (text) kept.write(key, text);
  else kept.drop(key);
  sayLatest(`draft ${conversation} ${mode}`, "save_draft", { conversation, mode, text }, delay);
}

/** Before the first look at a conversation: words typed just before a reload, which the server may not have. */
export function recallDrafts(conversation: string): void {
  for (const mode of ["public", "note"] as const) {
    const text = kept.read<string>(`${state.value.me?.id ?? ""}.${conversation}.${mode}`);
    if (text && !draftOf(conversation, mode)) keepDraft(conversation, mode, text);
  }
}
