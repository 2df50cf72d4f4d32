// A PDF read here, page under page. pdf.js draws it: nothing in it runs, leads elsewhere or is fetched from elsewhere.

import "../../css/beside";
import type { PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { fileSize } from "../../../shared/files";
import { numbers } from "../../../shared/formats";
import type { AttachmentView } from "../../../wire";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Skeleton } from "../../ui/states";
import { language, t } from "../../words";
import { Download, DownloadTool } from "./download";
import { reading } from "./gallery";
import { type Fault, useDocument } from "./pdf-document";
import { Locked } from "./pdf-locked";
import { ToolButton } from "./tool-button";
import { atPage, closerPaper, drawnAt, type Paper } from "./paper";

const WIDEST = 920; // px of a page that fits

interface PageProps {
  doc: PDFDocumentProxy;
  number: number;
  first: Paper;
  /** px */
  width: number;
  stage: { current: HTMLElement | null };
}

/** Drawn while it is near, so that a long document takes no more memory than a short one. */
function Page({ doc, number, first, width, stage }: PageProps) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [near, setNear] = useState(false);
  const [paper, setPaper] = useState(first);
  const [words, setWords] = useState("");
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const watcher = new IntersectionObserver(
      ([last]) => last && setNear(last.isIntersecting),
      { root: stage.current, rootMargin: "100% 0px" },
    );
    if (box.current) watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  useEffect(() => {
    if (!near) return;
    let stop = () => {};
    let isOver = false;
    const draw = async () => {
      const page = await doc.getPage(number);
      const element = canvas.current;
      if (isOver || !element) return;
      const whole = page.getViewport({ scale: 1 });
      setPaper({ width: whole.width, height: whole.height });
      const viewport = page.getViewport({ scale: drawnAt(whole, width, devicePixelRatio) });
      element.width = Math.floor(viewport.width);
      element.height = Math.floor(viewport.height);
      const task = page.render({ canvas: element, viewport });
      stop = () => task.cancel();
      await task.promise;
      const { items } = await page.getTextContent();
      if (!isOver) setWords(items.map((item) => ("str" in item ? item.str + (item.hasEOL ? "\n" : "") : "")).join(""));
    };
    draw().catch(() => !isOver && setFailed(true));
    return () => {
      isOver = true;
      stop();
    };
  }, [near, width]);
  const height = Math.round((width * paper.height) / paper.width);
  return (
    <div ref={box} class="pdf-page" data-page={number} style={{ width: `${width}px`, height: `${height}px` }}>
      {near && <canvas ref={canvas} aria-hidden="true" />}
      {failed && <p class="pdf-fault">{t("pdf.page_failed", { n: number })}</p>}
      <div class="only-heard" role="group" aria-label={t("pdf.page", { n: number })}>
        {words}
      </div>
    </div>
  );
}

function Broken({ file, fault, again }: { file: AttachmentView; fault: Fault; again: () => void }) {
  return (
    <div class="pdf-none" role="alert">
      <Icon name="warning" size={26} />
      <p>{t(fault === "broken" ? "pdf.broken" : "reader.failed")}</p>
      <div class="pdf-ways">
        {fault === "away" && (
          <button type="button" class="button" onClick={again}>
            {t("try_again")}
          </button>
        )}
        <Download file={file} />
      </div>
    </div>
  );
}

/** The width of the place where the pages stand, as it changes. */
function useWidth(stage: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element) return;
    const measure = () => setWidth(element.clientWidth);
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    measure();
    return () => watcher.disconnect();
  }, []);
  return width;
}

