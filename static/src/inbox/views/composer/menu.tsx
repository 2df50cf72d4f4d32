// The menus of the field: macros behind `/`, colleagues and teams behind `@`. The focus stays in the field.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MacroTried, MacroView } from "../../../wire";
import { known } from "../../store";
import { agentOf } from "../../store/select";
import { AgentAvatar } from "../../ui/avatar";
import { Icon } from "../../ui/icons";
import { Skeleton } from "../../ui/states";
import { t } from "../../words";
import { actIcon, actWords, placeWords } from "./act-words";
import { actsIn } from "./along";
import { filledFor, macros, wantMacros } from "./macros";
import type { Named } from "./mentions";
import { gapsIn } from "./places";

export const MENU = "composer-menu";

export function choiceId(index: number): string {
  return `${MENU}-${index}`;
}

interface ListProps {
  label: string;
  length: number;
  at: number;
  row: (index: number) => ComponentChildren;
  isOff?: (index: number) => boolean;
  setAt: (index: number) => void;
  take: (index: number) => void;
}

function List({ label, length, at, row, isOff, setAt, take }: ListProps) {
  useEffect(() => {
    document.getElementById(choiceId(at))?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <ul id={MENU} class="composer-choices" role="listbox" aria-label={label} tabIndex={0}>
      {Array.from({ length }, (_, index) => (
        <li
          key={index}
          id={choiceId(index)}
          role="option"
          aria-selected={index === at}
          aria-disabled={isOff?.(index) ?? false}
          class={`choice${index === at ? " current" : ""}${isOff?.(index) ? " off" : ""}`}
          // The press must not take the focus from the field.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(index)}
          onPointerMove={() => setAt(index)}
        >
          {row(index)}
        </li>
      ))}
    </ul>
  );
}

interface MenuProps<One> {
  found: readonly One[];
  at: number;
  setAt: (index: number) => void;
  take: (one: One) => void;
}

// --- macros ---------------------------------------------------------------------------------------------------------

function useFilled(conversation: string, macro: MacroView | undefined): MacroTried | "failed" | null {
  const [filled, setFilled] = useState<{ of: string; answer: MacroTried | "failed" } | null>(null);
  const text = macro?.text;
  useEffect(() => {
    if (text === undefined) return;
    let wanted = true;
    const tell = (answer: MacroTried | "failed") => wanted && setFilled({ of: text, answer });
    filledFor(conversation, text).then(tell, () => tell("failed"));
    return () => {
      wanted = false;
    };
  }, [conversation, text]);
  return filled && filled.of === text ? filled.answer : null;
}

function Filled({ text }: { text: string }) {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const gap of gapsIn(text)) {
    parts.push(text.slice(end, gap.from));
    parts.push(
      <mark key={gap.from} class="gap">
        {placeWords(gap.name)}
      </mark>,
    );
    end = gap.to;
  }
  return (
    <p class="macro-words" dir="auto" lang={/[가-힣]/.test(text) ? "ko" : undefined}>
      {parts}
      {text.slice(end)}
    </p>
  );
}

