// Who stood beside her, or takes part, and gets no copy of the answer: said, so that nobody thinks otherwise.

import type { LeftOutView } from "../../../wire";
import { t } from "../../words";
import { calledAs } from "./told";

const WHYS = ["opted_out", "unreached", "many", "aside"] as const;
const NAMED = 3; // by name; the others are counted

function named(people: readonly LeftOutView[]): string {
  const names = people.slice(0, NAMED).map(calledAs).join(", ");
  return people.length > NAMED ? t("mail.left_out.more", { people: names, n: people.length - NAMED }) : names;
}

/** `written`: addresses that stand in the letter by now. */
export function LeftOut({ people, written }: { people: readonly LeftOutView[]; written: ReadonlySet<string> }) {
  const left = people.filter(({ address }) => !written.has(address));
  if (left.length === 0) return null;
  return (
    <ul class="mail-left-out">
      {WHYS.map((why) => {
        const them = left.filter((one) => one.why === why);
        return them.length > 0 ? <li key={why}>{t(`mail.left_out.${why}`, { people: named(them) })}</li> : null;
      })}
    </ul>
  );
}
