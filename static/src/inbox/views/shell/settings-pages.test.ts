import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { SETTINGS_PAGES } from "./settings-pages";

test("the palette knows every page of the settings, and who may see it", () => {
  const source = readFileSync("src/inbox/views/settings/settings.tsx", "utf8");
  const pages = [...source.matchAll(/\{ name: "(\w+)", icon: "(\w+)",[^}]*?(?:role: "(\w+)")? \}/g)];
  assert.deepEqual(
    pages.map(([, name, icon, role]) => ({ name, icon, role: role ?? "agent" })),
    SETTINGS_PAGES,
  );
});
