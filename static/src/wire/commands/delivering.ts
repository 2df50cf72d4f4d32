// Made from the wires in Python by `make types`; change those, not this file.

export interface OnAccount {
  account: string;
}
