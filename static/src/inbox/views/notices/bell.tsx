import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { go, route } from "../../router";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { useDismiss } from "../../ui/popover";
import { count, t } from "../../words";
import { drawerOpen } from "../shell/nav";
import { NoticeList } from "./list";
import { manyOf } from "./words";

export const noticesOpen = signal(false);

/** shell.css makes a drawer of the lists below this width: there is no room for a panel beside them. */
const NARROW = "(max-width: 979px)";

/** What the button's one key does. */
export function toggleNotices(): void {
  if (matchMedia(NARROW).matches) go("/notices");
  else noticesOpen.value = !noticesOpen.value;
}

function Unread() {
  const { unread } = known.notices;
  if (unread === 0) return null;
  return (
    <span class="bell-count" aria-hidden="true">
      {manyOf(unread)}
    </span>
  );
}

function label(): string {
  const { unread } = known.notices;
  return unread === 0 ? t("notices.title") : count("notices.bell", unread);
}

function Panel({ close }: { close: () => void }) {
  const panel = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const first = panel.current?.querySelector<HTMLElement>("[data-notice]");
    (first ?? panel.current)?.focus({ preventScroll: true });
  }, []);
  return (
    <div ref={panel} class="notices-panel" role="dialog" aria-label={t("notices.title")} tabIndex={-1}>
      <header class="notices-head">
        <h2>{t("notices.title")}</h2>
        <a class="button quiet square" href="/settings/notices" aria-label={t("notices.settings")} onClick={close}>
          <Icon name="settings" />
        </a>
        <button type="button" class="button quiet square" aria-label={t("close")} onClick={close}>
          <Icon name="close" />
        </button>
      </header>
      <NoticeList done={close} />
    </div>
  );
}

/** At the top of the lists: what concerns this agent. On narrow screens it leads to a page. */
export function Bell() {
  const place = useRef<HTMLDivElement>(null);
  const open = noticesOpen.value;
  const close = () => (noticesOpen.value = false);
  useDismiss(place, open, close);
  return (
    <div class="bell-place" ref={place}>
      <button
        type="button"
        class="button quiet square bell"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-keyshortcuts="B"
        title={label()}
        data-act="notices"
        onClick={() => {
          drawerOpen.value = false;
          toggleNotices();
        }}
      >
        <span class="only-heard">{label()}</span>
        <Icon name="bell" />
        <Unread />
      </button>
      {open && <Panel close={close} />}
    </div>
  );
}

/** The same where the lists are a drawer. */
export function BellLink() {
  const isHere = route.value.screen === "notices";
  return (
    <a
      class="button quiet square bell only-narrow"
      href="/notices"
      aria-current={isHere ? "page" : undefined}
    >
      <span class="only-heard">{label()}</span>
      <Icon name="bell" />
      <Unread />
    </a>
  );
}
