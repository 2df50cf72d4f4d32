// Files of a mail that are too large together to go along: the largest go as links.

import { numbers } from "../../../shared/formats";
import { DAY } from "../../../shared/time";
import type { AccountView } from "../../../wire";
import { language, t } from "../../words";

interface Sized {
  name: string;
  size: number;
}

/** Which of them, as the server chooses. */
export function linkedOf(files: readonly Sized[], above: number | null): string[] {
  if (above === null) return [];
  let left = files.reduce((sum, file) => sum + file.size, 0);
  return [...files]
    .sort((a, b) => b.size - a.size)
    .flatMap((file) => {
      if (left <= above) return [];
      left -= file.size;
      return file.name;
    });
}

/** What becomes of them, before they are sent; empty where all go along. */
export function linkedWords(account: AccountView | undefined, files: readonly { done: Sized | null }[]): string {
  if (!account) return "";
  const { links_above, link_life } = account.capabilities;
  const names = linkedOf(files.flatMap((file) => file.done ?? []), links_above);
  if (names.length === 0) return "";
  const days = numbers(language.value).format(Math.floor((link_life ?? 0) / DAY));
  return t("composer.linked", { names: names.join(", "), n: days });
}
