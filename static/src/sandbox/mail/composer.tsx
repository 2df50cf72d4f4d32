import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { fileSize, filesOf } from "../../shared/files";
import type { Composing } from "./composing";
import { type Box, keep, known, picture, Refusal, send } from "./door";
import { Back, Clip, Cross } from "./icons";
import { language, t } from "./words";

interface Composed {
  box: Box;
  draft: Composing;
  write: (draft: Composing) => void;
  /** It was sent or thrown away. */
  leave: () => void;
  /** It is kept for later. */
  back: () => void;
}

export function Composer({ box, draft, write, leave, back }: Composed) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [cc, setCc] = useState(draft.cc !== "");
  const sending = useRef(false);
  const words = useRef<HTMLTextAreaElement>(null);
  const to = useRef<HTMLInputElement>(null);
  const id = useId();
  // Files come in while more is written: what stands now counts, not what stood when they were chosen.
  const current = useRef(draft);
  current.current = draft;
  const set = (change: Partial<Composing>) => {
    current.current = { ...current.current, ...change };
    write(current.current);
  };
  // At once: who types already must not be sent elsewhere.
  useLayoutEffect(() => (draft.to ? words.current : to.current)?.focus(), []);

  const add = async (files: readonly { name: string; body: Blob }[]) => {
    setProblem("");
    for (const { name, body } of files) {
      if (body.size > known.largest) {
        setProblem(t("letters.too_large", { size: fileSize(known.largest, language) }));
        continue;
      }
      try {
        const ready = await keep(name, body);
        set({ files: [...current.current.files, { ...ready, inline: ready.type.startsWith("image/") }] });
      } catch {
        setProblem(t("letters.not_attached"));
      }
    }
  };
  const addPicture = async (name: string) => {
    try {
      await add([{ name: `${name}.png`, body: await (await fetch(picture(name))).blob() }]);
    } catch {
      setProblem(t("letters.not_attached"));
    }
  };
  const submit = () => {
    if (sending.current) return;
    if (!draft.to.trim()) {
      setProblem(t("letters.no_recipient"));
      to.current?.focus();
      return;
    }
    if (!areAddresses(draft.to) || !areAddresses(draft.cc)) {
      setProblem(t("letters.bad_address"));
      return;
    }
    sending.current = true;
    setBusy(true);
    setProblem("");
    const { kind, of, subject, text, quoted } = draft;
    const files = draft.files.map((file) => ({ id: file.id, inline: file.inline }));
    send(box.address, { to: draft.to, cc: draft.cc, subject, text, kind, of, quoted, files }).then(leave, (why: unknown) => {
      sending.current = false;
      setBusy(false);
      const status = why instanceof Refusal ? why.status : 0;
      setProblem(t(status === 400 ? "letters.bad_address" : status === 404 ? "letters.gone" : "letters.not_sent"));
    });
  };
  return (
    <form
      class="writing"
      aria-label={t("letters.writing")}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) submit();
      }}
      onPaste={(event) => {
        const files = filesOf(event.clipboardData);
        if (files.length > 0) {
          event.preventDefault();
          void add(files.map((file) => ({ name: file.name, body: file })));
        }
      }}
    >
      <div class="writing-head">
        <button type="button" class="plain back" aria-label={t("letters.later")} title={t("letters.later")} onClick={back}>
          <Back />
        </button>
        <h2>{t(`letters.kind.${draft.kind}`)}</h2>
        <button type="submit" class="go" disabled={busy}>
          {t(busy ? "letters.sending" : "letters.send")}
        </button>
        <button type="button" onClick={leave}>
          {t("letters.discard")}
        </button>
      </div>
      <p class="problem" role="alert">
        {problem}
      </p>
      <div class="line">
        <label for={`${id}-to`}>{t("letters.to")}</label>
        <input
          id={`${id}-to`}
          ref={to}
          inputMode="email"
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          value={draft.to}
          onInput={(event) => set({ to: event.currentTarget.value })}
        />
        {!draft.to && (
          <button type="button" class="small" onClick={() => set({ to: known.shop })}>
            {known.shop}
          </button>
        )}
        {!cc && (
          <button type="button" class="small" onClick={() => setCc(true)}>
            {t("letters.cc")}
          </button>
        )}
      </div>
      {cc && (
        <div class="line">
          <label for={`${id}-cc`}>{t("letters.cc")}</label>
          <input
            id={`${id}-cc`}
            inputMode="email"
            autoComplete="off"
            autoCapitalize="off"
            spellcheck={false}
            value={draft.cc}
            onInput={(event) => set({ cc: event.currentTarget.value })}
          />
        </div>
      )}
      <div class="line">
        <label for={`${id}-subject`}>{t("letters.subject")}</label>
        <input
          id={`${id}-subject`}
          autoComplete="off"
          maxLength={500}
          value={draft.subject}
          onInput={(event) => set({ subject: event.currentTarget.value })}
        />
      </div>
      <textarea
        ref={words}
        dir="auto"
        lang={box.language}
        maxLength={50_000}
        aria-label={t("letters.words")}
        value={draft.text}
        onInput={(event) => set({ text: event.currentTarget.value })}
      />
      {draft.files.length > 0 && (
        <ul class="files" aria-label={t("letters.files")}>
          {draft.files.map((file) => (
            <li key={file.id}>
              <Clip />
              <span>
                {file.name} <span class="faint">{fileSize(file.size, language)}</span>
              </span>
              {file.type.startsWith("image/") && (
                <label class="check">
                  <input
                    type="checkbox"
                    checked={file.inline}
                    onChange={(event) => {
                      const inline = event.currentTarget.checked;
                      set({ files: draft.files.map((one) => (one === file ? { ...one, inline } : one)) });
                    }}
                  />
                  {t("letters.inline")}
                </label>
              )}
              <button
                type="button"
                class="plain"
                aria-label={t("letters.without", { name: file.name })}
                title={t("letters.without", { name: file.name })}
                onClick={() => set({ files: draft.files.filter((one) => one !== file) })}
              >
                <Cross />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="along">
        <label class="own">
          <input
            type="file"
            multiple
            onChange={(event) => {
              const chosen = [...(event.currentTarget.files ?? [])];
              event.currentTarget.value = "";
              void add(chosen.map((file) => ({ name: file.name, body: file })));
            }}
          />
          <Clip />
          {t("letters.attach")}
        </label>
        {known.pictures.map((name) => (
          <button type="button" key={name} class="small" onClick={() => void addPicture(name)}>
            <img src={picture(name)} alt="" width={40} height={30} />
            {t(`letters.picture.${name}`)}
          </button>
        ))}
      </div>
      {draft.quote && (
        <details class="quoted">
          <summary>{t(draft.kind === "forward" ? "letters.passed_on" : "letters.quoted")}</summary>
          <label class="check">
            <input type="checkbox" checked={draft.quoted} onChange={(event) => set({ quoted: event.currentTarget.checked })} />
            {t("letters.with_quote")}
          </label>
          <pre tabIndex={0}>{draft.quote}</pre>
        </details>
      )}
      {draft.kind === "new" && <Says box={box} take={(line) => set({ to: draft.to || known.shop, text: line, subject: draft.subject || line })} />}
    </form>
  );
}

const ADDRESS = /^(?:[^<>]*<)?[^\s@<>(),;:"[\]]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?>?$/i;

/** Does each of what is written between commas look like an address, with a name before it or without? */
function areAddresses(written: string): boolean {
  const told = written.split(/[,;]/).map((one) => one.trim());
  return told.filter(Boolean).every((one) => ADDRESS.test(one));
}

function Says({ box, take }: { box: Box; take: (line: string) => void }) {
  const lines = known.says[box.address] ?? [];
  if (lines.length === 0) return null;
  return (
    <div class="says">
      <h3>{t("letters.says")}</h3>
      <ul lang={box.language}>
        {lines.map((line) => (
          <li key={line}>
            <button type="button" class="small" onClick={() => take(line)}>
              {line}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
