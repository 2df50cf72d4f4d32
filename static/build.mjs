// Builds src/ into the folder named by --out (bundle.py calls this), or runs src/**/*.test.ts with --test.
//
// What comes out:
//   widget.js             the loader: one small script with a stable name, because sites refer to it
//   inbox-HASH.js/.css    the agents' inbox      } ES modules; what they import() becomes chunk-HASH.js.
//   sandbox-HASH.js/.css  the demo's own page    }
//   phones-HASH.js/.css   its page of phones     }
//   mail-HASH.js/.css     its mail program       }
//   slack-HASH.js/.css    its workspace          }
//   widget-HASH.js/.css   the chat window        } The style of a lazy chunk is not loaded by itself: it carries its own as text, *.sheet.
//   worker-HASH.js        the inbox's service worker; the server gives it the stable name that a browser asks again for
//   pdf-worker-HASH.js    pdf.js reading a document, in a thread of its own; pdf-VERSION/ what it asks for then (the tables of
//                         East Asian encodings, the fonts every reader of PDF has, two decoders of pictures)
//   icon-SIZE-HASH.png    the app's icons, drawn from inbox/mark.svg; app-HASH.webmanifest names them
//   i18n/*.json           the texts, which the server reads too
//   assets/               src/assets as it is
//   manifest.json         {"bundle": hash of everything above, "inbox": {"script", "style", "chunks" (loaded with it)}, "widget": {...}, "app": {"worker", "manifest", "touch_icon"}, "files": {name: bytes}}
//   *.gz                  beside every text file, for servers that send it ready-made
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import * as esbuild from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const source = join(here, "src");
const ENTRIES = { inbox: "inbox/main.tsx", widget: "widget/main.tsx", sandbox: "sandbox/main.tsx", phones: "sandbox/phones/main.tsx", mail: "sandbox/mail/main.tsx", slack: "sandbox/slack/main.tsx" };
const LOADER = "widget/loader.ts";
const WORKER = "inbox/notify/worker.ts";
const MARK = "inbox/mark.svg";
const BRAND = "#0b6b5d"; // the ground of the mark, and of the window's frame while the app starts
const COMPRESSED = /\.(js|css|json|svg|html|txt|webmanifest)$/;

const common = {
  absWorkingDir: here,
  bundle: true,
  charset: "utf8",
  loader: { ".svg": "text", ".sheet": "text" },
  logLevel: "warning",
  target: ["es2022", "chrome109", "firefox115", "safari16.4"],
  tsconfig: join(here, "tsconfig.json"),
};

function filesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

// The chat wears the house's tokens (shared/tokens.css), and every customer loads it: what its own styles do not name is
// left out, and so are the selectors of shadow roots, which it does not have.
const wornTokens = {
  name: "worn-tokens",
  setup(build) {
    build.onLoad({ filter: /shared[\\/]tokens\.css$/ }, (file) => {
      const whole = readFileSync(file.path, "utf8");
      const wearers = filesUnder(join(source, "widget")).filter((path) => /\.(css|sheet)$/.test(path));
      const named = (text) => [...text.matchAll(/var\((--[\w-]+)/g)].map((found) => found[1]);
      const worn = new Set(wearers.flatMap((path) => named(readFileSync(path, "utf8"))));
      const token = /^ *(--[\w-]+):([^;]*);\n/gm;
      for (const [, name, value] of whole.matchAll(token)) if (worn.has(name)) for (const other of named(value)) worn.add(other);
      const contents = whole.replace(token, (line, name) => (worn.has(name) ? line : "")).replace(/,\s*:host(\([^)]*\))?/g, "");
      return { contents, loader: "css" };
    });
  },
};

