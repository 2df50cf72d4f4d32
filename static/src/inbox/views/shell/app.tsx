import { useEffect } from "preact/hooks";
import { minuteOf } from "../../first-minute";
import { follow, go, route } from "../../router";
import { session, sessionEnded } from "../../session";
import { known } from "../../store";
import { filterOf } from "../../store/select";
import { fetchAhead } from "../../ui/part";
import { Empty } from "../../ui/states";
import { Toasts } from "../../ui/toasts";
import { startNotifying } from "../../notify/notify";
import { followViews } from "../../views";
import { language, t } from "../../words";
import { ConversationPane } from "../conversation/pane";
import { ListPane } from "../list/pane";
import { Dial, FirstMinute, FirstSteps, LinkPage, Palette, PlaceAlarm, SearchPane, Settings, SettingsPlace, Shortcuts } from "../parts";
import { BackLine } from "../notices/back-line";
import { dialOpen } from "../context/starters";
import { NoticesPage } from "../notices/page";
import { SignIn } from "../sign/sign-in";
import { Banner } from "./banner";
import { isEmptyHouse } from "./empty-house";
import { drawerOpen, Nav } from "./nav";
import { paletteOpen } from "./palette-open";
import { shortcutsOpen } from "./shortcuts-open";
import { Starting } from "./starting";
import { StuckAccounts } from "./stopped-accounts";
import { useTitle } from "./title";
import { WebhookAlarm } from "./webhook-alarm";

function Screen() {
  const place = route.value;
  switch (place.screen) {
    case "settings":
      // Who may see which page is not answered before it is known who asks.
      return known.me ? <Settings page={place.page} /> : <SettingsPlace />;
    case "list":
    case "conversation":
    case "search":
      return (
        <main class="work">
          {place.screen === "search" ? <SearchPane query={place.query} /> : <ListPane />}
          {place.screen === "conversation" ? <ConversationPane /> : <NothingOpen />}
        </main>
      );
    case "notices":
      return <NoticesPage />;
    case "link":
      return <LinkPage link={place.link} />;
  }
}

function NothingOpen() {
  return (
    <div class="conversation nothing-open" id="main-column">
      {isEmptyHouse() ? (
        <FirstSteps />
      ) : (
        <Empty icon="open" title={t("nothing_open")}>
          {t("nothing_open.more")}
        </Empty>
      )}
    </div>
  );
}

/** Only the demo has one, until the agent waves it off. */
function isMinute(): boolean {
  return minuteOf(known.preferences)?.over === false;
}

function Inbox() {
  useTitle();
  const place = route.value;
  const agent = known.me?.id;
  useEffect(() => (agent ? startNotifying(agent) : undefined), [agent]);
  useEffect(() => {
    // A list that is no more (a retired team's address) leads to one that is.
    const isAsked = place.screen === "list" && place.name === "view" && known.views === null;
    if (place.screen === "list" && known.me && !isAsked && !filterOf(known, place.name, place.id))
      go("/list/mine", { replace: true });
  }, [place, known.me, known.views]);
  useEffect(followViews, []);
  const isOnline = known.connection === "online";
  useEffect(() => {
    if (isOnline) fetchAhead();
  }, [isOnline]);
  return (
    <div class={`inbox screen-${place.screen}`} onClick={follow}>
      <a class="skip" href="#main-column" data-leave>
        {t("skip")}
      </a>
      {isMinute() && <FirstMinute />}
      <div class="columns">
        <Nav />
        {drawerOpen.value && (
          <button
            type="button"
            class="drawer-veil"
            aria-label={t("close")}
            onClick={() => (drawerOpen.value = false)}
          />
        )}
        <Screen />
      </div>
      {shortcutsOpen.value && <Shortcuts />}
      {paletteOpen.value && <Palette />}
      {dialOpen.value && <Dial />}
    </div>
  );
}

function Page() {
  const who = session.value;
  const { connection } = known;
  useEffect(() => {
    if (connection === "signed_out") sessionEnded();
  }, [connection]);
  const place = route.value;
  if (place.screen === "link") return <LinkPage link={place.link} />;
  switch (who.state) {
    case "asking":
      return <Starting />;
    case "unreachable":
      return <Starting text={t("starting.unreachable")} />;
    case "out":
      return <SignIn ended={who.ended} />;
    case "in":
      return <Inbox />;
  }
}

/** The whole page; another language draws it anew. */
export function App() {
  return (
    <div class="app" key={language.value}>
      <Page />
      <div class="notices">
        <Toasts />
        {session.value.state === "in" && <BackLine />}
        {session.value.state === "in" && <WebhookAlarm />}
        {session.value.state === "in" && <StuckAccounts />}
        {session.value.state === "in" && known.limits.places.length > 0 && <PlaceAlarm />}
        {session.value.state === "in" && <Banner />}
      </div>
    </div>
  );
}
