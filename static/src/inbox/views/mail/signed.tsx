// What will stand below the words of a mail: one line, and all of it at a press.

import { useEffect, useState } from "preact/hooks";
import type { SignatureAnswer } from "../../../wire";
import { get } from "../../api";
import { t } from "../../words";

/** Below whatever this agent writes first by that account; null: not known yet. */
export function useSignature(account: string): SignatureAnswer["signature"] | null {
  const [found, setFound] = useState<SignatureAnswer["signature"] | null>(null);
  useEffect(() => {
    let current = true;
    setFound(null);
    // Without it the mail goes as well, and is signed all the same.
    get<SignatureAnswer>("/accounts/signature", { account }).then(
      ({ signature }) => current && setFound(signature),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [account]);
  return found;
}

export function Signed({ lang, text }: { lang: "en" | "ko"; text: string }) {
  return (
    <details class="mail-signed">
      <summary>
        <span class="mail-role-word">{t("signature")}</span>
        <bdi>{text ? text.split("\n", 1)[0] : t("letter.unsigned")}</bdi>
      </summary>
      {text && (
        <p lang={lang} dir="auto">
          {text}
        </p>
      )}
      <a class="mail-link" href="/settings/me">
        {t("letter.sign")}
      </a>
    </details>
  );
}
