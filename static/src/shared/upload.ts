// One file to the server, with progress. XMLHttpRequest, because fetch cannot tell how much of a body has gone up.

export interface UploadProblem {
  status: number;
  /** The catalogue's key; empty where the network failed and trying again is right. */
  text: string;
  params: Record<string, string | number>;
}

export class UploadFailed extends Error {
  constructor(readonly problem: UploadProblem) {
    super(problem.text || "network");
  }
}

export interface UploadOptions {
  headers?: Record<string, string>;
  /** From 0 to 1. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

function problemOf(request: XMLHttpRequest): UploadProblem {
  const told = (request.response ?? {}) as Partial<UploadProblem>;
  return { status: request.status, text: told.text ?? "", params: told.params ?? {} };
}

/** Sends the raw bytes to `url` with `name` in its query; answers the server's JSON. Raises `UploadFailed`. */
export function upload<Answer>(
  url: string,
  file: Blob & { name?: string },
  options: UploadOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const target = new URL(url, location.href);
    target.searchParams.set("name", file.name || "file");
    request.open("POST", target);
    request.responseType = "json";
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    for (const [name, value] of Object.entries(options.headers ?? {})) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) options.onProgress?.(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300 && request.response) resolve(request.response as Answer);
      else reject(new UploadFailed(problemOf(request)));
    };
    request.onerror = () => reject(new UploadFailed({ status: 0, text: "", params: {} }));
    request.onabort = () => reject(new DOMException("upload cancelled", "AbortError"));
    options.signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
