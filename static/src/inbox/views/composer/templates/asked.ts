// For which conversation an agent is choosing a template, and with what it begins.

import { signal } from "@preact/signals";
import type { TemplateSent } from "../../../../wire";

interface Choosing {
  conversation: string;
  /** One that came back: it stands there as it was. */
  begun: TemplateSent | null;
}

export const choosingFor = signal<Choosing | null>(null);

export function askForTemplate(conversation: string, begun: TemplateSent | null = null): void {
  choosingFor.value = { conversation, begun };
}

export function stopChoosingTemplate(): void {
  choosingFor.value = null;
}
