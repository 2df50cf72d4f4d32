// Builds src/ into the folder named by --out (bundle.py calls this), or runs src/**/*.test.ts with --test.
//
// What comes out:
//   widget.js             the loader: one small script with a stable name, because sites refer to it
//   inbox-HASH.js/.css    the agents' inbox      } ES modules; what they import() becomes chunk-HASH.js.
//   widget-HASH.js/.css   the chat window        } The style of a lazy chunk is not loaded by itself: import css from the entry.
//   i18n/*.json           the texts, which the server reads too
//   assets/               src/assets as it is
//   manifest.json         {"bundle": hash of everything above, "inbox": {"script", "style", "chunks" (loaded with it)}, "widget": {...}, "files": {name: bytes}}
//   *.gz                  beside every text file, for servers that send it ready-made
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));
const source = join(here, "src");
const ENTRIES = { inbox: "inbox/main.tsx", widget: "widget/main.tsx" };
const LOADER = "widget/loader.ts";
const COMPRESSED = /\.(js|css|json|svg|html|txt)$/;

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

// Each app by itself: a chunk that both shared would bring the one's code to the other's browsers.
async function buildApps(out) {
  const apps = {};
  for (const [name, path] of Object.entries(ENTRIES)) {
    const entry = join(source, path);
    if (existsSync(entry)) apps[name] = await buildApp(out, name, entry);
  }
  return apps;
}

async function buildApp(out, name, entry) {
  const { metafile } = await esbuild.build({
    ...common,
    entryPoints: [{ out: name, in: entry }],
    plugins: name === "widget" ? [wornTokens] : [],
    outdir: out,
    format: "esm",
    splitting: true,
    minify: true,
    metafile: true,
    entryNames: "[name]-[hash]",
    chunkNames: name === "widget" ? "[name]-[hash]" : "chunk-[hash]",
    assetNames: "asset-[hash]",
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

function copyAsItIs(out) {
  for (const folder of ["i18n", "assets"]) {
    if (existsSync(join(source, folder))) cpSync(join(source, folder), join(out, folder), { recursive: true });
  }
}

function writeManifest(out, apps) {
  const whole = createHash("sha256");
  const files = {};
  for (const path of filesUnder(out)) {
    const name = path.slice(out.length + 1).replaceAll("\\", "/");
    const content = readFileSync(path);
    whole.update(`${name}\0${content.length}\0`).update(content);
    files[name] = content.length;
  }
  const manifest = { bundle: whole.digest("hex").slice(0, 16), ...apps, files };
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
  copyAsItIs(out);
  writeManifest(out, apps);
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
