// Macros: texts with places to fill, and what is done with them. Everybody's own, and those that are shared.

import { useState } from "preact/hooks";
import type { MacrosList, MacroView } from "../../../wire";
import { patch } from "../../api";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Problem } from "../../ui/problem";
import { SearchField } from "../../ui/search-field";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { undoable } from "../../ui/toasts";
import { count, t, type WordKey } from "../../words";
import { useFetched } from "./fetched";
import { useSending } from "./form";
import { actWords } from "./macro-acts";
import { copyOf, EMPTY, MacroDialog, type Written } from "./macro-form";
import { changes } from "./told";
import { mayChange, type Scope, ScopeBadge } from "./scope";

const SHOWN = 200; // rows drawn at once; the rest is found by typing

type Which = "used" | "retired";
type Wanted = Scope | "";

const SCOPES: readonly Wanted[] = ["", "personal", "teams", "all"];

function Uses({ macro }: { macro: MacroView }) {
  if (macro.used_by_all === 0) return <>{t("macros.never_used")}</>;
  return (
    <>
      {count("macros.used", macro.used_by_all)}
      {macro.used > 0 && ` · ${count("macros.used_by_me", macro.used)}`}
      {macro.used_at !== null && (
        <>
          {" · "}
          {t("macros.used_at")} <Moment at={macro.used_at} />
        </>
      )}
    </>
  );
}

interface RowProps {
  macro: MacroView;
  edit: (macro: MacroView) => void;
  copy: (macro: MacroView) => void;
  turn: (macro: MacroView) => void;
}

function Row({ macro, edit, copy, turn }: RowProps) {
  const acts = actWords(macro.actions);
  const name = <span class="only-heard"> {macro.name}</span>;
  return (
    <li class={macro.retired ? "rows-row macro-row gone" : "rows-row macro-row"}>
      <span class="rows-main">
        <b>{macro.name}</b> <ScopeBadge scope={macro.scope} teams={macro.teams} />
        {macro.text && (
          <span class="rows-under macro-begins" dir="auto">
            {macro.text}
          </span>
        )}
        {acts.length > 0 && <span class="rows-under faint">{acts.join(" · ")}</span>}
        <span class="rows-under faint">
          <Uses macro={macro} />
        </span>
      </span>
      <span class="rows-acts">
        {mayChange(macro) && !macro.retired && (
          <button type="button" class="button small" onClick={() => edit(macro)}>
            {t("edit")}
            {name}
          </button>
        )}
        <button type="button" class="button small" onClick={() => copy(macro)}>
          {t("macros.copy")}
          {name}
        </button>
        {mayChange(macro) && (
          <button type="button" class="button small" onClick={() => turn(macro)}>
            {t(macro.retired ? "bring_back" : "retire")}
            {name}
          </button>
        )}
      </span>
    </li>
  );
}

interface BarProps {
  wanted: string;
  find: (words: string) => void;
  scope: Wanted;
  narrow: (scope: Wanted) => void;
  which: Which;
  show: (which: Which) => void;
  make: () => void;
}

function Bar({ wanted, find, scope, narrow, which, show, make }: BarProps) {
  return (
    <div class="settings-bar macros-bar">
      <SearchField label={t("macros.find")} value={wanted} change={find} />
      <select
        class="input"
        aria-label={t("scope.who")}
        value={scope}
        onChange={(event) => narrow(event.currentTarget.value as Wanted)}
      >
        {SCOPES.map((one) => (
          <option key={one} value={one}>
            {t(one ? (`scope.${one}` as WordKey) : "macros.every_scope")}
          </option>
        ))}
      </select>
      <select
        class="input"
        aria-label={t("macros.which")}
        value={which}
        onChange={(event) => show(event.currentTarget.value as Which)}
      >
        <option value="used">{t("macros.in_use")}</option>
        <option value="retired">{t("retired")}</option>
      </select>
      <button type="button" class="button primary" onClick={make}>
        <Icon name="plus" size={15} />
        {t("macros.make")}
      </button>
    </div>
  );
}

function matches(macro: MacroView, words: string, scope: Wanted): boolean {
  const needle = words.trim().toLocaleLowerCase();
  return (!scope || macro.scope === scope) && `${macro.name} ${macro.text}`.toLocaleLowerCase().includes(needle);
}

export function Macros() {
  const [which, setWhich] = useState<Which>("used");
  const [scope, setScope] = useState<Wanted>("");
  const [wanted, setWanted] = useState("");
  const [edited, setEdited] = useState<{ macro: MacroView | null; first: Written } | null>(null);
  const [fetched, again] = useFetched<MacrosList>(
    which === "retired" ? "/macros?retired=true" : "/macros",
    changes.macro.value,
  );
  const { problem, send } = useSending();
  const retire = async (macro: MacroView, retired: boolean) => {
    const worked = await send(() => patch(`/macros/${macro.id}`, { retired }));
    again();
    return worked;
  };
  const turn = (macro: MacroView) =>
    void retire(macro, !macro.retired).then((worked) => {
      const said = t(macro.retired ? "macros.brought_back" : "macros.retired", { name: macro.name });
      if (worked) undoable(said, () => void retire(macro, macro.retired));
    });
  const macros = fetched.phase === "ready" ? fetched.value.macros : [];
  const found = macros.filter((macro) => matches(macro, wanted, scope));
  return (
    <>
      <p class="faint">{t("macros.more")}</p>
      <Bar
        {...{ wanted, scope, which }}
        find={setWanted}
        narrow={setScope}
        show={setWhich}
        make={() => setEdited({ macro: null, first: EMPTY })}
      />
      <Problem text={problem} />
      {fetched.phase === "asked" && <Skeleton kind="line" rows={6} />}
      {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
      {fetched.phase === "ready" && found.length === 0 && (
        <Empty icon="macro" title={t(wanted || scope ? "picker.none" : which === "used" ? "macros.none" : "macros.none_retired")}>
          {!wanted && !scope && which === "used" && t("macros.none_more")}
        </Empty>
      )}
      {found.length > 0 && (
        <ul class="rows card">
          {found.slice(0, SHOWN).map((macro) => (
            <Row
              key={macro.id}
              macro={macro}
              edit={(one) => setEdited({ macro: one, first: one })}
              copy={(one) => setEdited({ macro: null, first: copyOf(one) })}
              turn={turn}
            />
          ))}
        </ul>
      )}
      {found.length > SHOWN && <p class="faint">{t("picker.more")}</p>}
      {edited && <MacroDialog {...edited} close={() => setEdited(null)} done={again} />}
    </>
  );
}
