import { useState } from "preact/hooks";
import type { FilterView, SavedView } from "../../../wire";
import { go } from "../../router";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { toast } from "../../ui/toasts";
import { changeView, makeView } from "../../views";
import { t, type WordKey } from "../../words";
import { Form } from "../settings/form";
import { listAddress } from "../shell/chosen";
import { FilterFields } from "./filter-fields";
import { type Sort, sortByItself } from "./place";

const SCOPES = ["personal", "teams", "all"] as const;
const SORTS: readonly Sort[] = ["activity", "waiting"];

interface SharingProps {
  scope: SavedView["scope"];
  teams: readonly string[];
  share: (scope: SavedView["scope"], teams: readonly string[]) => void;
}

/** For whom it is: supervisors and admins make views for others. */
function Sharing({ scope, teams, share }: SharingProps) {
  const all = known.directory.teams.filter((team) => !team.retired || teams.includes(team.id));
  const offered = SCOPES.filter((one) => one !== "teams" || all.length > 0);
  return (
    <fieldset class="field">
      <legend>{t("view.for")}</legend>
      <div class="view-scopes">
        {offered.map((one) => (
          <label key={one} class="check">
            <input type="radio" name="scope" checked={scope === one} onChange={() => share(one, teams)} />
            <span>{t(`view.for.${one}` as WordKey)}</span>
          </label>
        ))}
      </div>
      {scope === "teams" && (
        <div class="view-teams">
          {all.map((team) => (
            <label key={team.id} class="check">
              <input
                type="checkbox"
                checked={teams.includes(team.id)}
                onChange={(event) =>
                  share(
                    scope,
                    event.currentTarget.checked ? [...teams, team.id] : teams.filter((one) => one !== team.id),
                  )
                }
              />
              <span>{team.name}</span>
            </label>
          ))}
        </div>
      )}
    </fieldset>
  );
}

interface ViewDialogProps {
  /** Null: a new one. */
  view: SavedView | null;
  filter: FilterView;
  sort: Sort;
  close: () => void;
  /** What is shown just now is kept, instead of one that is made from nothing. */
  shown?: boolean;
  /** Told when it is kept, where that is not to lead to its list. */
  kept?: () => void;
}

/** Makes a view of a filter, or changes one. */
export function ViewDialog({ view, filter: first, sort: firstSort, shown = false, close, kept: told }: ViewDialogProps) {
  const [name, setName] = useState(view?.name ?? "");
  const [filter, setFilter] = useState(first);
  const [sort, setSort] = useState(firstSort);
  const [sharing, setSharing] = useState({ scope: view?.scope ?? ("personal" as const), teams: view?.teams ?? [] });
  const { scope, teams } = sharing as { scope: SavedView["scope"]; teams: readonly string[] };
  const save = async () => {
    const said = { name: name.trim(), filter, sort, scope, ...(scope === "teams" ? { teams: [...teams] } : {}) };
    const kept = await (view ? changeView(view.id, said) : makeView(said));
    sortByItself({ name: "view", id: kept.id });
    if (told) return told();
    if (!view) toast(t("view.saved", { name: kept.name }));
    go(listAddress({ name: "view", id: kept.id }));
  };
  return (
    <Dialog title={t(view ? "view.edit" : shown ? "view.save" : "view.make")} close={close}>
      <Form
        save={save}
        done={close}
        cancel={close}
        label={t("save")}
        disabled={!name.trim() || (scope === "teams" && teams.length === 0)}
      >
        <label class="field">
          <span>{t("name")}</span>
          <input
            class="input"
            maxLength={120}
            required
            autofocus
            value={name}
            placeholder={t("view.name_hint")}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        {known.me?.role !== "agent" && (
          <Sharing scope={scope} teams={teams} share={(to, among) => setSharing({ scope: to, teams: [...among] } as typeof sharing)} />
        )}
        <FilterFields filter={filter} change={setFilter} />
        <label class="field">
          <span>{t("sort")}</span>
          <select class="input" value={sort} onChange={(event) => setSort(event.currentTarget.value as Sort)}>
            {SORTS.map((one) => (
              <option key={one} value={one}>
                {t(`sort.${one}`)}
              </option>
            ))}
          </select>
        </label>
      </Form>
    </Dialog>
  );
}
