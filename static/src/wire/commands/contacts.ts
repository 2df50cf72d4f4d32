// Made from the wires in Python by `make types`; change those, not this file.

export interface OnContact {
  contact: string;
}

/** What is left out stays. */
export interface ContactFields {
  name?: string | null;
  locale?: string | null;
  /** null: none. */
  organisation?: string | null;
  attributes?: Record<string, unknown> | null;
}

/** Whose, and what. */
export interface UpdateContact extends ContactFields, OnContact {
}
