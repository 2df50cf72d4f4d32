// What is fetched beside the shell. Each stands here once; whoever draws one takes it from here.

import type { ComponentChildren } from "preact";
import { part } from "../ui/part";
import { Skeleton } from "../ui/states";
import { t, worded } from "../words";
import { stopChoosingTemplate } from "./composer/templates/asked";
import { dialOpen } from "./context/starters";
import { bulkFailures } from "./list/selected";
import { paletteOpen } from "./shell/palette-open";
import { shortcutsOpen } from "./shell/shortcuts-open";
import { Starting } from "./shell/starting";

const beside = () => worded(import("./beside"), "beside");

export const BulkBar = part(beside, (it) => it.BulkBar, {
  place: (fault) => <div class="bulk">{fault}</div>,
});
export const BulkFailures = part(beside, (it) => it.BulkFailures, { close: () => (bulkFailures.value = []) });
export const Dial = part(beside, (it) => it.Dial, { close: () => (dialOpen.value = false) });
export const FilterDialog = part(beside, (it) => it.FilterDialog, { close: ({ close }) => close() });
export const FirstMinute = part(beside, (it) => it.FirstMinute, { place: (fault) => fault, seldom: true });
export const FirstSteps = part(beside, (it) => it.FirstSteps, { place: (fault) => fault, seldom: true });
export const LinkPage = part(beside, (it) => it.LinkPage, {
  place: (fault) => fault ?? <Starting />,
  seldom: true,
});
export const MailPreview = part(beside, (it) => it.MailPreview, { place: (fault) => fault });
export const MailShown = part(beside, (it) => it.Shown, {
  place: (fault) => fault ?? <Skeleton kind="line" rows={4} />,
});
export const MailWriting = part(beside, (it) => it.MailWriting, {
  place: (fault) => fault ?? <div class="composer-mail" aria-busy="true" />,
});
export const MergeDialog = part(beside, (it) => it.MergeDialog, { close: ({ close }) => close() });
export const Palette = part(beside, (it) => it.Palette, { close: () => (paletteOpen.value = false) });
export const Person = part(beside, (it) => it.Person, {
  place: (fault) => fault ?? <Skeleton kind="line" rows={8} />,
});
export const PlaceAlarm = part(beside, (it) => it.PlaceAlarm, { place: () => null });
export const Player = part(beside, (it) => it.Player, {
  place: (fault) => fault ?? <div class="player" aria-busy="true" />,
});
export const PullDialog = part(beside, (it) => it.PullDialog, { close: ({ close }) => close() });
export const SearchPane = part(beside, (it) => it.SearchPane, {
  place: (fault) => (
    <section class="list-pane" aria-label={t("search.label")}>
      {fault ?? <Skeleton kind="row" rows={6} />}
    </section>
  ),
});
export const Shortcuts = part(beside, (it) => it.Shortcuts, { close: () => (shortcutsOpen.value = false) });
export const TemplateDialog = part(beside, (it) => it.TemplateDialog, { close: stopChoosingTemplate });
export const TranscriptDialog = part(beside, (it) => it.TranscriptDialog, { close: ({ close }) => close() });
export const UndoDialog = part(beside, (it) => it.UndoDialog, { close: ({ close }) => close() });
export const ViewDialog = part(beside, (it) => it.ViewDialog, { close: ({ close }) => close() });
export const WorkedChip = part(beside, (it) => it.WorkedChip, { place: () => null });

/** Stands where the settings will be. */
export function SettingsPlace({ fault = null }: { fault?: ComponentChildren }) {
  return (
    <main class="settings" id="main-column">
      <h1 class="only-heard">{t("settings.title")}</h1>
      {fault ?? <Skeleton kind="line" rows={6} />}
    </main>
  );
}

/** Everything that is set and not done daily. */
export const Settings = part(() => worded(import("./settings/settings"), "beside", "settings"), (it) => it.Settings, {
  place: (fault) => <SettingsPlace fault={fault} />,
  seldom: true,
});
