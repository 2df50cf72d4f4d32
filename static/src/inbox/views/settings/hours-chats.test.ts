import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccountSetup, AccountView } from "../../../wire";
import { followingOf, saidAway } from "./hours-chats";

const NONE = { en: "", ko: "" };

function chat(id: string, team: string, away = NONE): AccountSetup {
  const embed = { page: "", script: "", origins: [], away };
  return { id, heard_at: null, team, embed, webhook: null, intake: null, roads: [] };
}

function account(id: string, state: AccountView["state"] = "active"): Pick<AccountView, "id" | "label" | "state"> {
  return { id, label: { en: `${id} in English`, ko: `${id} 한국어` }, state };
}

test("only a chat that names the team tells of its hours", () => {
  const setups = [chat("shop", "Orders"), chat("help", "Tech"), chat("open", ""), chat("gone", "Orders")];
  const accounts = [account("shop"), account("help"), account("open"), account("gone", "retired"), account("new")];
  assert.deepEqual(followingOf("Orders", setups, accounts, "en"), [{ label: "shop in English", away: NONE }]);
  assert.deepEqual(followingOf("Tech", setups, accounts, "ko"), [{ label: "help 한국어", away: NONE }]);
  assert.deepEqual(followingOf("Nobody", setups, accounts, "en"), []);
});

test("a channel whose customers come over no chat of ours tells nobody", () => {
  const mail: AccountSetup = { ...chat("mail", "Orders"), embed: null };
  assert.deepEqual(followingOf("Orders", [mail], [account("mail")], "en"), []);
});

test("a chat's own words are told instead of the house's, each once", () => {
  const own = { label: "A", away: { en: "Back soon.", ko: "곧 올게요." } };
  const plain = { label: "B", away: NONE };
  assert.deepEqual(saidAway([], "en", "Nobody is here."), ["Nobody is here."]);
  assert.deepEqual(saidAway([plain, plain], "en", "Nobody is here."), ["Nobody is here."]);
  assert.deepEqual(saidAway([own, plain], "ko", "없어요."), ["곧 올게요.", "없어요."]);
});