// A style that a lazy chunk carries as text is as small as those in files; it may be made of several.
const smallSheets = {
  name: "small-sheets",
  setup(build) {
    build.onLoad({ filter: /(widget|css)[\\/].*\.sheet$/ }, async (file) => {
      const read = (path) =>
        readFileSync(path, "utf8").replace(/^@import "(.+)";$/gm, (_, name) => read(join(dirname(path), name)));
      const { code } = await esbuild.transform(read(file.path), { loader: "css", minify: true, target: common.target });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** What the inbox's preview of PDF files asks for by name. No wasm: the page's policy would have to allow it. */
async function buildPdf(out) {
  const from = join(here, "node_modules/pdfjs-dist");
  const { version } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
  const folder = `pdf-${version.replaceAll(".", "-")}`; // in the name as hashes are: files may be kept for ever
  for (const part of ["cmaps", "standard_fonts", "wasm"]) {
    for (const path of filesUnder(join(from, part))) {
      if (/\.(bcmap|pfb|ttf)$|_nowasm_fallback\.js$|LICENSE/.test(path)) cpSync(path, join(out, folder, basename(path)));
    }
  }
  const { outputFiles } = await esbuild.build({
    ...common,
    entryPoints: [join(from, "legacy/build/pdf.worker.mjs")],
    write: false,
    format: "esm",
    minify: true,
  });
  return { PDF_WORKER: JSON.stringify(put(out, "pdf-worker.js", outputFiles[0].contents)), PDF_FILES: JSON.stringify(folder) };
}

// Every customer loads the chat, and of Preact it needs little: src/widget/draw is that little.
const DRAWN = "./src/widget/draw/index.ts";
const OWN = {
  inbox: { plugins: [smallSheets] },
  widget: {
    plugins: [wornTokens, smallSheets],
    tsconfig: join(here, "tsconfig.widget.json"),
    alias: { preact: DRAWN, "preact/hooks": DRAWN, "preact/jsx-runtime": DRAWN },
    chunkNames: "[name]-[hash]",
  },
};

// Each app by itself: a chunk that both shared would bring the one's code to the other's browsers.
async function buildApps(out) {
  const apps = {};
  for (const [name, path] of Object.entries(ENTRIES)) {
    const entry = join(source, path);
    if (existsSync(entry)) apps[name] = await buildApp(out, name, entry, name === "inbox" ? await buildPdf(out) : {});
  }
  return apps;
}

async function buildApp(out, name, entry, define) {
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints: [{ out: name, in: entry }],
    outdir: out,
    define,
    format: "esm",
    splitting: true,
    minify: true,
    metafile: true,
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "asset-[hash]",
    ...OWN[name],
  });
  // What is imported lazily counts as an entry too, under a chunk's name, and may stand before ours.
  const [path, made] = Object.entries(metafile.outputs).find(
    ([path, output]) => output.entryPoint && basename(path).startsWith(`${name}-`) && path.endsWith(".js"),
  );
  const chunks = made.imports.filter((it) => it.kind === "import-statement").map((it) => basename(it.path));
  return { script: basename(path), style: made.cssBundle ? basename(made.cssBundle) : null, chunks };
}

async function buildLoader(out, widget) {
  if (!existsSync(join(source, LOADER))) return;
  await esbuild.build({
    ...common,
    entryPoints: [join(source, LOADER)],
    outfile: join(out, "widget.js"),
    format: "iife",
    minify: true,
    define: {
      WIDGET_SCRIPT: JSON.stringify(widget?.script ?? ""),
      WIDGET_STYLE: JSON.stringify(widget?.style ?? ""),
    },
  });
}

/** A file under a name that says what is in it. */
function put(out, name, content) {
  const [stem, end] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf("."))];
  const hashed = `${stem}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}${end}`;
  writeFileSync(join(out, hashed), content);
  return hashed;
}

async function buildWorker(out) {
  const { outputFiles } = await esbuild.build({
    ...common,
    entryPoints: [join(source, WORKER)],
    write: false,
    format: "iife",
    minify: true,
  });
  return put(out, "worker.js", outputFiles[0].contents);
}

