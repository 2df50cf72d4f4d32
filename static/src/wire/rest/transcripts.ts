// Made from the wires in Python by `make types`; change those, not this file.

export interface WantedTranscript {
  account: string;
  address: string;
  client_id: string;
}
