// Made from the wires in Python by `make types`; change those, not this file.

import type { OnContact } from "./contacts";
import type { Done } from "./table";
import type { ContactNoteView } from "../types";

export interface AddContactNote extends OnContact {
  text: string;
  client_id: string;
}

export interface OnContactNote {
  note: string;
}

export interface EditContactNote extends OnContactNote {
  text: string;
}

export interface Noted extends Done {
  note: ContactNoteView;
}
