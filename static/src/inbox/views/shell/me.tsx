import { route } from "../../router";
import { signOut } from "../../session";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { AvailabilityPicker, ownPresence } from "../notices/availability";
import { drawerOpen } from "./nav";
import { shortcutsOpen } from "./shortcuts-open";

/** The foot of the lists: who I am here, my settings, the way out. */
export function Me() {
  const { me } = known;
  if (!me) return null;
  const presence = ownPresence();
  const inSettings = route.value.screen === "settings";
  return (
    <div class="nav-foot">
      <AvailabilityPicker />
      <a
        class={inSettings ? "nav-entry here nav-me" : "nav-entry nav-me"}
        href="/settings/me"
        title={t("settings.title")}
        onClick={() => (drawerOpen.value = false)}
      >
        <span class="nav-label">
          {me.name}
          {presence && <span class="nav-state faint">{t(`presence.${presence}`)}</span>}
          <span class="only-heard">, {t("settings.title")}</span>
        </span>
        <Icon name="settings" />
      </a>
      <button
        type="button"
        class="button quiet square"
        aria-label={t("shortcuts.title")}
        title={t("shortcuts.title")}
        onClick={() => (shortcutsOpen.value = true)}
      >
        <Icon name="keyboard" />
      </button>
      <button
        type="button"
        class="button quiet square"
        aria-label={t("sign_out")}
        title={t("sign_out")}
        onClick={() => void signOut()}
      >
        <Icon name="out" />
      </button>
    </div>
  );
}
