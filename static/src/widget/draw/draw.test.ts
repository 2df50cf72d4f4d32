import assert from "node:assert/strict";
import { test } from "node:test";
import { again, type Child, type Drawn, Fragment, jsx, render, turn, type View } from "./draw";
import { useEffect, useMemo, useReducer, useRef, useState } from "./hooks";

/** As much of a document as drawing asks for; nodes say what they are as HTML does. */
class FakeNode {
  parentNode: FakeNode | null = null;
  kids: FakeNode[] = [];
  attributes: Record<string, string> = {};
  ears: Record<string, ((event: unknown) => void)[]> = {};
  value = "";
  data = "";
  moves = 0;

  constructor(readonly tag: string) {}

  get nextSibling(): FakeNode | null {
    const all = this.parentNode?.kids ?? [];
    return all[all.indexOf(this) + 1] ?? null;
  }

  insertBefore(node: FakeNode, next: FakeNode | null): void {
    if (next) assert.equal(next.parentNode, this, "it goes before something that stands here");
    if (node.parentNode) node.parentNode.removeChild(node);
    this.kids.splice(next ? this.kids.indexOf(next) : this.kids.length, 0, node);
    node.parentNode = this;
    node.moves++;
  }

  removeChild(node: FakeNode): void {
    assert.equal(node.parentNode, this);
    this.kids.splice(this.kids.indexOf(node), 1);
    node.parentNode = null;
  }

  setAttribute(name: string, value: string): void {
    this.attributes[name.toLowerCase()] = value;
  }

  removeAttribute(name: string): void {
    delete this.attributes[name.toLowerCase()];
  }

  addEventListener(kind: string, hear: (event: unknown) => void): void {
    const ears = (this.ears[kind] ??= []);
    if (!ears.includes(hear)) ears.push(hear);
  }

  fire(kind: string): void {
    for (const hear of this.ears[kind] ?? []) hear({ type: kind, currentTarget: this });
  }

  toString(): string {
    if (!this.tag) return this.data;
    const said = Object.entries(this.attributes).map(([name, value]) => ` ${name}="${value}"`);
    return `<${this.tag}${said.join("")}>${this.kids.join("")}</${this.tag}>`;
  }

  find(tag: string): FakeNode[] {
    return this.kids.flatMap((kid) => [...(kid.tag === tag ? [kid] : []), ...kid.find(tag)]);
  }
}

(globalThis as Record<string, unknown>).document = {
  createTextNode: () => new FakeNode(""),
  createElement: (tag: string) => new FakeNode(tag),
  createElementNS: (_space: string, tag: string) => new FakeNode(`svg:${tag}`),
};

/** A root, and what is drawn into it whenever `show` is told. */
function stage(): { root: FakeNode; show: (child: Child) => Promise<void> } {
  const root = new FakeNode("root");
  let shown: Child = null;
  let self: Drawn | null = null;
  const Stage: View = () => {
    self = turn.of;
    return shown;
  };
  render(jsx(Stage, {}), root as unknown as Element);
  const show = async (child: Child) => {
    shown = child;
    if (self) again(self);
    await Promise.resolve();
  };
  return { root, show };
}

const inside = (root: FakeNode) => root.kids.join("");
const item = (key: string) => jsx("li", { children: key }, key);

test("text, elements, nothing and numbers", async () => {
  const { root, show } = stage();
  await show(jsx("p", { class: "a", hidden: true, "aria-busy": false, title: undefined, children: ["n: ", 3, null, false, ""] }));
  assert.equal(inside(root), '<p class="a" hidden="" aria-busy="false">n: 3</p>');
  await show(jsx("p", { hidden: false, children: "done" }));
  assert.equal(inside(root), "<p>done</p>");
  await show(null);
  assert.equal(inside(root), "");
  await show(jsx("svg", { children: jsx("path", { d: "M0 0" }) }));
  assert.equal(inside(root), '<svg:svg><svg:path d="M0 0"></svg:path></svg:svg>');
});

