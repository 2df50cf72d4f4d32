// What the team keeps in mind of a person, in every conversation. No customer ever sees it.

import { useEffect, useState } from "preact/hooks";
import { isComposing } from "../../../shared/keys";
import { newId } from "../../../shared/ids";
import type { ContactNotesList, ContactNoteView, ContactView } from "../../../wire";
import { get, patch, post, problemOf, remove } from "../../api";
import { known } from "../../store";
import { ConfirmDialog } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Picker } from "../../ui/picker";
import { Failed, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { problemText, t } from "../../words";
import { MessageText } from "../conversation/text";
import { actorName } from "../names";
import { Section } from "./section";

const LONGEST = 5000;

function failed(error: unknown): void {
  toast(problemText(problemOf(error)), { bad: true });
}

interface WriteProps {
  text: string;
  label: string;
  save: (text: string) => Promise<unknown>;
  close?: () => void;
}

/** Ctrl or ⌘ with Enter keeps it, as in the composer; Escape leaves it. */
function Write({ text: before, label, save, close }: WriteProps) {
  const [text, setText] = useState(before);
  const [busy, setBusy] = useState(false);
  const keep = () => {
    if (!text.trim() || busy) return;
    setBusy(true);
    save(text.trim())
      .then(() => {
        setText("");
        close?.();
      }, failed)
      .finally(() => setBusy(false));
  };
  return (
    <form
      class="person-note-form"
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <textarea
        class="input area"
        rows={close || text ? 3 : 1}
        maxLength={LONGEST}
        value={text}
        placeholder={label}
        aria-label={label}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
            event.preventDefault();
            keep();
          } else if (event.key === "Escape" && close) {
            event.stopPropagation();
            close();
          }
        }}
      />
      {(close || text.trim()) && (
        <div class="form-acts">
          {close && (
            <button type="button" class="button small" onClick={close}>
              {t("cancel")}
            </button>
          )}
          <button type="submit" class="button small primary" disabled={!text.trim() || busy}>
            {t("save")}
          </button>
        </div>
      )}
    </form>
  );
}

function Note({ note, changed }: { note: ContactNoteView; changed: () => void }) {
  const [doing, setDoing] = useState<"edit" | "remove" | null>(null);
  const done = () => setDoing(null);
  const may = note.author.id === known.me?.id || known.me?.role !== "agent";
  if (doing === "edit") {
    const save = (text: string) => patch(`/contact-notes/${note.id}`, { text }).then(changed);
    return (
      <li class="person-note">
        <Write text={note.text} label={t("person_note.edit")} save={save} close={done} />
      </li>
    );
  }
  return (
    <li class="person-note">
      <MessageText text={note.text} />
      <p class="person-note-foot faint">
        {actorName(note.author)} · <Moment at={note.at} />
        {note.edited_at !== null && ` · ${t("message.edited")}`}
        {may && (
          <Picker
            label={t("person_note.acts")}
            plain
            face={<Icon name="more" size={14} />}
            faceClass="button quiet square small"
            choices={[
              { id: "edit", label: t("edit"), mark: <Icon name="edit" /> },
              { id: "remove", label: t("person_note.remove"), mark: <Icon name="trash" /> },
            ]}
            pick={(id) => setDoing(id as "edit" | "remove")}
            side="end"
          />
        )}
      </p>
      {doing === "remove" && (
        <ConfirmDialog
          title={t("person_note.remove")}
          text={t("person_note.remove_sure")}
          yes={t("person_note.remove")}
          bad
          close={done}
          run={() => void remove(`/contact-notes/${note.id}`).then(changed, failed)}
        />
      )}
    </li>
  );
}

function List({ contact: { id, position } }: { contact: ContactView }) {
  const [notes, setNotes] = useState<readonly ContactNoteView[] | null>(null);
  const [problem, setProblem] = useState(false);
  const { generation } = known;
  const ask = () => {
    setProblem(false);
    get<ContactNotesList>(`/contacts/${id}/notes`).then(
      (answer) => setNotes(answer.notes),
      () => setProblem(true),
    );
  };
  useEffect(() => setNotes(null), [id, generation]);
  // Whoever writes one changes the contact: it is asked for again, with the former ones shown meanwhile.
  useEffect(ask, [id, generation, position]);
  const save = (text: string) => post(`/contacts/${id}/notes`, { text, client_id: newId() }).then(ask);
  return (
    <>
      <Write key={id} text="" label={t("person_note.add")} save={save} />
      {problem && <Failed text={t("person_notes.failed")} retry={ask} />}
      {!notes && !problem && <Skeleton kind="line" rows={2} />}
      {notes && notes.length > 0 && (
        <ul class="person-notes">
          {notes.map((note) => (
            <Note key={note.id} note={note} changed={ask} />
          ))}
        </ul>
      )}
    </>
  );
}

export function PersonNotes({ contact }: { contact: ContactView }) {
  return (
    <Section name="person-notes" title={t("person_notes")}>
      <List contact={contact} />
    </Section>
  );
}
