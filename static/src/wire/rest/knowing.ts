// Made from the wires in Python by `make types`; change those, not this file.

export interface WriteContactNote {
  text: string;
  client_id: string;
}

export interface ChangeContactNote {
  text: string;
}