test("what comes and goes does not disturb what stays beside it", async () => {
  const { root, show } = stage();
  const Maybe: View = ({ there }) => (there ? jsx(Fragment, { children: [jsx("b", {}), jsx("i", {})] }) : null);
  const scene = (there: boolean) => jsx("div", { children: [jsx("h1", {}), jsx(Maybe, { there }), there && "and", jsx("footer", {})] });
  await show(scene(false));
  const [first] = root.find("footer");
  assert.equal(inside(root), "<div><h1></h1><footer></footer></div>");
  await show(scene(true));
  assert.equal(inside(root), "<div><h1></h1><b></b><i></i>and<footer></footer></div>");
  await show(scene(false));
  assert.equal(inside(root), "<div><h1></h1><footer></footer></div>");
  assert.equal(root.find("footer")[0], first);
  assert.equal(first?.moves, 1);
});

test("a keyed list of any order keeps the very nodes of what it keeps", async () => {
  const { root, show } = stage();
  let seed = 7;
  const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  let before = new Map<string, FakeNode>();
  for (let round = 0; round < 300; round++) {
    const pool = Array.from({ length: 12 }, (_, n) => `k${n}`).sort(() => random(3) - 1);
    const keys = pool.slice(0, random(13));
    const more: Child = round % 3 === 0 ? "text" : null;
    await show(jsx("ul", { children: [more, keys.map(item), jsx("hr", {})] }));
    assert.equal(inside(root), `<ul>${more ?? ""}${keys.map((key) => `<li>${key}</li>`).join("")}<hr></hr></ul>`);
    const now = new Map(root.find("li").map((node) => [String(node.kids[0]?.data), node]));
    for (const [key, node] of now) if (before.has(key)) assert.equal(node, before.get(key));
    before = now;
  }
});

test("what is put before or behind a list moves nothing of it", async () => {
  const { root, show } = stage();
  await show(jsx("ul", { children: ["c", "d"].map(item) }));
  await show(jsx("ul", { children: ["a", "b", "c", "d", "e"].map(item) }));
  assert.deepEqual(root.find("li").map((node) => node.moves), [1, 1, 1, 1, 1]);
});

test("two of one key are both drawn, and both go", async () => {
  const { root, show } = stage();
  await show(jsx("ul", { children: ["a", "a"].map(item) }));
  assert.equal(inside(root), "<ul><li>a</li><li>a</li></ul>");
  await show(jsx("ul", { children: [] }));
  assert.equal(inside(root), "<ul></ul>");
});

test("one key for several kinds, the number of another's place: each stays", async () => {
  const { root, show } = stage();
  const scene = (person: number) => jsx("main", { children: [jsx("header", {}), jsx("ul", {}, person), jsx("form", {}, person)] });
  await show(scene(0));
  const [form] = root.find("form");
  await show(scene(0));
  assert.equal(root.find("form")[0], form);
  assert.equal(form?.moves, 1);
  await show(scene(1));
  assert.notEqual(root.find("form")[0], form);
  assert.equal(inside(root), "<main><header></header><ul></ul><form></form></main>");
});

test("another kind under the same key is another", async () => {
  const { root, show } = stage();
  await show([jsx("b", {}, "a"), jsx("i", {})]);
  await show([jsx("u", {}, "a"), jsx("i", {})]);
  assert.equal(inside(root), "<u></u><i></i>");
});

test("the newest function hears, once", async () => {
  const { root, show } = stage();
  const heard: string[] = [];
  await show(jsx("button", { onClick: () => heard.push("old") }));
  await show(jsx("button", { onClick: () => heard.push("new") }));
  root.find("button")[0]?.fire("click");
  await show(jsx("button", {}));
  root.find("button")[0]?.fire("click");
  assert.deepEqual(heard, ["new"]);
});

test("a field that somebody wrote in takes what is drawn", async () => {
  const { root, show } = stage();
  await show(jsx("textarea", { value: "" }));
  const [field] = root.find("textarea");
  assert(field);
  field.value = "written";
  await show(jsx("textarea", { value: "" }));
  assert.equal(field.value, "");
});

