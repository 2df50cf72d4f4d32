import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../ui/icons";
import { t } from "../../words";

const SAYS_SO = 2500; // ms

/** Copies a text, and says for a moment that it did; where the browser does not let us, the text can be marked by hand. */
export function CopyButton({ text, label, small = false }: { text: string; label?: string; small?: boolean }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SAYS_SO);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      class={small ? "button small" : "button"}
      onClick={() =>
        void navigator.clipboard?.writeText(text).then(
          () => setCopied(true),
          () => undefined,
        )
      }
    >
      <Icon name={copied ? "check" : "copy"} size={14} />
      <span aria-live="polite">{copied ? t("copied") : (label ?? t("copy"))}</span>
    </button>
  );
}

/** Something to copy as it stands: a script tag, a section of a configuration file. */
export function Snippet({ text, label }: { text: string; label: string }) {
  return (
    <div class="snippet">
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} small />
    </div>
  );
}
