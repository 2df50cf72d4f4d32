import type { AgentView } from "../../../wire";
import type { IconName } from "../../ui/icons";

interface SettingsPage {
  name: string;
  icon: IconName;
  /** Who may at least. */
  role: AgentView["role"];
}

/** The pages of the settings, for who goes there by name: the settings themselves are fetched only then. */
export const SETTINGS_PAGES: readonly SettingsPage[] = [
  { name: "me", icon: "person", role: "agent" },
  { name: "look", icon: "sun", role: "agent" },
  { name: "notices", icon: "bell", role: "agent" },
  { name: "macros", icon: "macro", role: "agent" },
  { name: "views", icon: "views", role: "agent" },
  { name: "security", icon: "shield", role: "agent" },
  { name: "tokens", icon: "key", role: "agent" },
  { name: "agents", icon: "mine", role: "admin" },
  { name: "teams", icon: "team", role: "admin" },
  { name: "hours", icon: "clock", role: "admin" },
  { name: "tags", icon: "tag", role: "supervisor" },
  { name: "attributes", icon: "sliders", role: "admin" },
  { name: "accounts", icon: "plug", role: "supervisor" },
  { name: "parked", icon: "file", role: "admin" },
  { name: "webhooks", icon: "link", role: "admin" },
  { name: "people", icon: "block", role: "supervisor" },
  { name: "audit", icon: "list", role: "supervisor" },
];
