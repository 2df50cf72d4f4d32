// Made from the wires in Python by `make types`; change those, not this file.

import type { AttachmentView } from "../types";

export interface UploadQuery {
  name?: string;
}

export interface FileUploaded {
  /** Waiting for a message to name its id; swept after a day. */
  attachment: AttachmentView;
}
