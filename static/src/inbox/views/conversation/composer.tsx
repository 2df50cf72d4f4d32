import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { filesOf } from "../../../shared/files";
import { isComposing } from "../../../shared/keys";
import type { ConversationView } from "../../../wire";
import { now } from "../../clock";
import { say, switchLeg } from "../../commands";
import { draftOf, keepDraft } from "../../commands/drafts";
import { stopTyping, typing } from "../../commands/signals";
import { known } from "../../store";
import type { Mode } from "../../store/state";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { language, t, type WordKey } from "../../words";
import { accountOf } from "../../store/select";
import { actorName } from "../names";
import { focusComposer, modeOf, placeOf, setMode, type Way, wayOf } from "./composing";
import { addressee, personAt } from "./people";
import { replyingTo } from "./selection";
import { seenIn } from "./seen";
import { Stopped } from "./stopped";
import { UploadChips } from "./upload-chips";
import { addFiles, takeFiles, uploadsOf } from "./uploads";

const TALLEST = 280; // px a composer grows to before it scrolls
const COUNTED_FROM = 0.8; // of the longest text

function useOwnHeight(text: string) {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(TALLEST, element.scrollHeight + 2)}px`;
  }, [text]);
  return area;
}

function Tabs({ conversation, mode }: { conversation: string; mode: Mode }) {
  const tab = (one: Mode, act: string) => (
    <button
      type="button"
      role="tab"
      aria-selected={mode === one}
      class={`composer-tab tab-${one}`}
      data-act={act}
      onClick={() => {
        stopTyping();
        setMode(conversation, one);
        focusComposer();
      }}
    >
      <Icon name={one === "note" ? "lock" : "reply"} size={15} />
      {t(one === "note" ? "note" : "reply")}
    </button>
  );
  return (
    <div class="composer-tabs" role="tablist" aria-label={t("composer.mode")}>
      {tab("public", "reply")}
      {tab("note", "note")}
    </div>
  );
}

/** Who is answered, and by which channel. */
function WayFace({ view, way }: { view: ConversationView; way: Way }) {
  return (
    <>
      <span class="composer-to">{t("composer.to", { name: addressee(view, way.leg) })}</span>
      <ChannelIcon account={way.account} size={14} />
      <span class="composer-account">{way.account?.label[language.value]}</span>
    </>
  );
}

function LegPicker({ view, way }: { view: ConversationView; way: Way }) {
  if (view.legs.length < 2) {
    return way.account ? (
      <span class="composer-way" title={way.leg?.identity.address}>
        <WayFace view={view} way={way} />
      </span>
    ) : null;
  }
  return (
    <Picker
      label={t("composer.leg")}
      plain
      worded
      face={
        <span class="composer-way">
          <WayFace view={view} way={way} />
          <Icon name="down" size={14} />
        </span>
      }
      choices={view.legs.map((leg) => {
        const account = accountOf(known, leg);
        return {
          id: leg.id,
          label: personAt(view, leg),
          hint: account?.label[language.value],
          chosen: leg.id === view.leg,
          mark: <ChannelIcon account={account} />,
        };
      })}
      pick={(leg) => void switchLeg(view.id, leg)}
    />
  );
}

function Quoted({ conversation }: { conversation: string }) {
  const quoted = replyingTo.value;
  if (quoted?.conversation !== conversation) return null;
  return (
    <div class="composer-quote">
      <Icon name="reply" size={14} />
      <span>
        <b>{actorName(quoted.message.author)}</b> {quoted.message.text}
      </span>
      <button
        type="button"
        class="button quiet square small"
        aria-label={t("composer.no_quote")}
        onClick={() => (replyingTo.value = null)}
      >
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

/** Where words are written. In note mode all of it is amber and says so: nobody sends a note by mistake. */
export function Composer({ view }: { view: ConversationView }) {
  const { id } = view;
  const mode = modeOf(id);
  const place = placeOf(id, mode);
  const text = draftOf(id, mode);
  const way = wayOf(view, now.value);
  const files = uploadsOf(place);
  const picker = useRef<HTMLInputElement>(null);
  const area = useOwnHeight(text);
  const { limits } = known;
  const longest = mode === "note" ? limits.text_length : (way.account?.capabilities.text_length ?? limits.text_length);
  const left = longest - [...text].length;
  const closed = mode === "public" ? way.closed : null;
  const uploading = files.some((file) => !file.done && !file.failed);
  const ready = !closed && !uploading && left >= 0 && (text.trim() !== "" || files.some((file) => file.done));
  useEffect(() => stopTyping, [id, mode]);

  const send = () => {
    if (!ready) return;
    const quoted = replyingTo.value?.conversation === id ? replyingTo.value.message.id : null;
    say(id, mode, { text: text.trim(), files: takeFiles(place), seen: seenIn(id), leg: view.leg, replyTo: quoted });
    replyingTo.value = null;
    keepDraft(id, mode, "", 0);
  };
  const add = (list: readonly File[]) =>
    addFiles(place, list, mode === "public" ? (way.account?.capabilities ?? null) : null);

  return (
    <section
      class={`composer mode-${mode}`}
      aria-label={t(mode === "note" ? "composer.note" : "composer.reply")}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        add(filesOf(event.dataTransfer));
      }}
    >
      <Stopped view={view} />
      <div class="composer-head">
        <Tabs conversation={id} mode={mode} />
        {mode === "note" ? (
          <span class="composer-warning">
            <Icon name="lock" size={13} />
            {t("composer.only_team")}
          </span>
        ) : (
          <LegPicker view={view} way={way} />
        )}
      </div>
      <Quoted conversation={id} />
      {closed && (
        <p class="composer-closed">
          <Icon name="block" size={15} />
          {t(`composer.closed.${closed}` as WordKey)}
        </p>
      )}
      <textarea
        ref={area}
        class="composer-text"
        rows={2}
        value={text}
        dir="auto"
        disabled={closed !== null}
        enterkeyhint="send"
        placeholder={t(mode === "note" ? "composer.note_hint" : "composer.reply_hint")}
        aria-label={t(mode === "note" ? "composer.note" : "composer.reply")}
        onInput={(event) => {
          keepDraft(id, mode, event.currentTarget.value);
          if (event.currentTarget.value) typing(id, mode);
          else stopTyping();
        }}
        onBlur={stopTyping}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
          event.preventDefault();
          send();
        }}
        onPaste={(event) => {
          const pasted = filesOf(event.clipboardData);
          if (pasted.length === 0) return;
          event.preventDefault();
          add(pasted);
        }}
      />
      <UploadChips place={place} files={files} />
      <div class="composer-foot">
        <button
          type="button"
          class="button quiet square"
          aria-label={t("composer.attach")}
          title={t("composer.attach")}
          disabled={closed !== null}
          onClick={() => picker.current?.click()}
        >
          <Icon name="clip" />
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          tabIndex={-1}
          onChange={(event) => {
            add(Array.from(event.currentTarget.files ?? []));
            event.currentTarget.value = "";
          }}
        />
        <span class="composer-hint faint">{t("composer.keys")}</span>
        {left < longest * (1 - COUNTED_FROM) && (
          <span class={left < 0 ? "composer-left over" : "composer-left"} role="status">
            {t("composer.left", { n: new Intl.NumberFormat(language.value).format(left) })}
          </span>
        )}
        <button
          type="button"
          class={mode === "note" ? "button note-send" : "button primary"}
          disabled={!ready}
          onClick={send}
        >
          <Icon name={mode === "note" ? "lock" : "send"} size={15} />
          {t(mode === "note" ? "composer.add_note" : "composer.send")}
        </button>
      </div>
    </section>
  );
}
