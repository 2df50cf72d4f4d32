import type { ComponentChildren } from "preact";
import { dates } from "../../shared/formats";
import { clock, exact } from "../../shared/time";
import { ago } from "../ago";
import { known } from "./door";
import type { Words } from "./kit";
import { type Mark, type Piece, piecesOf } from "./mrkdwn";
import { language } from "./words";

const TAGS = { b: "strong", i: "em", s: "s" } as const;

function marked(text: string, marks: readonly Mark[]): ComponentChildren {
  return marks.reduceRight<ComponentChildren>((inner, mark) => {
    const Tag = TAGS[mark];
    return <Tag>{inner}</Tag>;
  }, text);
}

function written(at: number, format: string): string {
  return format.replace(/\{(\w+)\}/g, (_, what: string) => {
    if (what === "ago") return ago(at);
    if (what.startsWith("time")) return clock(at, language);
    return dates(language, { dateStyle: what.startsWith("date_long") ? "full" : "medium" }).format(at);
  });
}

function Drawn({ piece }: { piece: Piece }) {
  switch (piece.kind) {
    case "words":
      return <>{marked(piece.text, piece.marks)}</>;
    case "code":
      return <code>{piece.text}</code>;
    case "pre":
      return <pre>{piece.text}</pre>;
    case "link":
      return /^(?:https?:|mailto:|tel:)/.test(piece.url) ? (
        <a href={piece.url} target="_blank" rel="noopener noreferrer">
          {piece.text}
        </a>
      ) : (
        <>{piece.text}</>
      );
    case "person":
      return <span class="mention">@{known.state.people[piece.id]?.name ?? piece.id}</span>;
    case "channel":
      return (
        <span class="mention">#{known.state.channels.find((one) => one.id === piece.name)?.name ?? piece.name}</span>
      );
    case "everybody":
      return <span class="mention rings">@{piece.name}</span>;
    case "moment":
      return <time title={exact(piece.at, language)}>{written(piece.at, piece.format)}</time>;
    case "quote":
      return (
        <blockquote>
          {piece.pieces.map((one, place) => (
            <Drawn key={place} piece={one} />
          ))}
        </blockquote>
      );
  }
}

/** Words with Slack's markup in them. */
export function Marked({ text }: { text: string }) {
  return (
    <>
      {piecesOf(text).map((piece, place) => (
        <Drawn key={place} piece={piece} />
      ))}
    </>
  );
}

/** A text object of a block. */
export function Text({ of }: { of: Words }) {
  return of.type === "mrkdwn" ? <Marked text={of.text} /> : <>{of.text}</>;
}
