import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { ContactView, Likely } from "../../../wire";
import { keptIn } from "../../../shared/clientstore";
import { Avatar } from "../../ui/avatar";
import { count, t } from "../../words";
import { contactLabel, shortAddress } from "../names";
import { join, JoinDialog, keeper } from "./join";
import { asksFirst, isClaimed } from "./likeness";
import { Section } from "./section";

const kept = keptIn(() => localStorage, "parley.");

/** Pairs this agent has said are two people. */
const apart = signal<readonly string[]>(kept.read<string[]>("apart") ?? []);
const REMEMBERED = 500; // pairs

function pair(one: string, other: string): string {
  return [one, other].sort().join(" ");
}

function sayApart(one: string, other: string): void {
  apart.value = [...apart.value, pair(one, other)].slice(-REMEMBERED);
  kept.write("apart", apart.value);
}

function Suggestion({ contact, likely }: { contact: ContactView; likely: Likely }) {
  const [comparing, setComparing] = useState(false);
  const other = likely.contact;
  const joinBoth = () => {
    if (asksFirst(contact, likely)) return setComparing(true);
    const kept = keeper(contact, other);
    void join(kept === contact ? other : contact, kept);
  };
  return (
    <li class="alike">
      <Avatar id={other.id} name={other.name} size="small" />
      <span class="person-words">
        <b>{contactLabel(other)}</b>
        <span class="faint">{other.identities.map(shortAddress).join(" · ")}</span>
        <span class="faint">
          {likely.why.map((why) => t(`alike.${why}`)).join(", ")} · {count("join.conversations", likely.conversations)}
        </span>
      </span>
      <span class="alike-acts">
        <button type="button" class="button small" onClick={joinBoth}>
          {t("alike.join")}
        </button>
        <button type="button" class="button small quiet" onClick={() => setComparing(true)}>
          {t("alike.compare")}
        </button>
        <button type="button" class="button small quiet" onClick={() => sayApart(contact.id, other.id)}>
          {t("alike.apart")}
        </button>
      </span>
      {comparing && (
        <JoinDialog contact={contact} other={other.id} claimed={isClaimed(likely)} close={() => setComparing(false)} />
      )}
    </li>
  );
}

/** Contacts who may be the same person. Only suggested: somebody looks and decides. */
export function Alike({ contact, likely }: { contact: ContactView; likely: readonly Likely[] }) {
  const shown = likely.filter((one) => !apart.value.includes(pair(contact.id, one.contact.id)));
  if (shown.length === 0) return null;
  return (
    <Section name="alike" title={t("alike.title")} n={shown.length} class="side-alike">
      <ul class="alikes">
        {shown.map((one) => (
          <Suggestion key={one.contact.id} contact={contact} likely={one} />
        ))}
      </ul>
    </Section>
  );
}
