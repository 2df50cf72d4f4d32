// Opening a PDF: read while it comes, asked for its password where it has one.

import {
  getDocument,
  GlobalWorkerOptions,
  PasswordResponses,
  type PDFDocumentProxy,
} from "pdfjs-dist/legacy/build/pdf.mjs";
import { useEffect, useState } from "preact/hooks";
import type { Paper } from "./paper";

GlobalWorkerOptions.workerSrc = new URL(PDF_WORKER, import.meta.url).href;
const FILES = new URL(`${PDF_FILES}/`, import.meta.url).href;
const A4: Paper = { width: 595, height: 842 };

export type Fault = "broken" | "away";
const FAULTS: Readonly<Record<string, Fault>> = { ResponseException: "away" };

/** It waits for a password. */
export interface Lock {
  /** The one before was not it. */
  wrong: boolean;
  open: (password: string) => void;
}

interface Told {
  doc: PDFDocumentProxy | null;
  /** Of the first page; the others are thought to be alike until they are seen. */
  first: Paper;
  fault: Fault | null;
  lock: Lock | null;
}

const NOTHING: Told = { doc: null, first: A4, fault: null, lock: null };

export function useDocument(url: string, asked: number): Told {
  const [told, setTold] = useState(NOTHING);
  useEffect(() => {
    let isOver = false;
    const task = getDocument({
      url,
      cMapUrl: FILES,
      standardFontDataUrl: FILES,
      wasmUrl: FILES,
      useWasm: false,
      useWorkerFetch: true,
      enableXfa: false,
      disableAutoFetch: true,
      verbosity: 0,
    });
    task.onPassword = (open: Lock["open"], reason: number) => {
      if (!isOver) setTold({ ...NOTHING, lock: { wrong: reason === PasswordResponses.INCORRECT_PASSWORD, open } });
    };
    const open = async () => {
      const doc = await task.promise;
      const { width, height } = (await doc.getPage(1)).getViewport({ scale: 1 });
      if (!isOver) setTold({ ...NOTHING, doc, first: { width, height } });
    };
    setTold(NOTHING);
    open().catch((error: unknown) => {
      if (!isOver) setTold({ ...NOTHING, fault: FAULTS[(error as Error).name] ?? "broken" });
    });
    return () => {
      isOver = true;
      void task.destroy();
    };
  }, [url, asked]);
  return told;
}
