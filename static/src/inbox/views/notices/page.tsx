import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { MenuButton } from "../list/pane";
import { listAddress, listPlace } from "../shell/chosen";
import { NoticeList } from "./list";

/** All notices on a screen of their own: a phone's way to them, and an address to come back to. */
export function NoticesPage() {
  return (
    <main class="notices-page" id="main-column">
      <header class="pane-head">
        <MenuButton />
        <a class="button quiet square" href={listAddress(listPlace.value)} aria-label={t("back")}>
          <Icon name="back" />
        </a>
        <h1 class="pane-title">{t("notices.title")}</h1>
        <a class="button quiet square" href="/settings/notices" aria-label={t("notices.settings")}>
          <Icon name="settings" />
        </a>
      </header>
      <NoticeList done={() => undefined} />
    </main>
  );
}
