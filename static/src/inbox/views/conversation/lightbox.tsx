import "../../css/beside";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AttachmentView } from "../../../wire";
import { fileSize } from "../../../shared/files";
import { numbers } from "../../../shared/formats";
import { loadThread } from "../../load";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { language, t } from "../../words";
import { actorName } from "../names";
import { DownloadTool } from "./download";
import { type Looking, looking, type Shown, turnedThrough } from "./gallery";
import { ToolButton } from "./tool-button";
import { CLOSER, moved, type Place, type Point, type Size, WHOLE, zoomed } from "./zoom";

const STEP = 80; // px by one key
const TAP = 2.5; // times closer by a double tap
const FLUNG = 60; // px that turn to the next picture

interface Stage {
  place: Place;
  zoom: (by: number, point?: Point) => void;
  move: (by: Point) => void;
  whole: () => void;
}

/** The picture's place, kept within what the stage and the picture are as they are drawn. */
function useStage(stage: { current: HTMLElement | null }, image: { current: HTMLImageElement | null }): Stage {
  const [place, setPlace] = useState(WHOLE);
  const sizes = (): [Size, Size] => {
    const { clientWidth = 0, clientHeight = 0 } = stage.current ?? {};
    const { offsetWidth = 0, offsetHeight = 0 } = image.current ?? {};
    return [
      { width: offsetWidth, height: offsetHeight },
      { width: clientWidth, height: clientHeight },
    ];
  };
  return {
    place,
    zoom: (by, point = { x: 0, y: 0 }) => setPlace((now) => zoomed(now, by, point, ...sizes())),
    move: (by) => setPlace((now) => moved(now, by, ...sizes())),
    whole: () => setPlace(WHOLE),
  };
}

/** Wheel, drag, pinch and double tap; flung sideways while it is whole, the next one comes. */
function useHands(element: { current: HTMLElement | null }, hands: Stage, turn: (by: number) => void) {
  const now = useRef({ hands, turn });
  now.current = { hands, turn };
  useEffect(() => {
    const stage = element.current;
    if (!stage) return;
    const down = new Map<number, Point>();
    let start: Point | null = null;
    const fromMiddle = ({ clientX, clientY }: { clientX: number; clientY: number }): Point => {
      const box = stage.getBoundingClientRect();
      return { x: clientX - box.left - box.width / 2, y: clientY - box.top - box.height / 2 };
    };
    const apart = () => {
      const [a, b] = [...down.values()];
      return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
    };
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      now.current.hands.zoom(Math.exp(-event.deltaY * lines * 0.002), fromMiddle(event));
    };
    const press = (event: PointerEvent) => {
      if ((event.target as Element).closest("button, a")) return;
      stage.setPointerCapture(event.pointerId);
      down.set(event.pointerId, fromMiddle(event));
      start = down.size === 1 ? fromMiddle(event) : null;
    };
    const drag = (event: PointerEvent) => {
      const before = down.get(event.pointerId);
      if (!before) return;
      const width = apart();
      const point = fromMiddle(event);
      down.set(event.pointerId, point);
      if (down.size === 2 && width > 0) now.current.hands.zoom(apart() / width, point);
      else now.current.hands.move({ x: point.x - before.x, y: point.y - before.y });
    };
    const release = (event: PointerEvent) => {
      const point = down.get(event.pointerId);
      down.delete(event.pointerId);
      if (!point || !start || event.type === "pointercancel" || now.current.hands.place.scale > 1) return;
      const [across, along] = [point.x - start.x, point.y - start.y];
      start = null;
      if (Math.abs(across) > FLUNG && Math.abs(across) > 2 * Math.abs(along)) now.current.turn(across < 0 ? 1 : -1);
    };
    const twice = (event: MouseEvent) => {
      if ((event.target as Element).closest("button, a")) return;
      const { hands } = now.current;
      if (hands.place.scale > 1) hands.whole();
      else hands.zoom(TAP, fromMiddle(event));
    };
    stage.addEventListener("wheel", wheel, { passive: false });
    stage.addEventListener("pointerdown", press);
    stage.addEventListener("pointermove", drag);
    stage.addEventListener("pointerup", release);
    stage.addEventListener("pointercancel", release);
    stage.addEventListener("dblclick", twice);
    return () => {
      stage.removeEventListener("wheel", wheel);
      stage.removeEventListener("pointerdown", press);
      stage.removeEventListener("pointermove", drag);
      stage.removeEventListener("pointerup", release);
      stage.removeEventListener("pointercancel", release);
      stage.removeEventListener("dblclick", twice);
    };
  }, []);
}

function Caption({ shown: { file, message }, at, of }: { shown: Shown; at: number; of: number }) {
  return (
    <div class="lightbox-what">
      <b class="lightbox-name" title={file.name}>
        {file.name}
      </b>
      <span class="lightbox-more">
        {message && (
          <>
            {actorName(message.author)} · <Moment at={message.at} as="short" /> ·{" "}
          </>
        )}
        {fileSize(file.size, language.value)}
        {of > 1 && ` · ${at + 1} / ${of}`}
      </span>
    </div>
  );
}

