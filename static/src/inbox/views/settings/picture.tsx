import { useEffect, useRef, useState } from "preact/hooks";
import { put, remove } from "../../api";
import { known } from "../../store";
import { AgentAvatar } from "../../ui/avatar";
import { Dialog } from "../../ui/dialog";
import { Problem } from "../../ui/problem";
import { toast } from "../../ui/toasts";
import { t } from "../../words";
import { Form, useSending } from "./form";

const FRAME = 240; // px of the square on the screen; settings.css draws it so
const SIDE = 320; // px of the picture we send
const CLOSEST = 4; // times nearer than the whole
const STEP = 0.05; // of the square's side, for an arrow key
const TYPES = "image/jpeg,image/png,image/webp,image/gif,image/avif";
const QUALITY = 0.9;

/** Which square of the picture: its centre in pixels of the picture, and how many times nearer than whole. */
interface Cut {
  x: number;
  y: number;
  zoom: number;
}

function sideOf(image: HTMLImageElement, zoom: number): number {
  return Math.min(image.naturalWidth, image.naturalHeight) / zoom;
}

/** The square stays inside of the picture. */
function held(image: HTMLImageElement, { x, y, zoom }: Cut): Cut {
  const half = sideOf(image, zoom) / 2;
  const within = (at: number, length: number) => Math.max(half, Math.min(length - half, at));
  return { x: within(x, image.naturalWidth), y: within(y, image.naturalHeight), zoom };
}

/** The square as a JPEG. A canvas keeps nothing of what a camera wrote beside the picture, such as the place. */
function cutOut(image: HTMLImageElement, { x, y, zoom }: Cut): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  if (!context) return Promise.reject(new Error("no canvas"));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, SIDE, SIDE);
  context.imageSmoothingQuality = "high";
  const side = sideOf(image, zoom);
  context.drawImage(image, x - side / 2, y - side / 2, side, side, 0, 0, SIDE, SIDE);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/jpeg", QUALITY),
  );
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function Cutter({ image, cut, setCut }: { image: HTMLImageElement; cut: Cut; setCut: (cut: Cut) => void }) {
  const grabbed = useRef<{ x: number; y: number; cut: Cut } | null>(null);
  const side = sideOf(image, cut.zoom);
  const scale = FRAME / side;
  const moveBy = (x: number, y: number, from = cut) => setCut(held(image, { ...from, x: from.x + x, y: from.y + y }));
  return (
    <>
      <div
        class="cutter"
        role="group"
        tabIndex={0}
        aria-label={t("picture.frame")}
        aria-describedby="cutter-more"
        onKeyDown={(event) => {
          const arrow = ARROWS[event.key];
          if (!arrow) return;
          event.preventDefault();
          moveBy(arrow[0] * side * STEP, arrow[1] * side * STEP);
        }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          grabbed.current = { x: event.clientX, y: event.clientY, cut };
        }}
        onPointerMove={(event) => {
          const from = grabbed.current;
          if (from) moveBy((from.x - event.clientX) / scale, (from.y - event.clientY) / scale, from.cut);
        }}
        onPointerUp={() => (grabbed.current = null)}
        onPointerCancel={() => (grabbed.current = null)}
      >
        <img
          src={image.src}
          alt=""
          draggable={false}
          style={{
            width: `${image.naturalWidth * scale}px`,
            height: `${image.naturalHeight * scale}px`,
            left: `${FRAME / 2 - cut.x * scale}px`,
            top: `${FRAME / 2 - cut.y * scale}px`,
          }}
        />
      </div>
      <label class="field">
        <span>{t("picture.zoom")}</span>
        <input
          type="range"
          min="1"
          max={CLOSEST}
          step="0.05"
          value={cut.zoom}
          onInput={(event) => setCut(held(image, { ...cut, zoom: Number(event.currentTarget.value) }))}
        />
      </label>
      <p class="faint" id="cutter-more">
        {t("picture.frame_more")}
      </p>
    </>
  );
}

function CutDialog({ image, close }: { image: HTMLImageElement; close: () => void }) {
  const [cut, setCut] = useState<Cut>({ x: image.naturalWidth / 2, y: image.naturalHeight / 2, zoom: 1 });
  return (
    <Dialog title={t("picture.cut")} close={close}>
      <Form
        label={t("picture.use")}
        cancel={close}
        save={async () => put("/session/profile/picture", await cutOut(image, cut))}
        done={() => {
          toast(t("picture.used"));
          close();
        }}
      >
        <Cutter image={image} cut={cut} setCut={setCut} />
      </Form>
    </Dialog>
  );
}

/** One's own picture: chosen, cut to a square, seen by colleagues and customers. */
export function OwnPicture() {
  const [image, setImage] = useState<HTMLImageElement | null>(null);
  const [unreadable, setUnreadable] = useState(false);
  const { busy, problem, send } = useSending();
  const input = useRef<HTMLInputElement>(null);
  const { me } = known;
  useEffect(() => () => void (image && URL.revokeObjectURL(image.src)), [image]);
  if (!me) return null;
  const choose = async (file: File) => {
    setUnreadable(false);
    const chosen = new Image();
    chosen.src = URL.createObjectURL(file);
    try {
      await chosen.decode();
      setImage(chosen);
    } catch {
      URL.revokeObjectURL(chosen.src);
      setUnreadable(true);
    }
  };
  return (
    <div class="own-picture">
      <AgentAvatar agent={me} size="huge" />
      <div>
        <div class="form-acts start">
          <button type="button" class="button" onClick={() => input.current?.click()}>
            {t(me.picture ? "picture.change" : "picture.choose")}
          </button>
          {me.picture && (
            <button
              type="button"
              class="button danger-quiet"
              disabled={busy}
              onClick={() => void send(() => remove("/session/profile/picture"))}
            >
              {t("picture.remove")}
            </button>
          )}
        </div>
        <p class="faint">{t("picture.more")}</p>
        <Problem text={problem ?? (unreadable && t("picture.unreadable"))} />
        <input
          ref={input}
          type="file"
          hidden
          accept={TYPES}
          aria-label={t("picture.choose")}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = "";
            if (file) void choose(file);
          }}
        />
      </div>
      {image && <CutDialog image={image} close={() => setImage(null)} />}
    </div>
  );
}
