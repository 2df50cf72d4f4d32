import { useState } from "preact/hooks";
import { linked } from "../../../shared/links";
import { t } from "../../words";

const LONG = 2400; // characters after which a text is folded

/** Korean breaks between words, whatever language the page speaks. */
const HANGUL = /[가-힣]/;

/** A message's words: links live, lines kept, a very long one folded. Never markup. */
export function MessageText({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const folded = !whole && text.length > LONG;
  const shown = folded ? `${text.slice(0, LONG)}…` : text;
  return (
    <p class="words" dir="auto" lang={HANGUL.test(text) ? "ko" : undefined}>
      {linked(shown).map((span, index) =>
        span.href ? (
          <a key={index} href={span.href} target="_blank" rel="noopener noreferrer nofollow" data-leave>
            {span.text}
          </a>
        ) : (
          span.text
        ),
      )}
      {folded && (
        <button type="button" class="button quiet small" onClick={() => setWhole(true)}>
          {t("message.whole")}
        </button>
      )}
    </p>
  );
}
