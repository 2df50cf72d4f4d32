import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isComposing, shortcutOf } from "../../../shared/keys";
import type { AttachmentView, ConversationView, MacroView } from "../../../wire";
import { now } from "../../clock";
import { draftOf, keepDraft } from "../../commands/drafts";
import { stopTyping, typing } from "../../commands/signals";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import type { Mode } from "../../store/state";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { t } from "../../words";
import { pictureMark, picturesIn } from "../mail/marks";
import { MailPreview, MailWriting, TemplateDialog } from "../parts";
import { actorName } from "../names";
import { isStuck } from "../shell/stopped-accounts";
import { focusComposer, modeOf, placeOf, setMode, type Way, wayOf } from "../conversation/composing";
import { isPicture } from "../conversation/gallery";
import { undoNewestHeld } from "../conversation/held";
import { replyingTo } from "../conversation/selection";
import { plainWords } from "../conversation/text";
import { Stopped } from "../conversation/stopped";
import { UploadChips } from "../conversation/upload-chips";
import { addFiles, uploadsOf } from "../conversation/uploads";
import { ActChips } from "./act-chips";
import { alongOf, emptied, setAlong, setLetter, withMacro } from "./along";
import { Closed } from "./closed";
import { CrossedDrafts } from "./crossed";
import { DropPlace, useDropping } from "./dropping";
import { Field, type Highlight } from "./field";
import { Foot, Linked, Parted } from "./foot";
import { Free } from "./free";
import { formatOf } from "./format-keys";
import { LegPicker } from "./leg-picker";
import { Reopens } from "./reopens";
import { filledFor, foundMacros, inLanguage, macros, macroUsed, speaksKorean } from "./macros";
import { choiceId, MacroMenu, MENU, MentionMenu } from "./menu";
import { foundNames, mentionsIn, type Named, nameable } from "./mentions";
import { gapsIn } from "./places";
import { isLetterTo, type Obstacle, obstacleTo, sendFrom, type Writing } from "./sending";
import { choosingFor } from "./templates/asked";
import { type Trigger, triggerAt } from "./triggers";
import { fetchPutting, goesOn, insertLine, movesItem, paste, putFormat, tidyMarks, write } from "./writing";

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