function Preview({ conversation, macro }: { conversation: string; macro: MacroView }) {
  const filled = useFilled(conversation, macro);
  const missing = filled !== null && filled !== "failed" ? filled.missing : [];
  return (
    <div class="macro-shown" role="region" aria-label={t("macro.shown")} aria-live="polite" tabIndex={0}>
      <p class="macro-shown-name">{macro.name}</p>
      {filled === null && macro.text && <Skeleton kind="row" rows={1} />}
      {filled === "failed" && <p class="faint">{t("macro.preview_failed")}</p>}
      {filled !== null && filled !== "failed" && filled.text && <Filled text={filled.text} />}
      {missing.length > 0 && (
        <p class="macro-missing">
          <Icon name="warning" size={14} />
          {t("macro.missing", { names: missing.map(placeWords).join(", ") })}
        </p>
      )}
      {actsIn(macro.actions).length > 0 && (
        <ul class="macro-does">
          {actsIn(macro.actions).map((act) => (
            <li key={actWords(act)}>
              <Icon name={actIcon(act)} size={13} />
              {actWords(act)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function scopeWords(macro: MacroView): string {
  if (macro.scope === "personal") return t("macro.scope.personal");
  if (macro.scope === "all") return "";
  const { teams } = known.directory;
  return macro.teams.map((id) => teams.find((team) => team.id === id)?.name ?? t("some_team")).join(", ");
}

function NoMacros() {
  return (
    <div class="composer-menu-empty">
      <p>
        <b>{t("macro.empty")}</b>
      </p>
      <p class="faint">{t("macro.empty_more")}</p>
      <a class="button" href="/settings/macros">
        <Icon name="plus" size={14} />
        {t("macro.make")}
      </a>
    </div>
  );
}

export function MacroMenu({
  conversation,
  found,
  at,
  setAt,
  take,
}: MenuProps<MacroView> & { conversation: string }) {
  const all = macros.value;
  const macro = found[at];
  useEffect(wantMacros, []);
  return (
    <div class="composer-menu macros">
      {all === null && <Skeleton kind="row" rows={2} />}
      {all === "failed" && (
        <p class="composer-menu-none" role="alert">
          {t("macro.failed")}{" "}
          <button
            type="button"
            class="button small"
            onMouseDown={(event) => event.preventDefault()}
            onClick={wantMacros}
          >
            {t("try_again")}
          </button>
        </p>
      )}
      {Array.isArray(all) && all.length === 0 && <NoMacros />}
      {Array.isArray(all) && all.length > 0 && !macro && (
        <p class="composer-menu-none" role="status">
          {t("macro.none_so")}
        </p>
      )}
      {macro && (
        <div class="composer-menu-both">
          <List
            label={t("macro.menu")}
            length={found.length}
            at={at}
            setAt={setAt}
            take={(index) => found[index] && take(found[index])}
            row={(index) => (
              <>
                <span class="choice-label">{found[index]?.name}</span>
                <span class="choice-acts" aria-hidden="true">
                  {actsIn(found[index]?.actions ?? macro.actions)
                    .slice(0, 4)
                    .map((act, place) => (
                      <Icon key={place} name={actIcon(act)} size={13} />
                    ))}
                </span>
                <span class="choice-hint">{found[index] && scopeWords(found[index])}</span>
              </>
            )}
          />
          <Preview conversation={conversation} macro={macro} />
        </div>
      )}
      {macro && <p class="composer-menu-keys faint">{t("macro.keys")}</p>}
    </div>
  );
}

// --- mentions -------------------------------------------------------------------------------------------------------

function NamedFace({ one }: { one: Named }) {
  const agent = one.kind === "agent" ? agentOf(known, one.id) : undefined;
  return (
    <>
      <span class="choice-mark">
        {agent ? (
          <AgentAvatar agent={agent} size="small" presence={known.signals.agents[agent.id]} />
        ) : (
          <Icon name="team" size={16} />
        )}
      </span>
      <span class="choice-label">{one.name}</span>
      <span class="choice-hint">
        {one.sees ? one.kind === "team" && t("mention.team") : t("mention.unseen")}
      </span>
    </>
  );
}

export function MentionMenu({ found, at, setAt, take }: MenuProps<Named>) {
  return (
    <div class="composer-menu">
      {found.length === 0 && (
        <p class="composer-menu-none" role="status">
          {t("mention.none")}
        </p>
      )}
      {found.length > 0 && (
        <List
          label={t("mention.menu")}
          length={found.length}
          at={at}
          setAt={setAt}
          isOff={(index) => !found[index]?.sees}
          take={(index) => found[index] && take(found[index])}
          row={(index) => found[index] && <NamedFace one={found[index]} />}
        />
      )}
    </div>
  );
}