export function Pdf({ file }: { file: AttachmentView }) {
  const [asked, setAsked] = useState(0);
  const { doc, first, fault, lock } = useDocument(file.url, asked);
  const stage = useRef<HTMLDivElement>(null);
  const room = useWidth(stage);
  const [scale, setScale] = useState(1);
  const [at, setAt] = useState(1);
  const pages = doc?.numPages ?? 0;
  const width = Math.round(Math.min(room - 2 * (room < 640 ? 8 : 24), WIDEST) * scale);
  const close = () => (reading.value = null);

  const boxes = () => [...(stage.current?.querySelectorAll<HTMLElement>(".pdf-page") ?? [])];
  const show = (page: number) => {
    const box = boxes()[Math.max(1, Math.min(pages, page)) - 1];
    if (box) stage.current?.scrollTo({ top: box.offsetTop - 12 });
  };
  const scrolled = () => {
    const element = stage.current;
    if (element) setAt(atPage(boxes().map((box) => box.offsetTop), element.scrollTop, element.clientHeight));
  };
  // Where one has been reading stays in the middle when it grows.
  const middle = useRef(0);
  const zoom = (to: number) => {
    const element = stage.current;
    if (element) middle.current = (element.scrollTop + element.clientHeight / 2) / element.scrollHeight;
    setScale(closerPaper(to));
  };
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element || middle.current === 0) return;
    element.scrollTop = middle.current * element.scrollHeight - element.clientHeight / 2;
    element.scrollLeft = (element.scrollWidth - element.clientWidth) / 2;
  }, [scale]);
  useEffect(() => stage.current?.focus(), []);
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return;
    const { key } = event;
    if (key === "PageDown" || (key === "ArrowRight" && scale <= 1)) show(at + 1);
    else if (key === "PageUp" || (key === "ArrowLeft" && scale <= 1)) show(at - 1);
    else if (key === "Home") show(1);
    else if (key === "End") show(pages);
    else if (key === "+" || key === "=") zoom(scale * 1.25);
    else if (key === "-") zoom(scale / 1.25);
    else if (key === "0") zoom(1);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t("pdf.label", { name: file.name })} kind="lightbox" close={close}>
      <div class="lightbox-in" onKeyDown={onKey}>
        <header class="lightbox-head pdf-head">
          <div class="lightbox-what">
            <b class="lightbox-name" title={file.name}>
              {file.name}
            </b>
            <span class="lightbox-more">{fileSize(file.size, language.value)}</span>
          </div>
          <div class="lightbox-acts" role="toolbar" aria-label={t("pdf.tools")}>
            {pages > 0 && (
              <span class="pdf-place">
                <ToolButton icon="up" label={t("pdf.before")} off={at <= 1} run={() => show(at - 1)} />
                <input
                  key={at}
                  class="pdf-number"
                  inputMode="numeric"
                  defaultValue={String(at)}
                  aria-label={t("pdf.go")}
                  title={t("pdf.go")}
                  onChange={(event) => show(Number(event.currentTarget.value) || at)}
                />
                <span class="pdf-of">/ {pages}</span>
                <ToolButton icon="down" label={t("pdf.next")} off={at >= pages} run={() => show(at + 1)} />
              </span>
            )}
            {pages > 0 && (
              <>
                <ToolButton icon="minus" label={t("lightbox.smaller")} off={scale <= 0.5} run={() => zoom(scale / 1.25)} />
                <button type="button" class="button quiet lightbox-scale" title={t("pdf.fit")} onClick={() => zoom(1)}>
                  {numbers(language.value, { style: "percent" }).format(scale)}
                </button>
                <ToolButton icon="plus" label={t("lightbox.larger")} off={scale >= 4} run={() => zoom(scale * 1.25)} />
              </>
            )}
            <DownloadTool file={file} />
            <ToolButton icon="close" label={t("close")} run={close} />
          </div>
        </header>
        <div ref={stage} class="pdf-stage" tabIndex={0} role="region" aria-label={file.name} onScroll={scrolled}>
          {fault && <Broken file={file} fault={fault} again={() => setAsked(asked + 1)} />}
          {lock && <Locked file={file} lock={lock} />}
          {!doc && !fault && !lock && <Skeleton kind="line" rows={8} />}
          {doc &&
            width > 0 &&
            Array.from({ length: pages }, (_, index) => (
              <Page key={index} doc={doc} number={index + 1} first={first} width={width} stage={stage} />
            ))}
        </div>
        <p class="only-heard" role="status">
          {pages > 0 && t("pdf.at", { n: at, of: pages })}
        </p>
      </div>
    </Dialog>
  );
}
