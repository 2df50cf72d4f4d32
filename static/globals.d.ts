// What build.mjs adds to the language of src/.
declare module "*.css";
/** The style of what is loaded later, as text: `wear` puts it on. */
declare module "*.sheet" {
  const css: string;
  export default css;
}
declare module "*.svg" {
  const markup: string;
  export default markup;
}

/** Names, relative to widget.js, of the chat window's script and style; known only to the loader. */
declare const WIDGET_SCRIPT: string;
declare const WIDGET_STYLE: string;

/** What pdf.js asks for, relative to the bundle's files; known only to the inbox. */
declare const PDF_WORKER: string;
declare const PDF_FILES: string;

/** The few names of Node's test runner that *.test.ts files use (`node build.mjs --test`). */
declare module "node:test" {
  type Body = () => void | Promise<void>;
  export function test(name: string, body: Body): void;
  export function describe(name: string, body: () => void): void;
}
declare module "node:fs" {
  export function readFileSync(path: string, encoding: "utf8"): string;
}
declare module "node:assert/strict" {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    equal<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
    ok(value: unknown, message?: string): asserts value;
    match(value: string, pattern: RegExp, message?: string): void;
    throws(body: () => unknown, expected?: RegExp): void;
    rejects(body: () => Promise<unknown>, expected?: RegExp): Promise<void>;
  }
  const assert: Assert;
  export default assert;
}
