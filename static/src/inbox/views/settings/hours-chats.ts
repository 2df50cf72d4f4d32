// Whose customers are told of a team's hours: of the chats, those whose section in the configuration names the team. Pure.

import type { Language } from "../../../shared/i18n";
import type { AccountSetup, AccountView, EmbedView } from "../../../wire";

export interface Following {
  label: string;
  /** What it says while nobody answers; empty: the house's words. */
  away: EmbedView["away"];
}

/** A channel that is no chat tells nobody, and neither does one that takes no messages any more. */
export function followingOf(
  team: string,
  setups: readonly AccountSetup[],
  accounts: readonly Pick<AccountView, "id" | "label" | "state">[],
  language: Language,
): Following[] {
  return accounts.flatMap(({ id, label, state }) => {
    const setup = setups.find((one) => one.id === id);
    if (!setup?.embed || setup.team !== team || state === "retired") return [];
    return [{ label: label[language], away: setup.embed.away }];
  });
}

/** What these say in a language, each words once; a chat that follows nobody's hours yet would say the house's. */
export function saidAway(chats: readonly Following[], language: Language, house: string): string[] {
  return [...new Set(chats.length > 0 ? chats.map(({ away }) => away[language] || house) : [house])];
}

/** The line of a channel's section that makes its chat follow a team. */
export const teamKey = (team: string) => `team = ${JSON.stringify(team)}`;
