import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { filesOf, fileSize } from "../../../shared/files";
import { known } from "../../store";
import type { Mode } from "../../store/state";
import { Icon } from "../../ui/icons";
import { language, t } from "../../words";
import type { Way } from "../conversation/composing";

/** What may be attached, before anything goes up. */
export function attachWords(mode: Mode, { account }: Way): string {
  const { limits } = known;
  const rules = mode === "public" ? account?.capabilities : undefined;
  const n = Math.min(rules?.attachment_count ?? limits.upload_count, limits.upload_count);
  const most = rules ? Math.max(0, ...Object.values(rules.attachments)) : limits.upload_bytes;
  if (n === 0 || most === 0) return t("upload.none");
  return t("upload.limits", { n, size: fileSize(Math.min(most, limits.upload_bytes), language.value) });
}

/** Files may be dropped anywhere on the conversation. `take` is null where none may. Answers whether some hover now. */
export function useDropping(inside: RefObject<HTMLElement | null>, take: ((files: readonly File[]) => void) | null): boolean {
  const [over, setOver] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const place = inside.current?.closest<HTMLElement>(".conversation");
    if (!place) return;
    const has = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const moved = (event: DragEvent) => {
      if (!has(event)) return;
      event.preventDefault();
      setOver(latest.current !== null);
    };
    const left = (event: DragEvent) => {
      if (!place.contains(event.relatedTarget as Node | null)) setOver(false);
    };
    const dropped = (event: DragEvent) => {
      if (!has(event)) return;
      event.preventDefault();
      setOver(false);
      latest.current?.(filesOf(event.dataTransfer));
    };
    place.addEventListener("dragover", moved);
    place.addEventListener("dragleave", left);
    place.addEventListener("drop", dropped);
    return () => {
      place.removeEventListener("dragover", moved);
      place.removeEventListener("dragleave", left);
      place.removeEventListener("drop", dropped);
    };
  }, []);
  return over;
}

export function DropPlace({ mode, way }: { mode: Mode; way: Way }) {
  return (
    <div class="drop-place">
      <p>
        <Icon name="clip" size={22} />
        <b>{t(mode === "note" ? "upload.drop_note" : "upload.drop_reply")}</b>
        <span>{attachWords(mode, way)}</span>
      </p>
    </div>
  );
}
