import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { type Block, blocksOf, type Mark, type Marked, unmarked } from "../../../shared/markup";
import type { AccountView, AttachmentView, MessageView } from "../../../wire";
import { known } from "../../store";
import { t } from "../../words";
import { mentionsIn } from "../composer/mentions";
import type { LetterBlock, List } from "../mail/letter-blocks";
import { readLetter, type Placed, piecesWith, plainLetter, written } from "../mail/marks";
import { InPlace } from "../mail/in-place";
import { Icon } from "../../ui/icons";
import { copied } from "../../ui/toasts";
import { isOnlyEmoji, linksOf, piecesOf } from "./written";

const LONG = 2400; // characters after which a text is folded

/** Korean breaks between words, whatever language the page speaks. */
const HANGUL = /[가-힣]/;

/** Was this text written with marks? Ours where the channel carries them, and notes; a customer's is read as it stands. */
export function carriesMarks(
  { author, visibility }: { author: { kind: string }; visibility: MessageView["visibility"] },
  account: Pick<AccountView, "capabilities"> | undefined,
): boolean {
  if (visibility === "note") return true;
  return author.kind !== "customer" && account?.capabilities.formatting === "markdown";
}

/** May it show what only a mail can: links with words of their own, pictures in their place, quotes? */
export function isLetter(
  { author, visibility }: { author: { kind: string }; visibility: MessageView["visibility"] },
  account: Pick<AccountView, "capabilities"> | undefined,
): boolean {
  return visibility !== "note" && author.kind !== "customer" && (account?.capabilities.recipients ?? 1) > 1;
}

/** The words of a message for a place of one line. */
export function plainWords(
  message: { text: string; visibility: MessageView["visibility"]; author: { kind: string } },
  account: Pick<AccountView, "capabilities"> | undefined,
): string {
  if (isLetter(message, account)) return plainLetter(message.text);
  return carriesMarks(message, account) ? unmarked(message.text) : message.text;
}

/** What stands around the words. */
interface Around {
  /** Whom a note names. */
  people: readonly Someone[];
  /** What has a place in a mail. */
  placed: readonly Placed[];
  /** Its files, for pictures in their place. */
  files: readonly AttachmentView[];
}

/** Leads to another site in a tab of its own, else to whatever takes mails and numbers. */
function Link({ href, children }: { href: string; children: ComponentChildren }) {
  return href.startsWith("http") ? (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow" data-leave>
      {children}
    </a>
  ) : (
    <a href={href} rel="nofollow" data-leave>
      {children}
    </a>
  );
}

/** Links, addresses and numbers to call; what has a place among them. */
function Linked({ text, around }: { text: string; around: Around }) {
  return (
    <>
      {piecesWith(text, around.placed).map((piece, at) =>
        typeof piece === "string" ? (
          linksOf(piece).map((one, index) =>
            one.kind === "link" ? (
              <Link key={`${at} ${index}`} href={one.href}>
                {one.text}
              </Link>
            ) : (
              one.text
            ),
          )
        ) : piece.kind === "link" ? (
          <Link key={at} href={piece.href}>
            {piece.words}
          </Link>
        ) : (
          <InPlace key={at} picture={piece} files={around.files} />
        ),
      )}
    </>
  );
}

/** What was written without marks: only code, by its fences, is set apart. */
function plainBlocks(text: string): Block[] {
  const blocks: Block[] = [];
  for (const piece of piecesOf(text)) {
    const last = blocks[blocks.length - 1];
    if (piece.kind === "block") blocks.push({ kind: "code", text: piece.text });
    else {
      const span: Marked = { text: piece.text, marks: piece.kind === "code" ? ["code"] : [] };
      const before = last?.kind === "text" ? last.spans[last.spans.length - 1] : undefined;
      // Links are found when the words are drawn: cut here, they would be looked for in pieces.
      if (before?.marks.length === 0 && piece.kind !== "code") before.text += piece.text;
      else if (last?.kind === "text") last.spans.push(span);
      else blocks.push({ kind: "text", spans: [span] });
    }
  }
  return blocks;
}

function CodeBlock({ text }: { text: string }) {
  return (
    <div class="code-block">
      <pre class="words-code" tabIndex={0} role="region" aria-label={t("message.code")}>
        <code>{text}</code>
      </pre>
      <button
        type="button"
        class="button quiet square small code-copy"
        aria-label={t("message.code_copy")}
        title={t("message.code_copy")}
        onClick={() => void copied(text)}
      >
        <Icon name="copy" size={14} />
      </button>
    </div>
  );
}

interface Someone {
  id: string;
  name: string;
}

/** Who of the team is called what now, of those a note names. */
function peopleOf(ids: readonly string[]): Someone[] {
  const { agents, teams } = known.directory;
  return ids.flatMap((id) => [...agents, ...teams].filter((one) => one.id === id).map(({ name }) => ({ id, name })));
}

