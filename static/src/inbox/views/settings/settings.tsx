import "../../css/beside";
import "../../css/settings";
import type { ComponentType } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { AgentView } from "../../../wire";
import { known } from "../../store";
import { Icon, type IconName } from "../../ui/icons";
import { Empty } from "../../ui/states";
import { t, type WordKey } from "../../words";
import { MenuButton } from "../list/pane";
import { listAddress, listPlace } from "../shell/chosen";
import { Accounts } from "./accounts";
import { Agents } from "./agents";
import { AttributeAdmin } from "./attributes";
import { Audit } from "./audit";
import { Hours } from "./hours";
import { NotifySettings } from "../notices/settings";
import { Look } from "./look";
import { Macros } from "./macros";
import { Me } from "./me";
import { Parked } from "./parked";
import { People } from "./people";
import { Security } from "./security";
import { TagAdmin } from "./tags";
import { Teams } from "./teams";
import { Tokens } from "./tokens";
import { SavedViews } from "./views";
import { Webhooks } from "./webhooks";

interface Page {
  name: string;
  icon: IconName;
  title: WordKey;
  show: ComponentType;
  /** Who may; everybody when left out. */
  role?: AgentView["role"];
}

const PAGES: readonly Page[] = [
  { name: "me", icon: "person", title: "settings.me", show: Me },
  { name: "look", icon: "sun", title: "settings.look", show: Look },
  { name: "notices", icon: "bell", title: "settings.notices", show: NotifySettings },
  { name: "macros", icon: "macro", title: "settings.macros", show: Macros },
  { name: "views", icon: "views", title: "settings.views", show: SavedViews },
  { name: "security", icon: "shield", title: "settings.security", show: Security },
  { name: "tokens", icon: "key", title: "settings.tokens", show: Tokens },
  { name: "agents", icon: "mine", title: "settings.agents", show: Agents, role: "admin" },
  { name: "teams", icon: "team", title: "settings.teams", show: Teams, role: "admin" },
  { name: "hours", icon: "clock", title: "settings.hours", show: Hours, role: "admin" },
  { name: "tags", icon: "tag", title: "settings.tags", show: TagAdmin, role: "supervisor" },
  { name: "attributes", icon: "sliders", title: "settings.attributes", show: AttributeAdmin, role: "admin" },
  { name: "accounts", icon: "plug", title: "settings.accounts", show: Accounts, role: "supervisor" },
  { name: "parked", icon: "file", title: "settings.parked", show: Parked, role: "admin" },
  { name: "webhooks", icon: "link", title: "settings.webhooks", show: Webhooks, role: "admin" },
  { name: "people", icon: "block", title: "settings.people", show: People, role: "supervisor" },
  { name: "audit", icon: "list", title: "settings.audit", show: Audit, role: "supervisor" },
];

const RANK = { agent: 0, supervisor: 1, admin: 2 } as const;

function allowed(page: Page): boolean {
  const role = known.me?.role ?? "agent";
  return RANK[role] >= RANK[page.role ?? "agent"];
}

function Refused({ role }: { role: Page["role"] }) {
  return (
    <Empty icon="lock" title={t("settings.refused")}>
      {t(role === "admin" ? "settings.refused_admin" : "settings.refused_supervisor")}
    </Empty>
  );
}

/** Everything that is set and not done daily. Fetched when somebody comes here. */
export function Settings({ page }: { page: string }) {
  const pages = PAGES.filter(allowed);
  const asked = PAGES.find((one) => one.name === page);
  // An address that somebody else sent is answered, not led past.
  const refused = asked && !allowed(asked) ? asked : null;
  const shown = refused ?? asked ?? pages[0];
  const links = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    // On a phone the sections are a strip: the chosen one is not left beyond its edge.
    links.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [shown?.name]);
  if (!shown) return null;
  const Show = shown.show;
  return (
    <div class="settings">
      <nav class="settings-nav" aria-label={t("settings.title")}>
        <header class="pane-head">
          <MenuButton />
          <a class="button quiet square" href={listAddress(listPlace.value)} aria-label={t("back")}>
            <Icon name="back" />
          </a>
          <h1 class="pane-title">{t("settings.title")}</h1>
        </header>
        <div class="settings-links" ref={links}>
          {pages.map((one) => (
            <a
              key={one.name}
              class={one === shown ? "nav-entry here" : "nav-entry"}
              href={`/settings/${one.name}`}
              aria-current={one === shown ? "page" : undefined}
            >
              <Icon name={one.icon} />
              <span class="nav-label">{t(one.title)}</span>
            </a>
          ))}
        </div>
      </nav>
      <main class="settings-page" id="main-column" key={shown.name}>
        <h2 class="settings-title">{t(shown.title)}</h2>
        {refused ? <Refused role={refused.role} /> : <Show />}
      </main>
    </div>
  );
}