test("a view's state is its own, and changes of one turn are drawn together", async () => {
  const { root, show } = stage();
  let drawings = 0;
  const Counter: View = ({ name }) => {
    const [n, setN] = useState(0);
    drawings++;
    return jsx("button", {
      onClick: () => {
        setN(n + 1);
        setN((now) => now + 1);
      },
      children: [name as string, n],
    });
  };
  await show([jsx(Counter, { name: "a" }, "a"), jsx(Counter, { name: "b" }, "b")]);
  root.find("button")[1]?.fire("click");
  assert.equal(drawings, 2);
  await Promise.resolve();
  assert.equal(drawings, 3);
  assert.equal(inside(root), "<button>a0</button><button>b2</button>");
  await show([jsx(Counter, { name: "b" }, "b")]);
  assert.equal(inside(root), "<button>b2</button>");
});

test("the same state draws nothing, and what is gone is not drawn", async () => {
  const { show } = stage();
  let drawings = 0;
  let change: (n: number) => void = () => undefined;
  const View_: View = () => {
    [, change] = useReducer((_: number, said: number) => said, 1);
    drawings++;
    return null;
  };
  await show(jsx(View_, {}));
  change(1);
  await Promise.resolve();
  assert.equal(drawings, 1);
  await show(null);
  change(2);
  await Promise.resolve();
  assert.equal(drawings, 1);
});

test("a kid that goes with its parent's new drawing is not drawn before", async () => {
  const { show } = stage();
  let tell: () => void = () => undefined;
  const Kid: View = ({ of }) => {
    const [, turnAround] = useState(0);
    const parent = tell;
    tell = () => {
      turnAround(1);
      parent();
    };
    assert(of, "drawn with what it was made for");
    return "kid";
  };
  const Parent: View = () => {
    const [of, setOf] = useState<string | null>("it");
    tell = () => setOf(null);
    return of && jsx(Kid, { of });
  };
  await show(jsx(Parent, {}));
  tell();
  await Promise.resolve();
});

test("effects run when all stands there, kids first, and end when what they hang on changes", async () => {
  const { root, show } = stage();
  const told: string[] = [];
  const Inner: View = ({ of }) => {
    const box = useRef<FakeNode | null>(null);
    useEffect(() => {
      told.push(`inner ${String(of)} in ${box.current?.parentNode?.tag}`);
      return () => told.push(`inner ${String(of)} ends`);
    }, [of]);
    return jsx("b", { ref: box });
  };
  const Outer: View = ({ of }) => {
    useEffect(() => void told.push("outer"), []);
    return jsx("div", { children: jsx(Inner, { of }) });
  };
  await show(jsx(Outer, { of: 1 }));
  await show(jsx(Outer, { of: 1 }));
  await show(jsx(Outer, { of: 2 }));
  await show(null);
  assert.deepEqual(told, ["inner 1 in div", "outer", "inner 1 ends", "inner 2 in div", "inner 2 ends"]);
  assert.equal(inside(root), "");
});

test("an object ref points to what stands there, and to nothing afterwards", async () => {
  const { root, show } = stage();
  const ref: { current: unknown } = { current: null };
  await show(jsx("p", { ref }));
  assert.equal(ref.current, root.find("p")[0]);
  await show(jsx("i", {}));
  assert.equal(ref.current, null);
});

test("what was reckoned stays until what it hangs on changes", async () => {
  const { show } = stage();
  let reckoned = 0;
  const View_: View = ({ of }) => useMemo(() => `${++reckoned}`, [of]);
  await show(jsx(View_, { of: "a" }));
  await show(jsx(View_, { of: "a" }));
  await show(jsx(View_, { of: "b" }));
  assert.equal(reckoned, 2);
});

test("one view's fault leaves the others their turn", async () => {
  const { root } = stage();
  const changes: ((n: number) => void)[] = [];
  const View_: View = ({ breaks }) => {
    const [n, change] = useState(0);
    changes.push(change);
    if (n && breaks) throw new Error("broken");
    return String(n);
  };
  render([jsx(View_, { breaks: true }), jsx(View_, {})], root as unknown as Element);
  const turns: (() => void)[] = [];
  const former = globalThis.queueMicrotask;
  globalThis.queueMicrotask = (turn) => void turns.push(turn);
  for (const change of changes.slice()) change(1);
  assert.throws(() => turns.shift()?.(), /broken/);
  turns.shift()?.();
  globalThis.queueMicrotask = former;
  assert.equal(inside(root), "01");
});
