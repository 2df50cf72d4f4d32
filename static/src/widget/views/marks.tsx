import { type Block, blocksOf, type Mark, type Marked } from "../../shared/markup";
import { Linked } from "./links";

const ELEMENTS: Readonly<Record<Mark, "strong" | "em" | "code">> = { b: "strong", i: "em", code: "code" };

function Span({ span }: { span: Marked }) {
  const words = span.marks.includes("code") ? <>{span.text}</> : <Linked text={span.text} />;
  return span.marks.reduceRight((inside, mark) => {
    const Element = ELEMENTS[mark];
    return <Element>{inside}</Element>;
  }, words);
}

const spansOf = (spans: readonly Marked[]) => spans.map((span, place) => <Span key={place} span={span} />);

function Part({ block }: { block: Block }) {
  if (block.kind === "text") return <>{spansOf(block.spans)}</>;
  if (block.kind === "code") return <pre><code>{block.text}</code></pre>;
  const List = block.ordered ? "ol" : "ul";
  return <List>{block.items.map((spans, place) => <li key={place}>{spansOf(spans)}</li>)}</List>;
}

/** Words of the team, with the marks they were written with. Elements of our own, never markup of theirs. */
export function Marks({ text }: { text: string }) {
  return <div class="text marked" dir="auto">{blocksOf(text).map((block, place) => <Part key={place} block={block} />)}</div>;
}
