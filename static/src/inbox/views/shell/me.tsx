import { route } from "../../router";
import { signOut } from "../../session";
import { known } from "../../store";
import { AgentAvatar } from "../../ui/avatar";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { drawerOpen } from "./nav";
import { shortcutsOpen } from "./shortcuts";

/** The foot of the lists: who I am here, my settings, the way out. */
export function Me() {
  const { me, signals, connection } = known;
  if (!me) return null;
  const presence = connection === "online" ? (signals.agents[me.id] ?? "online") : undefined;
  const inSettings = route.value.screen === "settings";
  return (
    <div class="nav-foot">
      <a
        class={inSettings ? "nav-entry here nav-me" : "nav-entry nav-me"}
        href="/settings/me"
        title={t("settings.title")}
        onClick={() => (drawerOpen.value = false)}
      >
        <AgentAvatar agent={me} presence={presence} />
        <span class="nav-label">
          {me.name}
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
