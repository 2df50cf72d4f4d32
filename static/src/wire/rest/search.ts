// Made from the wires in Python by `make types`; change those, not this file.

import type { PageQuery } from "./conversations";

export interface SearchQuery extends PageQuery {
  /** Words, and filters: `from:` `tag:` `channel:` `has:` `status:` `assignee:` `after:` `before:`. */
  q: string;
  /** The IANA time zone at whose midnight the days of `after:` and `before:` begin. */
  zone?: string;
  /** A question that cannot be read is answered 400; with this, 200 with what could not be read as `misread`. */
  explain?: boolean;
}
