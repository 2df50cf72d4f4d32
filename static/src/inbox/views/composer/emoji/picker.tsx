import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../../ui/icons";
import { Popover } from "../../../ui/popover";
import { Skeleton } from "../../../ui/states";
import { t, worded } from "../../../words";

type Panel = FunctionComponent<{ put: (sign: string) => void }>;

/** The names of two thousand signs come when they are first wanted. */
function Later({ put }: { put: (sign: string) => void }) {
  const [Loaded, setLoaded] = useState<Panel | "failed" | null>(null);
  const load = () => {
    setLoaded(null);
    worded(import("./panel"), "beside").then(
      (it) => setLoaded(() => it.default),
      () => setLoaded("failed"),
    );
  };
  useEffect(load, []);
  if (Loaded === null)
    return (
      <div class="emoji-panel">
        <Skeleton kind="row" rows={3} />
      </div>
    );
  if (Loaded === "failed")
    return (
      <p class="choices-none" role="alert">
        {t("emoji.failed")}{" "}
        <button type="button" class="button small" onClick={load}>
          {t("try_again")}
        </button>
      </p>
    );
  return <Loaded put={put} />;
}

export function EmojiPicker({ put, disabled }: { put: (sign: string) => void; disabled: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      setOpen={setOpen}
      label={t("emoji.pick")}
      faceClass="button quiet square"
      act="emoji"
      disabled={disabled}
      face={<Icon name="smile" />}
    >
      <Later
        put={(sign) => {
          setOpen(false);
          put(sign);
        }}
      />
    </Popover>
  );
}