function MentionChip({ one, children }: { one: Someone; children: ComponentChildren }) {
  const own = one.id === known.me?.id || known.me?.teams.includes(one.id);
  return <span class={own ? "mention own" : "mention"}>{children}</span>;
}

function Words({ text, around }: { text: string; around: Around }) {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const found of mentionsIn(text, around.people)) {
    parts.push(<Linked key={end} text={text.slice(end, found.from)} around={around} />);
    parts.push(
      <MentionChip key={`at ${found.from}`} one={found}>
        {text.slice(found.from, found.to)}
      </MentionChip>,
    );
    end = found.to;
  }
  return (
    <>
      {parts}
      <Linked text={text.slice(end)} around={around} />
    </>
  );
}

const ELEMENTS: Readonly<Record<Mark, "strong" | "em" | "code">> = { b: "strong", i: "em", code: "code" };

function Span({ span, around }: { span: Marked; around: Around }) {
  const words = span.marks.includes("code") ? (
    <>{written(span.text, around.placed)}</>
  ) : (
    <Words text={span.text} around={around} />
  );
  return span.marks.reduceRight((inside, mark) => {
    const Element = ELEMENTS[mark];
    return <Element>{inside}</Element>;
  }, words);
}

function Spans({ spans, around }: { spans: readonly Marked[]; around: Around }) {
  return (
    <>
      {spans.map((span, index) => (
        <Span key={index} span={span} around={around} />
      ))}
    </>
  );
}

/** Lists of a mail: one within the other, counted as they are written. */
function ListOf({ list, around }: { list: List; around: Around }) {
  const Element = list.ordered ? "ol" : "ul";
  return (
    <Element class="words-list">
      {list.items.map(({ spans, number, inner }, index) => (
        <li key={index} {...(list.ordered && { value: number })}>
          <Spans spans={spans} around={around} />
          {inner.map((one, place) => (
            <ListOf key={place} list={one} around={around} />
          ))}
        </li>
      ))}
    </Element>
  );
}

function BlockOf({ block, around }: { block: Block | LetterBlock; around: Around }) {
  if (block.kind === "text") return <Spans spans={block.spans} around={around} />;
  if (block.kind === "code") return <CodeBlock text={written(block.text, around.placed)} />;
  if (block.kind === "quote")
    return (
      <blockquote class="words-quote">
        {block.blocks.map((one, index) => (
          <BlockOf key={index} block={one} around={around} />
        ))}
      </blockquote>
    );
  if (block.kind === "items") return <ListOf list={block} around={around} />;
  const Element = block.ordered ? "ol" : "ul";
  return (
    <Element class="words-list">
      {block.items.map((spans, index) => (
        <li key={index}>
          <Spans spans={spans} around={around} />
        </li>
      ))}
    </Element>
  );
}

interface MessageTextProps {
  text: string;
  /** Was it written with marks (`carriesMarks`)? */
  marked?: boolean;
  /** The files of what may show what only a mail can (`isLetter`). */
  letter?: readonly AttachmentView[] | undefined;
  /** Whom a note names. */
  mentions?: readonly string[];
}

/** A message's words: links live, marks and mentions drawn, lines kept, a very long one folded. Never markup. */
export function MessageText({ text, marked = false, letter, mentions = [] }: MessageTextProps) {
  const [whole, setWhole] = useState(false);
  const folded = !whole && text.length > LONG;
  const shown = folded ? `${text.slice(0, LONG)}…` : text;
  const people = peopleOf(mentions);
  const { blocks, placed } = useMemo((): { blocks: (Block | LetterBlock)[]; placed: Placed[] } => {
    if (letter) return readLetter(shown);
    return { blocks: marked ? blocksOf(shown) : plainBlocks(shown), placed: [] };
  }, [marked, !letter, shown]);
  const around = { people, placed, files: letter ?? [] };
  const Element = blocks.every((block) => block.kind === "text") ? "p" : "div";
  // Somebody may be called something else by now: then the chip stands after the words.
  const there = new Set(mentionsIn(text, people).map((one) => one.id));
  const elsewhere = people.filter((one) => !there.has(one.id));
  return (
    <Element class={isOnlyEmoji(text) ? "words large-emoji" : "words"} dir="auto" lang={HANGUL.test(text) ? "ko" : undefined}>
      {blocks.map((block, index) => (
        <BlockOf key={index} block={block} around={around} />
      ))}
      {elsewhere.map((one) => (
        <span key={one.id}>
          {" "}
          <MentionChip one={one}>@{one.name}</MentionChip>
        </span>
      ))}
      {folded && (
        <button type="button" class="button quiet small" onClick={() => setWhole(true)}>
          {t("message.whole")}
        </button>
      )}
    </Element>
  );
}
