import type { ComponentChildren } from "preact";
import { span } from "../../../shared/time";
import type { FilterView } from "../../../wire";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { language, t, type WordKey } from "../../words";
import { colourClass, TagChip } from "../tags";
import { WAITS } from "./filter-words";

const STATUSES = ["open", "snoozed", "closed", "spam", "any"] as const;
const PRIORITIES = [4, 3, 2, 1, 0] as const;
const ANY = "";

interface SelectProps {
  label: string;
  value: string;
  change: (value: string) => void;
  children: ComponentChildren;
}

function Select({ label, value, change, children }: SelectProps) {
  return (
    <label class="field">
      <span>{label}</span>
      <select class="input" value={value} onChange={(event) => change(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  );
}

function Tags({ filter, set }: { filter: FilterView; set: (change: Partial<FilterView>) => void }) {
  const { tags } = known.directory;
  const chosen = filter.tags.map((id) => tags.find((tag) => tag.id === id)).filter((tag) => tag !== undefined);
  const without = (id: string) => filter.tags.filter((one) => one !== id);
  return (
    <fieldset class="field filter-tags">
      <legend>{t("nav.tags")}</legend>
      <span class="filter-chosen">
        {chosen.map((tag) => (
          <TagChip key={tag.id} tag={tag} remove={() => set({ tags: without(tag.id) })} />
        ))}
        <Picker
          label={t("tag.one")}
          worded
          several
          faceClass="tag tag-add"
          face={
            <>
              <Icon name="plus" size={12} />
              {t("tag.one")}
            </>
          }
          choices={tags
            .filter((tag) => !tag.retired || filter.tags.includes(tag.id))
            .map((tag) => ({
              id: tag.id,
              label: tag.name,
              chosen: filter.tags.includes(tag.id),
              mark: <span class={`nav-mark ${colourClass(tag.colour)}`} />,
            }))}
          pick={(id) => set({ tags: filter.tags.includes(id) ? without(id) : [...filter.tags, id] })}
        />
      </span>
    </fieldset>
  );
}

/** Everything a list can be narrowed by. */
export function FilterFields({ filter, change }: { filter: FilterView; change: (filter: FilterView) => void }) {
  const { agents, teams, accounts } = known.directory;
  const set = (part: Partial<FilterView>) => change({ ...filter, ...part });
  const spans = [...new Set([...WAITS, ...(filter.waiting_over ? [filter.waiting_over] : [])])].sort((a, b) => a - b);
  return (
    <div class="filter-fields">
      <Select
        label={t("narrow.status")}
        value={filter.status}
        change={(value) => set({ status: value as FilterView["status"] })}
      >
        {STATUSES.map((status) => (
          <option key={status} value={status}>
            {t(`status.${status}` as WordKey)}
          </option>
        ))}
      </Select>
      <Select label={t("assign.to")} value={filter.assignee ?? ANY} change={(value) => set({ assignee: value || null })}>
        <option value={ANY}>{t("narrow.any")}</option>
        <option value="me">{t("list.mine")}</option>
        <option value="none">{t("nobody")}</option>
        {agents
          .filter((agent) => agent.active || agent.id === filter.assignee)
          .map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
            </option>
          ))}
      </Select>
      {teams.length > 0 && (
        <Select label={t("team")} value={filter.team ?? ANY} change={(value) => set({ team: value || null })}>
          <option value={ANY}>{t("narrow.any")}</option>
          <option value="none">{t("no_team")}</option>
          {teams
            .filter((team) => !team.retired || team.id === filter.team)
            .map((team) => (
              <option key={team.id} value={team.id}>
                {team.name}
              </option>
            ))}
        </Select>
      )}
      {accounts.length > 0 && (
        <Select label={t("narrow.channel")} value={filter.account ?? ANY} change={(value) => set({ account: value || null })}>
          <option value={ANY}>{t("narrow.any")}</option>
          {accounts.map((account) => (
            <option key={account.id} value={account.id}>
              {account.label[language.value]}
            </option>
          ))}
        </Select>
      )}
      <Select
        label={t("narrow.waiting")}
        value={String(filter.waiting_over ?? ANY)}
        change={(value) => set({ waiting_over: value ? Number(value) : null })}
      >
        <option value={ANY}>{t("narrow.any")}</option>
        {spans.map((ms) => (
          <option key={ms} value={String(ms)}>
            {t("narrow.waits", { span: span(ms, language.value) })}
          </option>
        ))}
      </Select>
      <Select
        label={t("priority")}
        value={String(filter.priority ?? ANY)}
        change={(value) => set({ priority: value ? Number(value) : null })}
      >
        <option value={ANY}>{t("narrow.any")}</option>
        {PRIORITIES.map((priority) => (
          <option key={priority} value={String(priority)}>
            {t(`priority.${priority}` as WordKey)}
          </option>
        ))}
      </Select>
      <Tags filter={filter} set={set} />
      <label class="check">
        <input
          type="checkbox"
          checked={filter.unread}
          onChange={(event) => set({ unread: event.currentTarget.checked })}
        />
        <span>{t("narrow.unread")}</span>
      </label>
    </div>
  );
}
