// A channel's templates: found, looked at, filled in. What is done with the filled one is the caller's.

import { useEffect, useRef, useState } from "preact/hooks";
import type { TemplateSent, TemplatesList, TemplateView } from "../../../../wire";
import { get, problemOf } from "../../../api";
import { Icon } from "../../../ui/icons";
import { SearchField } from "../../../ui/search-field";
import { Empty, Failed, Skeleton } from "../../../ui/states";
import { problemText, t } from "../../../words";
import { languageName } from "../../names";
import { filled, foundTemplates, gapsOf, piecesOf, type Values } from "./filling";

type Read = { phase: "asked" } | { phase: "failed"; text: string } | { phase: "ready"; all: readonly TemplateView[] };

function useTemplates(account: string): [Read, () => void] {
  const [read, setRead] = useState<Read>({ phase: "asked" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    setRead({ phase: "asked" });
    get<TemplatesList>("/templates", { account }).then(
      ({ templates }) => current && setRead({ phase: "ready", all: templates }),
      (error: unknown) => current && setRead({ phase: "failed", text: problemText(problemOf(error)) }),
    );
    return () => {
      current = false;
    };
  }, [account, round]);
  return [read, () => setRound((n) => n + 1)];
}

const STATES = ["approved", "pending", "rejected", "paused", "disabled", "unsubmitted"] as const;

/** A provider's own word stands as it is. */
function stateWord(state: string): string {
  const known = state === "received" ? "pending" : STATES.find((one) => one === state);
  return known ? t(`template.state.${known}`) : state;
}

function Row({ one, choose }: { one: TemplateView; choose: () => void }) {
  return (
    <li>
      <button type="button" class="template-row" data-template={one.key} onClick={choose}>
        <span class="template-name">
          <b>{one.name}</b>
          <span class="faint">{languageName(one.language)}</span>
          {one.state !== "approved" && (
            <span class={one.state === "rejected" ? "badge bad" : "badge"}>{stateWord(one.state)}</span>
          )}
        </span>
        <span class="template-words" lang={one.language}>
          {one.text}
        </span>
      </button>
    </li>
  );
}

function Preview({ one, values }: { one: TemplateView; values: Values }) {
  return (
    <figure class="template-preview">
      <figcaption class="faint">{t("template.preview")}</figcaption>
      <p class="bubble words" lang={one.language} dir="auto" aria-live="polite">
        {piecesOf(one, values).map((piece, index) =>
          piece.gap !== undefined ? (
            <mark key={index} class="template-gap">
              {t("template.place", { name: piece.gap })}
            </mark>
          ) : piece.filled ? (
            <b key={index}>{piece.text}</b>
          ) : (
            piece.text
          ),
        )}
      </p>
    </figure>
  );
}

interface PlacesProps {
  one: TemplateView;
  values: Values;
  /** The send was tried: what is empty says so. */
  missed: boolean;
  set: (name: string, value: string) => void;
}

function Places({ one, values, missed, set }: PlacesProps) {
  return (
    <>
      {Object.entries(one.variables).map(([name, example]) => (
        <label key={name} class="field">
          <span>{t("template.place", { name })}</span>
          <input
            class="input"
            data-place={name}
            maxLength={1000}
            value={values[name] ?? ""}
            placeholder={example ? t("template.example", { example }) : ""}
            aria-invalid={missed && !values[name]?.trim()}
            onInput={(event) => set(name, event.currentTarget.value)}
          />
        </label>
      ))}
    </>
  );
}

interface FilledProps {
  one: TemplateView;
  begun: Values;
  to: string;
  send: (template: TemplateSent, words: string) => void;
  back: () => void;
  problem: string | null;
}

function Filled({ one, begun, to, send, back, problem }: FilledProps) {
  const [values, setValues] = useState<Values>(begun);
  const [missed, setMissed] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const off = one.state !== "approved";
  const submit = () => {
    if (off) return;
    const [gap] = gapsOf(one, values);
    setMissed(gap !== undefined);
    if (gap === undefined) return send({ key: one.key, variables: { ...values } }, filled(one, values));
    form.current?.querySelector<HTMLInputElement>(`[data-place="${CSS.escape(gap)}"]`)?.focus();
  };
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("input, button[type=submit]:not(:disabled)")?.focus();
  }, []);
  const said = problem ?? (missed && gapsOf(one, values).length > 0 ? t("template.gaps") : null);
  return (
    <form
      ref={form}
      class="form template-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <button type="button" class="button quiet small template-back" onClick={back}>
        <Icon name="back" size={15} />
        {t("template.others")}
      </button>
      <h3 class="template-title">{one.name}</h3>
      {off && (
        <p class="template-off" role="status">
          <Icon name="block" size={15} />
          <span>
            {t("template.off", { state: stateWord(one.state) })}
            {one.reason && <q class="template-why">{one.reason}</q>}
          </span>
        </p>
      )}
      <Places one={one} values={values} missed={missed} set={(name, value) => setValues({ ...values, [name]: value })} />
      <Preview one={one} values={values} />
      {said && (
        <p class="form-problem" role="alert">
          {said}
        </p>
      )}
      <div class="form-acts">
        <span class="template-to faint">{to}</span>
        <button type="submit" class="button primary" disabled={off}>
          <Icon name="send" size={15} />
          {t("composer.send")}
        </button>
      </div>
    </form>
  );
}

interface ChooserProps {
  account: string;
  /** Who will read it, in words. */
  to: string;
  begun: TemplateSent | null;
  send: (template: TemplateSent, words: string) => void;
  problem?: string | null;
}

const SHOWN = 100; // rows at once; a thousand are found by typing

export function TemplateChooser({ account, to, begun, send, problem = null }: ChooserProps) {
  const [read, again] = useTemplates(account);
  const [wanted, setWanted] = useState("");
  const [key, setKey] = useState<string | null>(begun?.key ?? null);
  if (read.phase === "asked") return <Skeleton kind="line" rows={5} />;
  if (read.phase === "failed") return <Failed text={read.text} retry={again} />;
  if (read.all.length === 0)
    return (
      <Empty icon="template" title={t("template.none")}>
        {t("template.none_more")}
      </Empty>
    );
  const chosen = read.all.find((one) => one.key === key);
  if (chosen)
    return (
      <Filled
        key={chosen.key}
        one={chosen}
        begun={begun?.key === chosen.key ? (begun.variables ?? {}) : {}}
        to={to}
        send={send}
        back={() => setKey(null)}
        problem={problem}
      />
    );
  const found = foundTemplates(read.all, wanted);
  return (
    <div class="templates">
      <SearchField label={t("template.find")} value={wanted} change={setWanted} />
      <ul class="template-list">
        {found.slice(0, SHOWN).map((one) => (
          <Row key={one.key} one={one} choose={() => setKey(one.key)} />
        ))}
      </ul>
      {found.length === 0 && <p class="faint">{t("template.not_found")}</p>}
      {found.length > SHOWN && <p class="faint">{t("picker.more")}</p>}
    </div>
  );
}
