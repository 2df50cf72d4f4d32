// The few words of the button, picked one by one out of the catalogues so that the rest of them stays out of the bundle.

import {
  "launcher.open" as openEn,
  "launcher.close" as closeEn,
  "launcher.unread" as unreadEn,
  "launcher.window" as windowEn,
  "launcher.elsewhere" as elsewhereEn,
} from "../../i18n/widget.en.json";
import {
  "launcher.open" as openKo,
  "launcher.close" as closeKo,
  "launcher.unread" as unreadKo,
  "launcher.window" as windowKo,
  "launcher.elsewhere" as elsewhereKo,
} from "../../i18n/widget.ko.json";

export interface Texts {
  open: string;
  close: string;
  unread: string;
  window: string;
  elsewhere: string;
}

const EN: Texts = { open: openEn, close: closeEn, unread: unreadEn, window: windowEn, elsewhere: elsewhereEn };
const KO: Texts = { open: openKo, close: closeKo, unread: unreadKo, window: windowKo, elsewhere: elsewhereKo };

/** What the page speaks, else what the browser speaks, else English. */
export function textsOf(language: string): Texts {
  const spoken = [language, ...navigator.languages].find((tag) => /^(en|ko)\b/i.test(tag));
  return spoken?.toLowerCase().startsWith("ko") ? KO : EN;
}
