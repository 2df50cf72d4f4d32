// When a message's subject tells something that its conversation's does not.

/** What mail programs put before a subject when it is answered or passed on, in the languages we meet. */
const PREFIX = /^\s*(?:re|fwd?|aw|wg|sv|vs|tr|rv|회신|답장|전달|返信|转发|回复|答复)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*/iu;

/** The subject alone, without what answering put before it. */
export function bareSubject(subject: string): string {
  let bare = subject.normalize("NFKC").replace(/\s+/g, " ").trim();
  for (let left = bare.replace(PREFIX, ""); left !== bare; left = bare.replace(PREFIX, "")) bare = left;
  return bare;
}

/** The message's own subject, to be shown; null where it says what the conversation says already. */
export function ownSubject(subject: string, conversation: string): string | null {
  const bare = bareSubject(subject);
  return bare === "" || bare.toLowerCase() === bareSubject(conversation).toLowerCase() ? null : subject.trim();
}
