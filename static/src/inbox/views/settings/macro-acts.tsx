// What a macro does besides writing: said in words, and chosen.

import { span } from "../../../shared/time";
import type { ActsView } from "../../../wire";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { language, t, type WordKey } from "../../words";
import { colourClass, TagChip } from "../tags";

const HOUR = 3_600_000;
const SNOOZES = [HOUR, 3 * HOUR, 24 * HOUR, 3 * 24 * HOUR, 7 * 24 * HOUR, 30 * 24 * HOUR];
const STATUSES = ["open", "snoozed", "closed", "spam"] as const;
const PRIORITIES = [4, 3, 2, 1, 0] as const;

function tagNames(ids: readonly string[]): string {
  const names = known.directory.tags.filter((tag) => ids.includes(tag.id)).map((tag) => tag.name);
  return names.join(", ") || t("acts.gone");
}

export function assigneeWord(id: string): string {
  if (id === "me") return t("acts.assignee.me");
  if (id === "none") return t("nobody");
  return known.directory.agents.find((agent) => agent.id === id)?.name ?? t("acts.gone");
}

export function teamWord(id: string): string {
  if (id === "none") return t("no_team");
  return known.directory.teams.find((team) => team.id === id)?.name ?? t("acts.gone");
}

/** Each act in words, in the order in which they are done. */
export function actWords(acts: ActsView): string[] {
  const said: string[] = [];
  if (acts.tags_add.length) said.push(t("acts.says.tags_add", { tags: tagNames(acts.tags_add) }));
  if (acts.tags_remove.length) said.push(t("acts.says.tags_remove", { tags: tagNames(acts.tags_remove) }));
  if (acts.team) said.push(t("acts.says.team", { team: teamWord(acts.team) }));
  if (acts.assignee) said.push(t("acts.says.assignee", { name: assigneeWord(acts.assignee) }));
  if (acts.priority !== null) {
    said.push(t("acts.says.priority", { priority: t(`priority.${acts.priority}` as WordKey) }));
  }
  if (acts.status === "snoozed") said.push(t("acts.says.snooze", { span: span(acts.snooze_for ?? 0, language.value) }));
  else if (acts.status) said.push(t(`acts.says.${acts.status}` as WordKey));
  return said;
}

interface FieldProps {
  acts: ActsView;
  change: (some: Partial<ActsView>) => void;
}

function Tags({ label, chosen, change }: { label: string; chosen: readonly string[]; change: (ids: string[]) => void }) {
  const { tags } = known.directory;
  return (
    <fieldset class="field">
      <legend>{label}</legend>
      <div class="acts-tags">
        {tags
          .filter((tag) => chosen.includes(tag.id))
          .map((tag) => (
            <span key={tag.id} class="acts-tag">
              <TagChip tag={tag} />
              <button
                type="button"
                class="button quiet square small"
                aria-label={t("acts.tag_off", { tag: tag.name })}
                onClick={() => change(chosen.filter((id) => id !== tag.id))}
              >
                <Icon name="close" size={12} />
              </button>
            </span>
          ))}
        <Picker
          label={label}
          worded
          several
          faceClass="button small"
          face={
            <>
              <Icon name="plus" size={12} />
              {t("tag.one")}
            </>
          }
          choices={tags
            .filter((tag) => !tag.retired || chosen.includes(tag.id))
            .map((tag) => ({
              id: tag.id,
              label: tag.name,
              chosen: chosen.includes(tag.id),
              mark: <span class={`nav-mark ${colourClass(tag.colour)}`} />,
            }))}
          pick={(id) => change(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id])}
        />
      </div>
    </fieldset>
  );
}

interface Option {
  value: string;
  label: string;
}

function Choose({
  label,
  value,
  options,
  change,
}: {
  label: string;
  value: string;
  options: readonly Option[];
  change: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>{label}</span>
      <select class="input" value={value} onChange={(event) => change(event.currentTarget.value)}>
        {options.map((one) => (
          <option key={one.value} value={one.value}>
            {one.label}
          </option>
        ))}
      </select>
    </label>
  );
}

function statusValue({ status, snooze_for }: ActsView): string {
  return status === "snoozed" ? `snoozed ${snooze_for}` : (status ?? "");
}

function StatusField({ acts, change }: FieldProps) {
  const own = acts.snooze_for === null || SNOOZES.includes(acts.snooze_for) ? [] : [acts.snooze_for];
  const options = STATUSES.flatMap((status) =>
    status === "snoozed"
      ? [...SNOOZES, ...own].map((ms) => ({
          value: `snoozed ${ms}`,
          label: t("acts.says.snooze", { span: span(ms, language.value) }),
        }))
      : [{ value: status, label: t(`acts.says.${status}` as WordKey) }],
  );
  const pick = (value: string) => {
    const [status, ms] = value.split(" ");
    change({
      status: (status || null) as ActsView["status"],
      snooze_for: status === "snoozed" ? Number(ms) : null,
    });
  };
  return (
    <Choose
      label={t("acts.status")}
      value={statusValue(acts)}
      options={[{ value: "", label: t("acts.stays") }, ...options]}
      change={pick}
    />
  );
}

/** Tags, team, assignee, priority, state: each stays as it is unless somebody chooses. */
export function ActFields({ acts, change }: FieldProps) {
  const { agents, teams } = known.directory;
  const stays: Option = { value: "", label: t("acts.stays") };
  return (
    <fieldset class="field acts">
      <legend>{t("acts.title")}</legend>
      <Tags label={t("acts.tags_add")} chosen={acts.tags_add} change={(tags_add) => change({ tags_add })} />
      <Tags label={t("acts.tags_remove")} chosen={acts.tags_remove} change={(tags_remove) => change({ tags_remove })} />
      <div class="acts-grid">
        <Choose
          label={t("acts.assignee")}
          value={acts.assignee ?? ""}
          options={[
            stays,
            { value: "me", label: t("acts.assignee.me") },
            { value: "none", label: t("nobody") },
            ...agents
              .filter((agent) => agent.active || agent.id === acts.assignee)
              .map((agent) => ({ value: agent.id, label: agent.name })),
          ]}
          change={(value) => change({ assignee: value || null })}
        />
        <Choose
          label={t("team")}
          value={acts.team ?? ""}
          options={[
            stays,
            { value: "none", label: t("no_team") },
            ...teams
              .filter((team) => !team.retired || team.id === acts.team)
              .map((team) => ({ value: team.id, label: team.name })),
          ]}
          change={(value) => change({ team: value || null })}
        />
        <StatusField acts={acts} change={change} />
        <Choose
          label={t("priority")}
          value={acts.priority === null ? "" : String(acts.priority)}
          options={[
            stays,
            ...PRIORITIES.map((one) => ({ value: String(one), label: t(`priority.${one}` as WordKey) })),
          ]}
          change={(value) => change({ priority: value === "" ? null : Number(value) })}
        />
      </div>
    </fieldset>
  );
}
