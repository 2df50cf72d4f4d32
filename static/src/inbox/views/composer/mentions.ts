// Colleagues and teams that a note names: `@Name` in the words, their ids with the send.

import { find } from "../../../shared/hangul";
import type { AgentView, ConversationView, DirectoryView } from "../../../wire";

export interface Named {
  id: string;
  name: string;
  kind: "agent" | "team";
  /** May see the conversation, so may be named. */
  sees: boolean;
}

/** gateway/egress/access.py, once more: the server has the last word. */
function mayread(agent: AgentView, view: Pick<ConversationView, "team" | "assignee">): boolean {
  return (
    agent.role !== "agent" || view.team === null || agent.teams.includes(view.team) || view.assignee === agent.id
  );
}

/** Who may be named, and who may not, by name; oneself is not. */
export function nameable(
  { agents, teams }: Pick<DirectoryView, "agents" | "teams">,
  view: Pick<ConversationView, "team" | "assignee">,
  me: string | undefined,
): Named[] {
  const people = agents
    .filter((agent) => agent.active && agent.id !== me)
    .map((agent): Named => ({ id: agent.id, name: agent.name, kind: "agent", sees: mayread(agent, view) }));
  const groups = teams
    .filter((team) => !team.retired)
    .map((team): Named => {
      const sees = agents.some((agent) => agent.active && agent.teams.includes(team.id) && mayread(agent, view));
      return { id: team.id, name: team.name, kind: "team", sees };
    });
  const inOrder = (a: Named, b: Named) => Number(b.sees) - Number(a.sees) || a.name.localeCompare(b.name);
  return [...people.sort(inOrder), ...groups.sort(inOrder)];
}

/** Those who are meant by what is typed so far; who may not see it stands last. */
export function foundNames(all: readonly Named[], query: string): Named[] {
  const wanted = query.trim();
  const scored = all.flatMap((one) => {
    const found = find(wanted, one.name);
    return found ? [{ one, score: found.score }] : [];
  });
  if (wanted) scored.sort((a, b) => Number(b.one.sees) - Number(a.one.sees) || b.score - a.score);
  else scored.sort((a, b) => Number(b.one.sees) - Number(a.one.sees));
  return scored.map(({ one }) => one);
}

export interface Mention {
  from: number;
  to: number;
  id: string;
  name: string;
}

const WORD = /[\p{L}\p{N}_]/u;

/** Where a text names somebody. Of two with one name, `chosen` says which was meant; else nobody is. A Korean particle
 *  may stand right behind a name. */
export function mentionsIn(
  text: string,
  all: readonly Pick<Named, "id" | "name">[],
  chosen: Readonly<Record<string, string>> = {},
): Mention[] {
  if (!text.includes("@")) return [];
  const longestFirst = all.filter((one) => one.name).sort((a, b) => b.name.length - a.name.length);
  const found: Mention[] = [];
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    if (at > 0 && WORD.test(text.charAt(at - 1))) continue;
    const named = longestFirst.filter(
      (one) => text.startsWith(one.name, at + 1) && ends(one.name, text.charAt(at + 1 + one.name.length)),
    );
    const [first] = named;
    if (!first) continue;
    const same = named.filter((one) => one.name === first.name);
    const id = same.length === 1 ? first.id : same.find((one) => one.id === chosen[first.name])?.id;
    if (id) found.push({ from: at, to: at + 1 + first.name.length, id, name: first.name });
  }
  return found;
}

function ends(name: string, next: string): boolean {
  if (!WORD.test(next)) return true;
  // "@민지가", and "@Mina에게"; but "@Min" is not "@Mina".
  return /[가-힣]/.test(next) && next !== "" && /[\p{L}\p{N})]$/u.test(name);
}
