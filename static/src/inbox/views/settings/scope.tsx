// Whose a macro or a saved view is: one's own, some teams', everybody's.

import type { AgentView, MacroView } from "../../../wire";
import { known } from "../../store";
import { t, type WordKey } from "../../words";
import { Checks } from "./checks";

export type Scope = MacroView["scope"];

export interface Shared {
  scope: Scope;
  teams: readonly string[];
}

const SCOPES: readonly Scope[] = ["personal", "teams", "all"];

/** What others use belongs to supervisors and admins. */
export function mayShare(me: AgentView | null = known.me): boolean {
  return me !== null && me.role !== "agent";
}

export function mayChange({ scope, owner }: { scope: Scope; owner: string }): boolean {
  return scope === "personal" ? owner === known.me?.id : mayShare();
}

export function isWhole({ scope, teams }: Shared): boolean {
  return scope !== "teams" || teams.length > 0;
}

/** As the server takes it: teams only with the scope that has them. */
export function sentScope({ scope, teams }: Shared): { scope: Scope; teams: readonly string[] } {
  return { scope, teams: scope === "teams" ? teams : [] };
}

function teamNames(ids: readonly string[]): string {
  return known.directory.teams
    .filter((team) => ids.includes(team.id))
    .map((team) => team.name)
    .join(", ");
}

export function ScopeBadge({ scope, teams }: Shared) {
  return (
    <span class={scope === "personal" ? "badge" : "badge good"}>
      {scope === "teams" ? teamNames(teams) || t("scope.teams") : t(`scope.${scope}` as WordKey)}
    </span>
  );
}

export function ScopeField({ shared, change }: { shared: Shared; change: (some: Partial<Shared>) => void }) {
  if (!mayShare()) return <p class="faint">{t("scope.own_more")}</p>;
  const teams = known.directory.teams.filter((team) => !team.retired || shared.teams.includes(team.id));
  return (
    <>
      <fieldset class="field">
        <legend>{t("scope.who")}</legend>
        <div class="choice-row">
          {SCOPES.map((one) => (
            <label key={one} class="radio">
              <input
                type="radio"
                name="scope"
                checked={shared.scope === one}
                onChange={() => change({ scope: one })}
              />
              {t(`scope.${one}` as WordKey)}
            </label>
          ))}
        </div>
      </fieldset>
      {shared.scope === "teams" && (
        <Checks
          legend={t("nav.teams")}
          choices={teams.map((team) => ({ id: team.id, label: team.name }))}
          chosen={shared.teams}
          change={(chosen) => change({ teams: chosen })}
          none={t("scope.no_teams")}
        />
      )}
    </>
  );
}
