import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { follow, go, route } from "../../router";
import { session, sessionEnded } from "../../session";
import { known } from "../../store";
import { filterOf } from "../../store/select";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { Toasts } from "../../ui/toasts";
import { startNotifying } from "../../notify/notify";
import { followViews } from "../../views";
import { language, t } from "../../words";
import { ConversationPane } from "../conversation/pane";
import { ListPane } from "../list/pane";
import { SearchPane } from "../search/search";
import { BackLine } from "../notices/back-line";
import { NoticesPage } from "../notices/page";
import { LinkPage } from "../sign/link";
import { SignIn } from "../sign/sign-in";
import { Banner } from "./banner";
import { FirstMinute } from "./first-minute";
import { FirstSteps, isEmptyHouse } from "./first-steps";
import { drawerOpen, Nav } from "./nav";
import { Palette } from "./palette";
import { Shortcuts } from "./shortcuts";
import { Starting } from "./starting";
import { useTitle } from "./title";

/** Settings and administration are fetched when somebody goes there. */
function SettingsPane({ page }: { page: string }) {
  const [Settings, setSettings] = useState<ComponentType<{ page: string }> | "failed" | null>(null);
  useEffect(() => {
    import("../settings/settings").then(
      (module) => setSettings(() => module.Settings),
      () => setSettings("failed"),
    );
  }, []);
  if (Settings === null || Settings === "failed")
    return (
      <main class="settings" id="main-column">
        <h1 class="only-heard">{t("settings.title")}</h1>
        {Settings === null ? (
          <Skeleton kind="line" rows={6} />
        ) : (
          // The page anew: where the house has a new version, its parts have new names.
          <Failed text={t("part.failed")} retry={() => location.reload()} />
        )}
      </main>
    );
  return <Settings page={page} />;
}

function Screen() {
  const place = route.value;
  switch (place.screen) {
    case "settings":
      return <SettingsPane page={place.page} />;
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
  return (
    <div class={`inbox screen-${place.screen}`} onClick={follow}>
      <a class="skip" href="#main-column" data-leave>
        {t("skip")}
      </a>
      <FirstMinute />
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
      <Shortcuts />
      <Palette />
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
        {session.value.state === "in" && <Banner />}
      </div>
    </div>
  );
}
