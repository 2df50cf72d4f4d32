import { count } from "./words";

/** How many are new; the word is for who cannot see where it stands. */
export function Badge({ unread }: { unread: number }) {
  if (unread === 0) return null;
  const said = count("letters.unread", unread);
  return (
    <span class="badge" role="img" aria-label={said} title={said}>
      {unread}
    </span>
  );
}