function Quoted({ view }: { view: ConversationView }) {
  const quoted = replyingTo.value;
  if (quoted?.conversation !== view.id) return null;
  return (
    <div class="composer-quote">
      <Icon name="reply" size={14} />
      <span>
        <b>{actorName(quoted.message.author)}</b> {plainWords(quoted.message, accountOf(known, legOf(view, quoted.message.leg)))}
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

interface Menu {
  trigger: Trigger;
  macros: readonly MacroView[];
  names: readonly Named[];
  length: number;
}

/** Which menu stands open: by what stands before the caret, until it is dismissed or the caret goes elsewhere. */
function useMenu(area: RefObject<HTMLTextAreaElement | null>, view: ConversationView, mode: Mode) {
  const [trigger, setTrigger] = useState<Trigger | null>(null);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const [at, setAt] = useState(0);
  const look = () => {
    const element = area.current;
    const isThere = element && element.selectionStart === element.selectionEnd;
    const found = isThere ? triggerAt(element.value, element.selectionStart, mode === "note" ? "/@" : "/") : null;
    if (found?.from !== trigger?.from || found?.query !== trigger?.query) setAt(0);
    if (found?.from !== dismissed) setDismissed(null);
    setTrigger(found);
  };
  const close = () => setTrigger(null);
  /** It stays shut while the caret is behind this sign: the key that was pressed is still to come up. */
  const dismiss = () => {
    setDismissed(trigger?.from ?? null);
    setTrigger(null);
  };
  const forget = () => {
    setDismissed(null);
    setTrigger(null);
  };
  const shown = trigger !== null && trigger.from !== dismissed ? trigger : null;
  return { menu: shown && menuOf(shown, view), at, setAt, look, close, dismiss, forget };
}

/** Does the customer read Korean? By what they wrote last, and what is known of them. */
function koreanIn(view: ConversationView): boolean | null {
  const rows = known.threads.get(view.id)?.rows ?? [];
  const said = rows.findLast(({ message }) => message.author.kind === "customer" && message.text);
  return speaksKorean(said?.message.text ?? "", known.contacts.get(view.contact.id)?.locale ?? null);
}

function menuOf(trigger: Trigger, view: ConversationView): Menu | null {
  const all = macros.value;
  if (trigger.sign === "@") {
    const names = foundNames(nameable(known.directory, view, known.me?.id), trigger.query);
    if (names.length === 0 && /\s/.test(trigger.query)) return null;
    return { trigger, macros: [], names, length: names.length };
  }
  const found = Array.isArray(all) ? foundMacros(inLanguage(all as readonly MacroView[], koreanIn(view)), trigger.query) : [];
  if (found.length === 0 && /\s/.test(trigger.query)) return null;
  return { trigger, macros: found, names: [], length: found.length };
}

function highlightsOf(writing: Writing): Highlight[] {
  const { text, mode, people, named } = writing;
  const gaps = gapsIn(text).map(({ from, to }): Highlight => ({ from, to, kind: "gap" }));
  if (isLetterTo(writing)) gaps.push(...picturesIn(text).map(({ from, to }): Highlight => ({ from, to, kind: "picture" })));
  if (mode !== "note") return gaps;
  return [...gaps, ...mentionsIn(text, people, named).map(({ from, to }): Highlight => ({ from, to, kind: "mention" }))];
}

function writingOf(view: ConversationView, mode: Mode, way: Way): Writing {
  const place = placeOf(view.id, mode);
  const along = alongOf(place);
  const people = mode === "note" ? nameable(known.directory, view, known.me?.id).filter((one) => one.sees) : [];
  return { view, mode, way, place, along, people, named: along.named, text: draftOf(view.id, mode), files: uploadsOf(place) };
}

/** Where words are written. In note mode all of it is amber and says so: nobody sends a note by mistake. */
export function Composer({ view }: { view: ConversationView }) {
  const { id } = view;
  const mode = modeOf(id);
  const way = wayOf(view, now.value);
  const writing = writingOf(view, mode, way);
  const { place, text, along, files } = writing;
  const area = useRef<HTMLTextAreaElement>(null);
  /** Where the caret stood behind the space that came with a name, until the next key. */
  const spaced = useRef<number | null>(null);
  const [told, setTold] = useState<string | null>(null);
  /** How often something was sent from here: what was opened for it closes with it. */
  const [sent, setSent] = useState(0);
  const [previewing, preview] = useState(false);
  const { menu, at, setAt, look, close, dismiss, forget } = useMenu(area, view, mode);
  const closed = mode === "public" ? way.closed : null;
  const obstacle = obstacleTo(writing);
  const letter = isLetterTo(writing);
  const marks = mode === "note" || way.account?.capabilities.formatting === "markdown";
  useEffect(() => {
    if (marks) fetchPutting();
  }, [marks]);
  useEffect(() => stopTyping, [id, mode]);
  useEffect(() => {
    setTold(null);
    preview(false);
    forget();
  }, [id, mode]);
  const latest = useRef(place);
  latest.current = place;
  const add = (list: readonly File[], instead?: string, then?: (file: AttachmentView) => void) =>
    addFiles(place, list, mode === "public" ? (way.account?.capabilities ?? null) : null, instead, then);
  const dropping = useDropping(area, closed === null ? add : null);

  const setText = (next: string) => {
    setTold(null);
    keepDraft(id, mode, next);
    if (!next.trim()) emptied(place);
    if (next) typing(id, mode);
    else stopTyping();
  };
  const refuse = (why: Obstacle) => {
    // What is said anyway goes with its reason.
    setTold(why.always ? null : why.text);
    area.current?.focus();
    if (why.gap) area.current?.setSelectionRange(why.gap.from, why.gap.to);
  };
  const send = (at?: number) => {
    if (area.current) tidyMarks(area.current, true);
    const writing = writingOf(view, mode, way);
    const obstacle = obstacleTo(writing);
    if (obstacle) return obstacle.text ? refuse(obstacle) : undefined;
    setTold(null);
    forget();
    if (along.macro) setTimeout(macroUsed, 2000);
    sendFrom(writing, at);
    preview(false);
    setSent(sent + 1);
    area.current?.focus();
  };

  const takeMacro = (macro: MacroView) => {
    const trigger = menu?.trigger;
    const element = area.current;
    if (!trigger || !element) return;
    const lay = (filled: string) => {
      if (element.value.slice(trigger.from, trigger.to) !== trigger.sign + trigger.query) return;
      const [gap] = gapsIn(filled);
      const from = gap ? trigger.from + gap.from : trigger.from + filled.length;
      const to = gap ? trigger.from + gap.to : from;
      // What the macros before it do stays, also where the name that was typed leaves the field empty.
      const before = alongOf(place);
      write(element, { over: [trigger.from, trigger.to], text: filled, from, to });
      setAlong(place, withMacro(before, macro));
      dismiss();
    };
    filledFor(id, macro.text).then(
      ({ text: filled }) => lay(filled),
      () => toast(t("macro.preview_failed"), { bad: true }),
    );
  };
  const takeName = (one: Named) => {
    const trigger = menu?.trigger;
    const element = area.current;
    if (!trigger || !element || !one.sees) return;
    const made = `@${one.name}${element.value.charAt(trigger.to) === " " ? "" : " "}`;
    const place_ = trigger.from + one.name.length + 2;
    setAlong(place, { ...alongOf(place), named: { ...alongOf(place).named, [one.name]: one.id } });
    write(element, { over: [trigger.from, trigger.to], text: made, from: place_, to: place_ });
    spaced.current = place_;
    dismiss();
  };
  const takeAt = (index: number) => {
    if (menu?.macros[index]) takeMacro(menu.macros[index]);
    else if (menu?.names[index]) takeName(menu.names[index]);
  };

  /** True when the open menu has taken the key. */
  const menuKey = (event: KeyboardEvent): boolean => {
    if (!menu) return false;
    const isOnly = text.trim() === menu.trigger.sign + menu.trigger.query.trim();
    if (event.key === "Escape") dismiss();
    else if (menu.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp"))
      setAt((at + (event.key === "ArrowDown" ? 1 : menu.length - 1)) % menu.length);
    else if (menu.length > 0 && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey) takeAt(at);
    // A name that was meant for the menu is not sent to anybody.
    else if (!(event.key === "Enter" && !event.shiftKey && isOnly)) return false;
    event.preventDefault();
    return true;
  };
  /** Backspace behind a name takes it away whole. */
  const wholeMention = (element: HTMLTextAreaElement): boolean => {
    const { selectionStart: caret, selectionEnd } = element;
    if (mode !== "note" || caret !== selectionEnd) return false;
    const found = mentionsIn(text, writing.people, along.named).find((one) => one.to === caret);
    if (!found) return false;
    write(element, { over: [found.from, found.to], text: "", from: found.from, to: found.from });
    return true;
  };
  const onKey = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }) => {
    if (isComposing(event)) return;
    const element = event.currentTarget;
    if (menuKey(event)) return;
    // The space behind a name is there already: whoever types it out of habit gets one, not two.
    const isSpaced = spaced.current === element.selectionStart && spaced.current === element.selectionEnd;
    spaced.current = null;
    if (isSpaced && event.key === " ") return event.preventDefault();
    if (event.key === "Backspace" && wholeMention(element)) return event.preventDefault();
    const isChord = event.ctrlKey !== event.metaKey && !event.altKey;
    const format = isChord && marks ? formatOf(event, letter) : null;
    if (format) {
      event.preventDefault();
      return putFormat(element, format);
    }
    if (isChord && letter && movesItem(element, event)) return event.preventDefault();
    if (isChord && !event.shiftKey && shortcutOf(event) === "z" && text === "" && undoNewestHeld()) {
      return event.preventDefault();
    }
    if (event.key !== "Enter") return;
    // A mail has many lines: there Enter begins the next one, and with Ctrl or ⌘ it sends.
    if (event.shiftKey || (letter && !isChord)) {
      if (marks && goesOn(element, letter)) event.preventDefault();
      return;
    }
    event.preventDefault();
    send();
  };
  const onPaste = (event: ClipboardEvent) => {
    const element = area.current;
    if (!element) return;
    const pasted = paste(element, event, letter, () => latest.current === place);
    if (pasted.taken || pasted.files.length > 0) event.preventDefault();
    add(pasted.files, undefined, letter ? putPicture : undefined);
  };
  /** Where the caret stands, if this is still what is being written. */
  const putPicture = (file: AttachmentView) => {
    const element = area.current;
    if (element && isPicture(file) && latest.current === place) insertLine(element, pictureMark(file));
  };
  const begin = (sign: "/" | "@") => {
    const element = area.current;
    if (!element) return;
    const { selectionStart: from, selectionEnd: to } = element;
    const before = element.value.charAt(from - 1);
    const made = (before === "" || /\s/.test(before) ? "" : " ") + sign;
    write(element, { over: [from, to], text: made, from: from + made.length, to: from + made.length });
    look();
  };

  const shows = previewing && letter && !closed && text.trim() !== "";
  const problem = told ?? (obstacle?.always ? obstacle.text : null);
  return (
    <section
      class={`composer mode-${mode}${letter ? " letter" : ""}${shows ? " previewing" : ""}`}
      aria-label={t(mode === "note" ? "composer.note" : "composer.reply")}
    >
      {dropping && <DropPlace mode={mode} way={way} />}
      <Stopped view={view} />
      <div class="composer-head">
        <Tabs conversation={id} mode={mode} />
        {mode === "note" ? (
          <span class="composer-warning">
            <Icon name="lock" size={13} />
            {t("composer.only_team")}
          </span>
        ) : (
          <LegPicker view={view} way={way} writing={writing} />
        )}
      </div>
      {letter && !closed && way.leg && (
        <MailWriting key={`${id} ${sent}`} view={view} leg={way.leg.id} said={along.letter} say={(letter) => setLetter(place, letter)} />
      )}
      <Quoted view={view} />
      <CrossedDrafts conversation={id} mode={mode} focus={() => area.current?.focus()} />
      {closed && <Closed view={view} way={way} />}
      {mode === "public" && !closed && isStuck(way.account) && (
        <p class="composer-parted" role="status">
          <Icon name="clock" size={14} />
          {t("composer.stuck")}
        </p>
      )}
      {choosingFor.value?.conversation === id && mode === "public" && <TemplateDialog view={view} way={way} />}
      {mode === "public" && !closed && <Reopens view={view} />}
      <Free view={view} mode={mode} focus={() => area.current?.focus()} />
      <ActChips place={place} along={along} focus={() => area.current?.focus()} />
      {menu?.trigger.sign === "/" && (
        <MacroMenu conversation={id} found={menu.macros} at={at} setAt={setAt} take={takeMacro} />
      )}
      {menu?.trigger.sign === "@" && <MentionMenu found={menu.names} at={at} setAt={setAt} take={takeName} />}
      <Field
        area={area}
        text={text}
        marks={highlightsOf(writing)}
        label={t(mode === "note" ? "composer.note" : "composer.reply")}
        placeholder={t(mode === "note" ? "composer.note_hint" : "composer.reply_hint")}
        disabled={closed !== null}
        describedBy={problem ? "composer-problem" : undefined}
        invalid={problem !== null}
        rows={letter ? 4 : 2}
        menu={menu && menu.length > 0 ? { list: MENU, choice: choiceId(at) } : null}
        onText={setText}
        onCaret={() => {
          if (area.current) tidyMarks(area.current);
          look();
        }}
        onLeave={() => {
          if (area.current) tidyMarks(area.current, true);
          stopTyping();
          close();
        }}
        onFiles={onPaste}
        onKey={onKey}
      />
      {shows && (
        <MailPreview
          view={view}
          leg={way.leg?.id ?? ""}
          text={text}
          files={files.flatMap((file) => file.done ?? [])}
          quote={along.letter?.quote}
        />
      )}
      {problem && (
        <p class="composer-problem" id="composer-problem" role="alert">
          <Icon name="warning" size={14} />
          {problem}
        </p>
      )}
      <Parted writing={writing} />
      <UploadChips
        place={place}
        files={files}
        add={add}
        {...(letter && !closed ? { text, put: putPicture, change: setText } : {})}
      />
      <Linked writing={writing} />
      <Foot
        writing={writing}
        area={area}
        marks={marks}
        closed={closed !== null}
        canSend={!obstacle || obstacle.gap !== undefined || obstacle.askable === true}
        add={add}
        begin={begin}
        send={send}
        previewing={shows}
        preview={letter && text.trim() ? preview : null}
      />
    </section>
  );
}
