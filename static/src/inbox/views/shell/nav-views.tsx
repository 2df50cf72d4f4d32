// Saved views among the lists: one's own and shared ones, made, changed and put in order.

import { useState } from "preact/hooks";
import type { SavedView } from "../../../wire";
import { problemOf } from "../../api";
import { go } from "../../router";
import { known } from "../../store";
import { NO_FILTER } from "../../store/narrow";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { toast, undoable } from "../../ui/toasts";
import { changeView, loadViews, moveView, ordered, viewsFailed } from "../../views";
import { problemText, t } from "../../words";
import { ViewDialog } from "../parts";
import { listPlace } from "./chosen";
import { Entry } from "./nav";

const SHOWN = 30; // more than these are asked for

function mayChange(view: SavedView): boolean {
  return view.scope === "personal" || known.me?.role !== "agent";
}

async function retire(view: SavedView, retired: boolean): Promise<void> {
  try {
    await changeView(view.id, { retired });
    if (!retired) return;
    if (listPlace.peek().id === view.id) go("/list/mine");
    undoable(t("view.retired", { name: view.name }), () => void retire(view, false));
  } catch (error) {
    toast(problemText(problemOf(error)), { bad: true });
  }
}

function Menu({ view, edit }: { view: SavedView; edit: () => void }) {
  const may = mayChange(view);
  const acts = [
    ...(may ? [{ id: "edit", label: t("view.edit"), icon: "edit" as const, run: edit }] : []),
    { id: "up", label: t("view.up"), icon: "up" as const, run: () => moveView(view.id, -1) },
    { id: "down", label: t("view.down"), icon: "down" as const, run: () => moveView(view.id, 1) },
    ...(may ? [{ id: "retire", label: t("view.retire"), icon: "trash" as const, run: () => void retire(view, true) }] : []),
  ];
  return (
    <Picker
      label={t("view.menu", { name: view.name })}
      plain
      side="end"
      faceClass="button quiet square small nav-more"
      face={<Icon name="more" size={14} />}
      choices={acts.map(({ id, label, icon }) => ({ id, label, mark: <Icon name={icon} size={16} /> }))}
      pick={(id) => acts.find((act) => act.id === id)?.run()}
    />
  );
}

export function Views() {
  const [edited, setEdited] = useState<SavedView | null>(null);
  const [all, setAll] = useState(false);
  if (known.views === null)
    return viewsFailed.value ? (
      <button type="button" class="nav-entry faint" onClick={() => void loadViews()}>
        <Icon name="warning" />
        <span class="nav-label">{t("view.failed")}</span>
      </button>
    ) : null;
  const views = ordered(known.views);
  return (
    <>
      {views.slice(0, all ? views.length : SHOWN).map((view) => (
        <div key={view.id} class="nav-row">
          <Entry name="view" id={view.id} label={view.name} icon={view.scope === "personal" ? "view" : "team"} />
          <Menu view={view} edit={() => setEdited(view)} />
        </div>
      ))}
      {views.length === 0 && <p class="nav-none faint">{t("view.none")}</p>}
      {!all && views.length > SHOWN && (
        <button type="button" class="nav-entry faint" onClick={() => setAll(true)}>
          <Icon name="down" />
          <span class="nav-label">{t("nav.more_tags", { n: views.length - SHOWN })}</span>
        </button>
      )}
      {edited && (
        <ViewDialog view={edited} filter={edited.filter} sort={edited.sort} close={() => setEdited(null)} />
      )}
    </>
  );
}

export function NewView() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class="button quiet square small nav-new"
        aria-label={t("view.make")}
        title={t("view.make")}
        onClick={() => setOpen(true)}
      >
        <Icon name="plus" size={14} />
      </button>
      {open && <ViewDialog view={null} filter={NO_FILTER} sort="activity" close={() => setOpen(false)} />}
    </>
  );
}
