import { exact, lasting } from "../../../shared/time";
import type { AccountView, ConversationView, IdentityView, LegView, WayView } from "../../../wire";
import { problemOf } from "../../api";
import { now } from "../../clock";
import { invite, openWay, switchLeg } from "../../commands";
import { known } from "../../store";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { type Choice, Picker } from "../../ui/picker";
import { toast } from "../../ui/toasts";
import { language, problemText, t, type WordKey } from "../../words";
import { customerName, shortAddress } from "../names";
import { focusBehindWords, isOpen, legWay, type Way } from "../conversation/composing";
import { addressee, personAt } from "../conversation/people";
import { filesObstacle, longestOf, type Writing } from "./sending";
import { isWayOpen, loadWays, mayChoose, newWays, remedyOf, useFreshWays, wayKey } from "./ways";

const SOON = 2 * 3_600_000; // ms before its end from which a window is told in another colour

/** How long a reply may still go this way, where there is an end to it. */
function windowWords(way: Way): string {
  return way.ends === null ? "" : t("composer.window_left", { span: lasting(way.ends - now.value, language.value) });
}

function Window({ ends, words }: { ends: number; words: string }) {
  const soon = ends - now.value < SOON;
  return (
    <span
      class={soon ? "composer-window soon" : "composer-window"}
      title={t("composer.window_until", { at: exact(ends, language.value) })}
    >
      <Icon name="clock" size={12} />
      <span class="composer-window-words">{words}</span>
      <span class="composer-window-short">{lasting(ends - now.value, language.value)}</span>
    </span>
  );
}

/** Why what is being written cannot go this way, though the way stands open. */
function hurdle(way: Way, writing: Writing): string {
  const here = { ...writing, way };
  if ([...writing.text].length > longestOf(here)) return t("composer.way.too_long");
  return filesObstacle(here) === null ? "" : t("composer.way.files");
}

function accountWords(way: Way): string {
  return way.account?.label[language.value] ?? t("composer.account_gone");
}

/** Who is answered, and by which channel. */
function WayFace({ view, way }: { view: ConversationView; way: Way }) {
  const left = windowWords(way);
  return (
    <>
      <span class="composer-to">{t("composer.to", { name: addressee(view, way.leg) })}</span>
      <ChannelIcon account={way.account} size={14} />
      <span class="composer-account">{accountWords(way)}</span>
      {left && !way.closed && way.ends !== null && <Window ends={way.ends} words={left} />}
      {way.closed && (
        <span class="composer-window bad">
          {t(isOpen(way) ? "composer.way.template_only" : (`composer.way.${way.closed}` as WordKey))}
        </span>
      )}
    </>
  );
}

/** The address, and what there is to say of it. */
function noteOf(identity: IdentityView, says: string): string {
  return [shortAddress(identity), says].filter(Boolean).join(" · ");
}

/** Why not, and what would make it possible. */
function shutWords(why: string, remedy: WayView["remedy"]): string {
  return remedy ? `${why}. ${t(`composer.way.then.${remedy}`)}` : why;
}

/** One that the conversation has gone by. */
function legChoice(view: ConversationView, leg: LegView, writing: Writing): Choice {
  const one = legWay(leg, now.value);
  const against = isOpen(one) ? hurdle(one, writing) : "";
  const says = one.closed
    ? isOpen(one)
      ? t("composer.way.template")
      : shutWords(t(`composer.way.${one.closed}` as WordKey), remedyOf(view, leg.id))
    : against || windowWords(one);
  return {
    id: leg.id,
    label: `${personAt(view, leg)} · ${accountWords(one)}`,
    chosen: leg.id === view.leg,
    mark: <ChannelIcon account={one.account} />,
    note: noteOf(leg.identity, says),
    ...(!isOpen(one) || (against && leg.id !== view.leg) ? { off: true } : {}),
  };
}

/** One that nobody has gone by here: taken, the conversation goes on by it. */
function newChoice(told: WayView, writing: Writing): Choice {
  const account = known.directory.accounts.find((one) => one.id === told.account);
  const way: Way = { leg: undefined, account, closed: null, ends: told.until };
  const against = isWayOpen(told) ? hurdle(way, writing) : "";
  const problem = told.problem && problemText({ text: told.problem, params: {}, status: 422 });
  const shut = problem && (told.template ? t("composer.way.template") : shutWords(problem.replace(/\.$/, ""), told.remedy));
  const says = shut || against || windowWords(way);
  return {
    id: wayKey(told),
    label: `${customerName(writing.view)} · ${accountWords(way)}`,
    chosen: false,
    mark: <ChannelIcon account={account} />,
    note: noteOf(told.identity, says),
    ...(!isWayOpen(told) || against ? { off: true } : {}),
  };
}

const INVITE = "invite ";

/** Where a link would lead her, in this conversation: to where nobody reaches her yet, or back to a chat of ours. */
function invitations(view: ConversationView, way: Way): Choice[] {
  const reached = [...view.legs, ...newWays(view)].map((one) => one.account);
  const isFurther = (one: AccountView) => (one.chat === null ? !reached.includes(one.id) : way.account?.chat === null);
  const there = known.directory.accounts.filter(
    (one) => one.state === "active" && one.capabilities.invites && isFurther(one),
  );
  return there.map((one) => ({
    id: INVITE + one.id,
    label: t("invite", { channel: one.label[language.value] }),
    mark: <ChannelIcon account={one} />,
    note: t("invite.more"),
    ...(view.contact.blocked || !isOpen(way) ? { off: true } : {}),
  }));
}

/** The words stand in the field, and the focus behind them: Enter sends. */
function invites(view: ConversationView, account: string): Promise<void> {
  return invite(view.id, account).then(focusBehindWords, (refusal: unknown) =>
    toast(problemText(problemOf(refusal)), { bad: true }),
  );
}

/** By which of a person's addresses the reply goes: those that cannot be used now say why. */
export function LegPicker({ view, way, writing }: { view: ConversationView; way: Way; writing: Writing }) {
  useFreshWays(view);
  if (!mayChoose(view)) {
    return way.account ? (
      <span class="composer-way" title={way.leg?.identity.address}>
        <WayFace view={view} way={way} />
      </span>
    ) : null;
  }
  return (
    <Picker
      label={t("composer.leg")}
      plain
      worded
      act="leg"
      side="end"
      face={
        <span class="composer-way">
          <WayFace view={view} way={way} />
          <Icon name="down" size={14} />
        </span>
      }
      opened={() => loadWays(view)}
      choices={() => [...view.legs.map((leg) => legChoice(view, leg, writing)), ...newWays(view).map((one) => newChoice(one, writing)), ...invitations(view, way)]}
      pick={(id) => {
        if (id.startsWith(INVITE)) return void invites(view, id.slice(INVITE.length));
        const way = newWays(view).find((one) => wayKey(one) === id);
        if (way) void openWay(view.id, way.account, way.identity.id);
        else if (id !== view.leg) void switchLeg(view.id, id);
      }}
    />
  );
}
