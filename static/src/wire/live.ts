// Made from the wires in Python by `make types`; change those, not this file.

export const CLOSE_SIGNED_OUT = 4401;
export const CLOSE_PROTOCOL = 4406;
/** The browser read too slowly: connect again and resume from the last cursor. */
export const CLOSE_SLOW = 4408;
