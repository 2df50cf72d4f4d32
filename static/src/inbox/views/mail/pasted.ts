// What is pasted from a web page, Word or a document, as text with the marks of a mail: nothing of it is drawn here, it is
// only read. What a mail's marks cannot say (colours, sizes, pictures that lie elsewhere) is left out.

/** As much of the browser's tree as is read. */
export interface Tree {
  nodeType: number;
  nodeName: string;
  nodeValue: string | null;
  childNodes: ArrayLike<Tree>;
  getAttribute?(name: string): string | null;
}

interface Run {
  text: string;
  b: boolean;
  i: boolean;
  code: boolean;
  href: string;
}
type Look = Omit<Run, "text">;

const PLAIN: Look = { b: false, i: false, code: false, href: "" };
const [ELEMENT, TEXT] = [1, 3];
const UNSEEN = /^(?:HEAD|STYLE|SCRIPT|TITLE|META|LINK|TEMPLATE|NOSCRIPT|SVG|MATH|IMG|O:P|BUTTON|INPUT|SELECT|TEXTAREA|IFRAME|OBJECT)$/;
const LINES = /^(?:ADDRESS|ARTICLE|ASIDE|DD|DIV|DL|DT|FIGURE|FOOTER|FORM|HEADER|HR|LI|MAIN|NAV|OL|P|PRE|SECTION|TABLE|TBODY|TR|UL|H[1-6]|BLOCKQUOTE)$/;
const APART = /^(?:P|H[1-6]|BLOCKQUOTE|PRE|TABLE|UL|OL)$/;
const LEADS = /^(?:https?:\/\/|mailto:)\S+$/i;

function attribute(node: Tree, name: string): string {
  return node.getAttribute?.(name) ?? "";
}

function lookOf(node: Tree, before: Look): Look {
  const style = attribute(node, "style");
  const weight = /font-weight:\s*(\w+)/i.exec(style)?.[1] ?? "";
  const slant = /font-style:\s*(\w+)/i.exec(style)?.[1] ?? "";
  const href = attribute(node, "href").trim();
  const name = node.nodeName;
  return {
    // A document from Google stands whole within a <b> that is none.
    b: weight ? /^(?:bold|[6-9]00)/.test(weight) : before.b || /^(?:B|STRONG|TH|H[1-6])$/.test(name),
    i: slant ? /^(?:italic|oblique)/.test(slant) : before.i || /^(?:I|EM|CITE)$/.test(name),
    code: before.code || /^(?:CODE|KBD|SAMP|TT)$/.test(name),
    href: name === "A" && LEADS.test(href) ? href.replace(/\(/g, "%28").replace(/\)/g, "%29") : before.href,
  };
}

/** Blanks stay outside of marks. */
function marked({ text, b, i, code, href }: Run, next: string): string {
  const [, lead = "", words = "", rest = ""] = /^(\s*)([^]*?)(\s*)$/.exec(text) ?? [];
  if (!words) return text;
  let made = words;
  if (code && !words.includes("`")) made = `\`${words}\``;
  else if (href) {
    const called = words.replace(/\[/g, "(").replace(/\]/g, ")");
    made = called === href || `mailto:${called}` === href ? called : `[${called}](${href})`;
  }
  // A letter behind it would make the sign of italics a letter, too.
  if (i && !(rest === "" && /^[A-Za-z0-9_]/.test(next))) made = `_${made}_`;
  return lead + (b ? `**${made}**` : made) + rest;
}

function same(a: Look, b: Look): boolean {
  return a.b === b.b && a.i === b.i && a.code === b.code && a.href === b.href;
}

class Pasting {
  readonly lines: string[] = [];
  private runs: Run[] = [];
  /** Stands before the first line of an item, then nothing. */
  private sign = "";
  private quotes = "";
  private lists: { ordered: boolean; at: number }[] = [];
  private fenced = false;

  /** A line ends; `apart`: an empty one follows. */
  end(apart = false): void {
    const text = this.runs.map((run, at) => marked(run, this.runs[at + 1]?.text ?? "")).join("");
    this.runs = [];
    if (text.trim()) {
      this.lines.push(this.quotes + this.sign + (this.fenced ? text : text.trim()));
      this.sign = "";
    }
    if (apart && this.lists.length === 0 && this.lines.length > 0 && this.lines.at(-1)?.trim() !== this.quotes.trim()) {
      this.lines.push(this.quotes.trim());
    }
  }