function draw(svg, size) {
  return new Resvg(svg, { fitTo: { mode: "width", value: size } }).render().asPng();
}

/** The mark as it is, and on a ground that reaches every edge: systems cut circles and squares of their own out of it. */
async function drawIcons(out) {
  await initWasm(readFileSync(join(here, "node_modules/@resvg/resvg-wasm/index_bg.wasm")));
  const mark = readFileSync(join(source, MARK), "utf8");
  const inner = mark.slice(mark.indexOf(">") + 1, mark.lastIndexOf("</svg>"));
  const full =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="${BRAND}"/>` +
    `<g transform="translate(4.8 4.8) scale(.7)">${inner}</g></svg>`;
  const icon = (svg, size, purpose) => ({
    src: put(out, `icon-${size}.png`, draw(svg, size)),
    sizes: `${size}x${size}`,
    type: "image/png",
    purpose,
  });
  const icons = [icon(mark, 192, "any"), icon(mark, 512, "any"), icon(full, 512, "maskable")];
  return { icons, touchIcon: put(out, "icon-180.png", draw(full, 180)) };
}

/** What makes the inbox an app that can be installed. */
async function buildAppFiles(out) {
  if (!existsSync(join(source, WORKER))) return null;
  const worker = await buildWorker(out);
  const { icons, touchIcon } = await drawIcons(out);
  const manifest = {
    id: "/",
    name: "Parley",
    short_name: "Parley",
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: BRAND,
    theme_color: BRAND,
    icons,
  };
  return { worker, manifest: put(out, "app.webmanifest", JSON.stringify(manifest)), touch_icon: touchIcon };
}

function copyAsItIs(out) {
  for (const folder of ["i18n", "assets"]) {
    if (existsSync(join(source, folder))) cpSync(join(source, folder), join(out, folder), { recursive: true });
  }
}

function writeManifest(out, apps, app) {
  const whole = createHash("sha256");
  const files = {};
  for (const path of filesUnder(out)) {
    const name = path.slice(out.length + 1).replaceAll("\\", "/");
    const content = readFileSync(path);
    whole.update(`${name}\0${content.length}\0`).update(content);
    files[name] = content.length;
  }
  const manifest = { bundle: whole.digest("hex").slice(0, 16), ...apps, app, files };
  writeFileSync(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
}

function compress(out) {
  for (const path of filesUnder(out)) {
    if (COMPRESSED.test(path)) writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
  }
}

async function build(out) {
  mkdirSync(out, { recursive: true });
  const apps = await buildApps(out);
  await buildLoader(out, apps.widget);
  const app = await buildAppFiles(out);
  copyAsItIs(out);
  writeManifest(out, apps, app);
  compress(out);
}

async function test() {
  const tests = existsSync(source) ? filesUnder(source).filter((path) => /\.test\.tsx?$/.test(path)) : [];
  if (tests.length === 0) return 0;
  const out = join(here, ".test");
  rmSync(out, { recursive: true, force: true });
  await esbuild.build({
    ...common,
    entryPoints: tests,
    outdir: out,
    outExtension: { ".js": ".mjs" },
    format: "esm",
    platform: "node",
    target: "node22", // the browsers' targets would strip "node:" from the imports
    mainFields: ["module", "main"],
    sourcemap: "inline",
    loader: { ...common.loader, ".css": "empty" },
  });
  const made = filesUnder(out).filter((path) => path.endsWith(".mjs"));
  return spawnSync(process.execPath, ["--test", "--enable-source-maps", ...made], { stdio: "inherit" }).status ?? 1;
}

/** esbuild has already said what is wrong and where; anything else is a fault of this file. */
function failed(why) {
  if (!why.errors) throw why;
  process.exitCode = 1;
}

const [mode, out] = process.argv.slice(2);
if (mode === "--test") process.exitCode = await test();
else if (mode === "--out" && out) await build(out).catch(failed);
else throw new Error("usage: build.mjs --out FOLDER | --test");
