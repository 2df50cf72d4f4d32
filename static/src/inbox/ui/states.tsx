// The states every list has besides full: loading, empty, failed.

import type { ComponentChildren } from "preact";
import { t } from "../words";
import { Icon, type IconName } from "./icons";

/** Grey shapes where rows will be; says so to screen readers once. */
export function Skeleton({ rows, kind }: { rows: number; kind: "row" | "bubble" | "line" }) {
  return (
    <div class={`skeleton skeleton-${kind}`} role="status">
      <span class="only-heard">{t("loading")}</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} class="bone" />
      ))}
    </div>
  );
}

export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={32} />
      <p class="empty-title">{title}</p>
      {children && <div class="empty-more">{children}</div>}
    </div>
  );
}

export function Failed({ text, retry }: { text: string; retry: () => void }) {
  return (
    <div class="empty" role="alert">
      <Icon name="warning" size={28} />
      <p class="empty-title">{text}</p>
      <button type="button" class="button" onClick={retry}>
        {t("try_again")}
      </button>
    </div>
  );
}
