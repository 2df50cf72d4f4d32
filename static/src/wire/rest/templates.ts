// Made from the wires in Python by `make types`; change those, not this file.

export interface TemplatesQuery {
  account: string;
  /** Words that stand in its name or text. */
  q?: string;
}

export interface TemplateView {
  key: string;
  name: string;
  language: string;
  /** With its places: `{{NAME}}`. */
  text: string;
  /** The names of its places, in order, each with an example (or nothing). */
  variables: Record<string, string>;
  /** `approved`; what is anything else (`pending`, `rejected`, `unsubmitted` ...) cannot be sent. */
  state: string;
  /** Why it was rejected, in the provider's words. */
  reason: string;
  category: string;
}

export interface TemplatesList {
  templates: TemplateView[];
}

export interface PreviewTemplate {
  account: string;
  key: string;
  variables?: Record<string, string>;
}

export interface TemplatePreview {
  text: string;
}