  words(text: string, look: Look): void {
    const said = this.fenced ? text : text.replace(/[\s\u00a0]+/g, " ");
    const last = this.runs.at(-1);
    if (last && same(last, look)) last.text = this.fenced ? last.text + said : (last.text + said).replace(/ {2,}/g, " ");
    else if (said && !(said === " " && !last)) this.runs.push({ text: said, ...look });
  }

  all(node: Tree, look: Look): void {
    for (const child of Array.from(node.childNodes)) this.node(child, look);
  }

  node(node: Tree, before: Look): void {
    if (node.nodeType === TEXT) return this.text(node.nodeValue ?? "", before);
    if (node.nodeType !== ELEMENT) return;
    const name = node.nodeName.toUpperCase();
    const style = attribute(node, "style");
    // Word writes the sign of an item as words of their own.
    if (UNSEEN.test(name) || /display:\s*none|mso-list:\s*Ignore/i.test(style)) return;
    if (name === "BR") return this.end();
    const look = lookOf(node, this.fenced ? PLAIN : before);
    if (!LINES.test(name)) {
      if (name === "TD" || name === "TH") this.cell(node, look);
      else this.all(node, look);
      return;
    }
    this.end();
    this.block(name, node, look, style);
    // Paragraphs that stand close to each other, as those of documents do, are lines.
    this.end(APART.test(name) && !/^Mso/.test(attribute(node, "class")) && !/margin-bottom:\s*0/i.test(style));
  }

  private text(value: string, look: Look): void {
    if (!this.fenced) return this.words(value, look);
    value.split("\n").forEach((line, at) => {
      if (at > 0) {
        if (this.runs.length === 0) this.lines.push(this.quotes);
        else this.end();
      }
      if (line) this.words(line, PLAIN);
    });
  }

  private cell(node: Tree, look: Look): void {
    if (this.runs.length > 0) this.words(" | ", PLAIN);
    this.all(node, look);
  }

  private block(name: string, node: Tree, look: Look, style: string): void {
    const level = /mso-list:\s*\S+\s+level(\d)/i.exec(style)?.[1];
    if (name === "BLOCKQUOTE") {
      const { quotes } = this;
      this.quotes += "> ";
      this.all(node, look);
      this.end();
      if (this.lines.at(-1)?.trim() === this.quotes.trim()) this.lines.pop();
      this.quotes = quotes;
    } else if (name === "PRE") {
      this.lines.push(`${this.quotes}\`\`\``);
      this.fenced = true;
      this.all(node, PLAIN);
      this.end();
      this.fenced = false;
      this.lines.push(`${this.quotes}\`\`\``);
    } else if (name === "UL" || name === "OL") {
      this.lists.push({ ordered: name === "OL", at: Number(attribute(node, "start")) || 1 });
      this.all(node, look);
      this.end();
      this.lists.pop();
    } else if (name === "LI" || level) {
      const list = this.lists.at(-1);
      const deep = level ? Number(level) : Math.max(1, this.lists.length);
      const number = level ? wordNumber(node) : list?.ordered ? `${list.at++}.` : "";
      this.sign = `${"   ".repeat(deep - 1)}${number || "-"} `;
      this.all(node, look);
      this.end();
      this.sign = "";
    } else this.all(node, look);
  }
}

function textOf(node: Tree): string {
  return node.nodeType === TEXT ? (node.nodeValue ?? "") : Array.from(node.childNodes, textOf).join("");
}

/** What Word counts an item with: `1.`; empty where it only has a dot. */
function wordNumber(node: Tree): string {
  for (const child of Array.from(node.childNodes)) {
    const isSign = /mso-list:\s*Ignore/i.test(attribute(child, "style"));
    const found = isSign ? /^\s*(\d{1,3}[.)])/.exec(textOf(child))?.[1] : wordNumber(child);
    if (found) return found;
  }
  return "";
}

export function marksOfTree(body: Tree): string {
  const pasting = new Pasting();
  pasting.all(body, PLAIN);
  pasting.end();
  return pasting.lines.join("\n").replace(/\n{3,}/g, "\n\n").trim();
}

export function marksFrom(html: string): string {
  return marksOfTree(new DOMParser().parseFromString(html, "text/html").body);
}
