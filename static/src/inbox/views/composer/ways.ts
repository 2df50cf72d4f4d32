// By which accounts and addresses a conversation's customer can be written to, as the server knows them: also those by
// which nobody has gone yet. Asked when somebody looks for another way, not with every conversation that is opened.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { AccountView, ConversationView, IdentityView, LegView, WaysList, WayView } from "../../../wire";
import { get } from "../../api";
import { now } from "../../clock";
import { openWay, switchLeg } from "../../commands";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import { legWay } from "../conversation/composing";

interface Told {
  conversation: string;
  ways: readonly WayView[];
}

/** Of the conversation that was asked for last. */
const told = signal<Told | null>(null);
let asking = "";

const FRESH = 15_000; // ms in which the same is not asked again

/** What the ways hang on, as far as this page knows it: whoever has them asks again when it changes. */
export function waysMark(view: ConversationView): string {
  const identities = known.contacts.get(view.contact.id)?.identities ?? [];
  const accounts = known.directory.accounts.map((one) => `${one.id}=${one.state}`);
  return [view.id, ...identities.map((one) => `${one.id}=${one.proof}`), ...accounts].join(" ");
}

export function loadWays(view: ConversationView): void {
  const mark = waysMark(view);
  if (asking === mark) return;
  asking = mark;
  setTimeout(() => {
    if (asking === mark) asking = "";
  }, FRESH);
  get<WaysList>(`/conversations/${view.id}/ways`).then(
    ({ ways }) => {
      if (asking === mark) told.value = { conversation: view.id, ways };
    },
    () => {
      // Its own legs are known anyway; asked again when it is next looked for.
      if (asking === mark) asking = "";
    },
  );
}

/** Once they were asked for they are asked for again whenever they may have changed: an address was proven. */
export function useFreshWays(view: ConversationView): void {
  const mark = waysMark(view);
  useEffect(() => {
    if (told.peek()?.conversation === view.id) loadWays(view);
  }, [mark]);
}

/** What tells one from the others. */
export function wayKey(way: WayView): string {
  return `${way.account} ${way.identity.id}`;
}

/** Those by which nobody has gone in this conversation so far. */
export function newWays(view: ConversationView): WayView[] {
  if (told.value?.conversation !== view.id) return [];
  const gone = new Set(view.legs.map((leg) => `${leg.account} ${leg.identity.id}`));
  return told.value.ways.filter((way) => !gone.has(wayKey(way)));
}

export interface Other {
  id: string;
  account: AccountView;
  identity: IdentityView;
  go: () => void;
}

function accountNamed(id: string): AccountView | undefined {
  return known.directory.accounts.find((one) => one.id === id);
}

/** The ways but one that stand open now: what is offered when something did not or cannot go that one way. */
export function otherWays(view: ConversationView, leg: string | null): Other[] {
  const person = legOf(view, leg)?.identity;
  // In a conversation of several people nobody else is written to by mistake.
  const isHers = (one: LegView) => view.legs.length < 2 || one.identity.address === person?.address || !severalIn(view);
  const legs = view.legs.filter((one) => one.id !== leg && isHers(one) && legWay(one, now.value).closed === null);
  return [
    ...legs.flatMap((one) => {
      const account = accountOf(known, one);
      const go = () => void (view.leg !== one.id && switchLeg(view.id, one.id));
      return account ? [{ id: one.id, account, identity: one.identity, go }] : [];
    }),
    ...newWays(view).flatMap((way) => {
      const account = accountNamed(way.account);
      const go = () => void openWay(view.id, way.account, way.identity.id);
      return account && way.problem === null ? [{ id: wayKey(way), account, identity: way.identity, go }] : [];
    }),
  ];
}

/** Those that stand open beside a way, and those of its very channel where she has refused messages: whoever says stop by
 *  text message means text messages, from whichever number of ours and to whichever of hers. */
export function besideRefusal(view: ConversationView, leg: string | null, ways: readonly Other[]): [open: Other[], asked: Other[]] {
  const refused = legOf(view, leg);
  const channel = refused?.opted_out_at ? accountOf(known, refused)?.icon : undefined;
  const isSame = (way: Other) => channel !== undefined && way.account.icon === channel;
  return [ways.filter((way) => !isSame(way)), ways.filter(isSame)];
}

function severalIn(view: ConversationView): boolean {
  return new Set(view.legs.map((one) => ownerOf(one, view))).size > 1;
}

function ownerOf(leg: LegView, view: ConversationView): string {
  for (const contact of known.contacts.values())
    if (contact.identities.some((identity) => identity.id === leg.identity.id)) return contact.id;
  return view.contact.id;
}

/** The same, with what the server knows of it once that has come; none where they are not wanted. */
export function useOtherWays(view: ConversationView, leg: string | null, wanted = true): Other[] {
  const mark = waysMark(view);
  useEffect(() => {
    if (wanted) loadWays(view);
  }, [mark, wanted]);
  return wanted ? otherWays(view, leg) : [];
}

/** Is there anything to choose from, as far as the page knows? Other accounts may reach her too. */
export function mayChoose(view: ConversationView): boolean {
  return view.legs.length > 1 || known.directory.accounts.filter((one) => one.state === "active").length > 1;
}

/** What would open a way that is shut, as the server knows it. */
export function remedyOf(view: ConversationView, leg: string): WayView["remedy"] {
  return (told.value?.conversation === view.id && told.value.ways.find((way) => way.leg === leg)?.remedy) || null;
}

/** May something be sent there, words or a template? */
export function isWayOpen(way: WayView): boolean {
  return way.problem === null || way.template;
}
