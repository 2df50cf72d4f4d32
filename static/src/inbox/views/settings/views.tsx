// Saved views: what is in each, whose it is, how it is sorted; changed, shared, retired and brought back.

import { useState } from "preact/hooks";
import { span } from "../../../shared/time";
import type { FilterView, SavedView, ViewCounts, ViewsList } from "../../../wire";
import { patch } from "../../api";
import { known } from "../../store";
import { Problem } from "../../ui/problem";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { undoable } from "../../ui/toasts";
import { language, t, type WordKey } from "../../words";
import { ViewDialog } from "../list/view-dialog";
import { useFetched } from "./fetched";
import { useSending } from "./form";
import { assigneeWord, teamWord } from "./macro-acts";
import { changes } from "./told";
import { mayChange, ScopeBadge } from "./scope";

const MOST = 99; // conversations that are told one by one

/** What a view asks of a conversation, each part in words. */
export function filterWords(filter: FilterView): string[] {
  const { directory } = known;
  const tags = directory.tags.filter((tag) => filter.tags.includes(tag.id)).map((tag) => tag.name);
  const account = directory.accounts.find((one) => one.id === filter.account)?.label[language.value] ?? filter.account;
  return [
    t(`views.status.${filter.status}` as WordKey),
    ...(filter.assignee ? [t("views.says.assignee", { name: viewAssignee(filter.assignee) })] : []),
    ...(filter.team ? [t("views.says.team", { team: teamWord(filter.team) })] : []),
    ...(tags.length ? [t("views.says.tags", { tags: tags.join(", ") })] : []),
    ...(account ? [t("views.says.account", { account })] : []),
    ...(filter.priority !== null
      ? [t("narrow.priority", { priority: t(`priority.${filter.priority}` as WordKey) })]
      : []),
    ...(filter.unread ? [t("views.says.unread")] : []),
    ...(filter.waiting_over ? [t("views.says.waiting", { span: span(filter.waiting_over, language.value) })] : []),
  ];
}

function viewAssignee(id: string): string {
  return id === "me" ? t("views.me") : assigneeWord(id);
}

interface RowProps {
  view: SavedView;
  holds: number | undefined;
  edit: () => void;
  turn: () => void;
}

function Row({ view, holds, edit, turn }: RowProps) {
  const owner = known.directory.agents.find((agent) => agent.id === view.owner)?.name;
  const name = <span class="only-heard"> {view.name}</span>;
  return (
    <li class={view.retired ? "rows-row gone" : "rows-row"}>
      <span class="rows-main">
        <b>{view.name}</b> <ScopeBadge scope={view.scope} teams={view.teams} />
        {view.retired && <span class="badge">{t("retired")}</span>}
        <span class="rows-under faint">
          {[...filterWords(view.filter), t(`views.sort.${view.sort}` as WordKey)].join(" · ")}
        </span>
        <span class="rows-under faint">
          {owner && t("views.owner", { name: owner })}
          {holds !== undefined && ` · ${t("views.holds", { n: holds > MOST ? `${MOST}+` : String(holds) })}`}
        </span>
      </span>
      {mayChange(view) && (
        <span class="rows-acts">
          {!view.retired && (
            <button type="button" class="button small" onClick={edit}>
              {t("edit")}
              {name}
            </button>
          )}
          <button type="button" class="button small" onClick={turn}>
            {t(view.retired ? "bring_back" : "retire")}
            {name}
          </button>
        </span>
      )}
    </li>
  );
}

export function SavedViews() {
  const [fetched, again] = useFetched<ViewsList>("/views?retired=true", changes.view.value);
  const [counted] = useFetched<ViewCounts>("/views/counts");
  const [edited, setEdited] = useState<SavedView | null>(null);
  const { problem, send } = useSending();
  const retire = async (view: SavedView, gone: boolean) => {
    const worked = await send(() => patch(`/views/${view.id}`, { retired: gone }));
    again();
    return worked;
  };
  const turn = (view: SavedView) =>
    void retire(view, !view.retired).then((worked) => {
      const said = t(view.retired ? "views.brought_back" : "views.retired", { name: view.name });
      if (worked) undoable(said, () => void retire(view, view.retired));
    });
  const views = fetched.phase === "ready" ? fetched.value.views : [];
  const counts = counted.phase === "ready" ? counted.value.counts : {};
  return (
    <>
      <p class="faint">{t("views.more")}</p>
      <Problem text={problem} />
      {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
      {fetched.phase === "asked" && <Skeleton kind="line" rows={4} />}
      {fetched.phase === "ready" && views.length === 0 && (
        <Empty icon="views" title={t("views.none")}>
          {t("views.none_more")}
        </Empty>
      )}
      {views.length > 0 && (
        <ul class="rows card">
          {views.map((view) => (
            <Row
              key={view.id}
              view={view}
              holds={counts[view.id]}
              edit={() => setEdited(view)}
              turn={() => turn(view)}
            />
          ))}
        </ul>
      )}
      {edited && (
        <ViewDialog
          view={edited}
          filter={edited.filter}
          sort={edited.sort}
          close={() => setEdited(null)}
          kept={again}
        />
      )}
    </>
  );
}
