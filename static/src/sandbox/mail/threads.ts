import type { Folder, Letter } from "./door";

export interface Thread {
  id: string;
  /** The oldest first. */
  letters: readonly Letter[];
  /** The newest of the folder. */
  last: Letter;
  unread: boolean;
  files: boolean;
}

/** The threads that have a letter in the folder, by its newest one; `letters` come newest first. */
export function threadsOf(letters: readonly Letter[], folder: Folder): Thread[] {
  const found = new Map<string, Letter[]>();
  for (const letter of letters) {
    const thread = found.get(letter.thread);
    if (thread) thread.push(letter);
    else found.set(letter.thread, [letter]);
  }
  const made: Thread[] = [];
  for (const [id, thread] of found) {
    const last = thread.find((letter) => letter.folder === folder);
    if (!last) continue;
    made.push({
      id,
      letters: [...thread].reverse(),
      last,
      unread: thread.some((letter) => letter.unread),
      files: thread.some((letter) => letter.files > 0),
    });
  }
  return made.sort((one, other) => other.last.at - one.last.at);
}
