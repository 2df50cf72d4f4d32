// Writing a macro: its text with places chosen from a menu, what it does, whose it is, and how it would read.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MacroView } from "../../../wire";
import { patch, post } from "../../api";
import { NO_ACTS } from "../../commands/along";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { t } from "../../words";
import { NameField } from "./editable";
import { Form } from "./form";
import { ActFields, actWords } from "./macro-acts";
import { withPlace } from "./macro-places";
import { MacroPreview } from "./macro-preview";
import { placeLabel, placeNames } from "./place-labels";
import { isWhole, mayShare, type Shared, ScopeField, sentScope } from "./scope";

export type Written = Pick<MacroView, "name" | "text" | "actions"> & Shared;

export const EMPTY: Written = { name: "", text: "", actions: NO_ACTS, scope: "personal", teams: [] };

/** A new one that begins as another is; whoever may not share has it for themselves. */
export function copyOf(macro: MacroView): Written {
  const { text, actions, scope, teams } = macro;
  const own: Shared = mayShare() ? { scope, teams } : { scope: "personal", teams: [] };
  return { name: t("macros.copy_name", { name: macro.name }), text, actions, ...own };
}

function placeChoices() {
  return placeNames().map((name) => ({ id: name, label: placeLabel(name), hint: name }));
}

const LONGEST = 20_000; // characters, as the server takes them

function TextField({ text, change }: { text: string; change: (text: string) => void }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const cursor = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (cursor.current === null) return;
    area.current?.focus();
    area.current?.setSelectionRange(cursor.current, cursor.current);
    cursor.current = null;
  }, [text]);
  const put = (name: string) => {
    const { selectionStart, selectionEnd } = area.current ?? { selectionStart: text.length, selectionEnd: text.length };
    const [fresh, at] = withPlace(text, [selectionStart, selectionEnd], name);
    cursor.current = at;
    change(fresh);
  };
  return (
    <div class="field">
      <div class="macro-text-head">
        <label for="macro-text">{t("macros.text")}</label>
        <Picker
          label={t("macros.insert")}
          worded
          side="end"
          faceClass="button small"
          face={
            <>
              <Icon name="plus" size={12} />
              {t("macros.insert_face")}
            </>
          }
          choices={placeChoices()}
          pick={put}
        />
      </div>
      <textarea
        ref={area}
        id="macro-text"
        class="input area macro-text"
        rows={8}
        maxLength={LONGEST}
        dir="auto"
        aria-describedby="macro-text-more"
        value={text}
        onInput={(event) => change(event.currentTarget.value)}
      />
      <small class="faint" id="macro-text-more">
        {t("macros.text_more", { example: `{{contact.name|${t("macros.stand_in")}}}` })}
      </small>
    </div>
  );
}

export function MacroDialog({
  macro,
  first,
  close,
  done,
}: {
  /** The one that is changed; null: a new one is made. */
  macro: MacroView | null;
  first: Written;
  close: () => void;
  done: () => void;
}) {
  const [written, setWritten] = useState<Written>(first);
  const { name, text, actions } = written;
  const change = (some: Partial<Written>) => setWritten((before) => ({ ...before, ...some }));
  const body = { name: name.trim(), text, actions, ...sentScope(written) };
  const idle = !text.trim() && actWords(actions).length === 0;
  return (
    <Dialog title={t(macro ? "macros.edit" : "macros.make")} wide close={close}>
      <Form
        label={t("save")}
        cancel={close}
        disabled={!name.trim() || idle || !isWhole(written)}
        save={() => (macro ? patch(`/macros/${macro.id}`, body) : post("/macros", body))}
        done={() => {
          done();
          close();
        }}
      >
        <div class="macro-form">
          <div class="form">
            <NameField label={t("name")} name={name} change={(name) => change({ name })} />
            <TextField text={text} change={(text) => change({ text })} />
            <ScopeField shared={written} change={change} />
          </div>
          <div class="form">
            <MacroPreview text={text} />
            <ActFields acts={actions} change={(some) => change({ actions: { ...actions, ...some } })} />
          </div>
        </div>
      </Form>
    </Dialog>
  );
}
