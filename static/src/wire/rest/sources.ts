// Made from the wires in Python by `make types`; change those, not this file.

export interface SourceAnswer {
  subject: string;
  /** All of it, quotes and signature included. */
  text: string;
  /** Names in lower case with their values, as they came: nothing of it is proven. */
  headers: string[][];
  automatic: string | null;
  doubts: string[];
  page: boolean;
  /** Pictures of its page that lie with others: who loads them tells that it was read. */
  remote: number;
  /** Pictures that nobody could see: taken away. */
  tracking: number;
  /** Where the whole of it is to be had, byte for byte as it came; null: it was not kept, or is not any more. */
  original: string | null;
}

export interface ShownPageQuery {
  /** Load the pictures that lie with others. */
  remote?: boolean;
}