interface PictureProps {
  file: AttachmentView;
  image: { current: HTMLImageElement | null };
  place: Place;
}

function Picture({ file, image, place: { scale, x, y } }: PictureProps) {
  const [failed, setFailed] = useState(false);
  if (failed)
    return (
      <p class="lightbox-failed" role="alert">
        {t("lightbox.failed")}
      </p>
    );
  return (
    <img
      ref={image}
      src={file.url}
      alt={file.name}
      width={file.width ?? undefined}
      height={file.height ?? undefined}
      draggable={false}
      style={{ transform: `translate(${x}px, ${y}px) scale(${scale})` }}
      onError={() => setFailed(true)}
    />
  );
}

/** One picture, as large as the screen; from it one turns through all of the conversation. */
export function Lightbox({ looking: wanted, conversation }: { looking: Looking; conversation: string }) {
  const thread = known.threads.get(conversation);
  const all = turnedThrough(wanted, thread);
  const at = all.findIndex((one) => one.file.id === wanted.file);
  const shown = all[at];
  const ground = useRef<HTMLDivElement>(null);
  const image = useRef<HTMLImageElement>(null);
  const stage = useStage(ground, image);
  const close = () => (looking.value = null);
  const hasOlder = thread !== undefined && thread.before !== null && shown?.message !== null;
  const show = (index: number) => {
    const to = all[index];
    if (to) looking.value = { ...wanted, file: to.file.id };
    else if (index < 0 && hasOlder && thread.phase === "ready") void loadThread(conversation, true);
  };
  useHands(ground, stage, (by) => show(at + by));
  // Wherever a press has left the focus.
  const keys = useRef<(event: KeyboardEvent) => void>(() => undefined);
  useEffect(() => {
    const heard = (event: KeyboardEvent) => keys.current(event);
    document.addEventListener("keydown", heard);
    return () => document.removeEventListener("keydown", heard);
  }, []);
  useLayoutEffect(stage.whole, [shown?.file.id]);
  useEffect(() => {
    // What comes before the first one is read while the first ones are looked at.
    if (at === 0 && hasOlder && thread.phase === "ready") void loadThread(conversation, true);
  }, [at, thread?.phase, thread?.rows.length]);
  useEffect(() => {
    // Erased while it was looked at.
    if (!shown) close();
  }, [shown === undefined]);
  if (!shown) return null;
  const { scale } = stage.place;
  const keyed = (event: KeyboardEvent) => {
    const side = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    const along = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
    if ((side || along) && event.shiftKey) stage.move({ x: -side * STEP, y: -along * STEP });
    else if (side) show(at + side);
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(all.length - 1);
    else if (event.key === "+" || event.key === "=") stage.zoom(CLOSER);
    else if (event.key === "-") stage.zoom(1 / CLOSER);
    else if (event.key === "0") stage.whole();
    else return;
    event.preventDefault();
  };
  keys.current = keyed;
  return (
    <Dialog title={t("lightbox.label", { name: shown.file.name })} kind="lightbox" close={close}>
      <div class="lightbox-in">
        <header class="lightbox-head">
          <Caption shown={shown} at={at} of={all.length} />
          <div class="lightbox-acts" role="toolbar" aria-label={t("lightbox.tools")}>
            <ToolButton icon="minus" label={t("lightbox.smaller")} off={scale <= 1} run={() => stage.zoom(1 / CLOSER)} />
            <button type="button" class="button quiet lightbox-scale" title={t("lightbox.whole")} onClick={() => stage.whole()}>
              {numbers(language.value, { style: "percent" }).format(scale)}
            </button>
            <ToolButton icon="plus" label={t("lightbox.larger")} run={() => stage.zoom(CLOSER)} />
            <DownloadTool file={shown.file} />
            <ToolButton icon="close" label={t("close")} run={close} />
          </div>
        </header>
        <div class="lightbox-body">
          <div class={scale > 1 ? "lightbox-stage close" : "lightbox-stage"} ref={ground}>
            <Picture key={shown.file.id} file={shown.file} image={image} place={stage.place} />
          </div>
          {all.length > 1 && (
            <>
              <button
                type="button"
                class="lightbox-turn before"
                aria-label={t("lightbox.before")}
                disabled={at === 0 && !hasOlder}
                onClick={() => show(at - 1)}
              >
                <Icon name="back" size={22} />
              </button>
              <button
                type="button"
                class="lightbox-turn after"
                aria-label={t("lightbox.next")}
                disabled={at === all.length - 1}
                onClick={() => show(at + 1)}
              >
                <Icon name="next" size={22} />
              </button>
            </>
          )}
        </div>
        <p class="only-heard" role="status">
          {t("lightbox.at", { name: shown.file.name, n: at + 1, of: all.length })}
        </p>
      </div>
    </Dialog>
  );
}
