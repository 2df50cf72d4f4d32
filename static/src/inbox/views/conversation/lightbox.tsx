import type { AttachmentView } from "../../../wire";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { looking } from "./attachments";

export function Lightbox({
  looking: { pictures, at },
}: {
  looking: { pictures: readonly AttachmentView[]; at: number };
}) {
  const file = pictures[at];
  if (!file) return null;
  const show = (by: number) => (looking.value = { pictures, at: (at + by + pictures.length) % pictures.length });
  return (
    <Dialog title={file.name} wide close={() => (looking.value = null)}>
      <div
        class="lightbox"
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft") show(-1);
          if (event.key === "ArrowRight") show(1);
        }}
      >
        <img src={file.url} alt={file.name} width={file.width ?? undefined} height={file.height ?? undefined} />
        <div class="lightbox-acts">
          {pictures.length > 1 && (
            <>
              <button type="button" class="button" onClick={() => show(-1)}>
                {t("lightbox.before")}
              </button>
              <span class="faint">
                {at + 1} / {pictures.length}
              </span>
              <button type="button" class="button" onClick={() => show(1)}>
                {t("lightbox.next")}
              </button>
            </>
          )}
          <a class="button" href={file.url} download={file.name} target="_blank" rel="noopener" data-leave>
            <Icon name="download" size={16} />
            {t("download")}
          </a>
        </div>
      </div>
    </Dialog>
  );
}
