import "../../../css/beside";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "../../../../shared/keys";
import { language, t, type WordKey } from "../../../words";
import { noteSign, recentSigns, setTone, toneNow } from "./recent";
import { findSigns, GROUPS, inTone, type Sign, signOf, TONES } from "./signs";

const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };
const RECENT = "recent";
const HAND = "✋";

/** One stop of Tab; the arrows walk through it, up from the first row leads back to the field. */
function walk(event: KeyboardEvent, up: () => void): void {
  const box = event.currentTarget as HTMLElement;
  const all = [...box.querySelectorAll<HTMLElement>("button")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  if (at === -1) return;
  const row = Math.max(1, all.filter((one) => one.offsetTop === all[0]?.offsetTop).length);
  const step = STEPS[event.key] ?? (event.key === "ArrowDown" ? row : event.key === "ArrowUp" ? -row : 0);
  const end = event.key === "Home" ? 0 : event.key === "End" ? all.length - 1 : null;
  if (!step && end === null) return;
  event.preventDefault();
  if (end === null && at + step < 0) return up();
  all[end ?? Math.min(all.length - 1, at + step)]?.focus();
}

function Grid({ signs, tone, put, up }: { signs: readonly Sign[]; tone: number; put: (sign: Sign) => void; up: () => void }) {
  return (
    <div class="emoji-grid" role="group" aria-label={t("emoji.signs")} onKeyDown={(event) => walk(event, up)}>
      {signs.map((one, index) => {
        const name = one[language.value];
        return (
          <button
            key={one.sign}
            type="button"
            class="emoji"
            tabIndex={index === 0 ? 0 : -1}
            title={name}
            aria-label={name}
            onClick={() => put(one)}
          >
            {inTone(one, tone)}
          </button>
        );
      })}
    </div>
  );
}

function Tones({ tone, choose }: { tone: number; choose: (tone: number) => void }) {
  return (
    <div class="emoji-tones" role="radiogroup" aria-label={t("emoji.tone")}>
      {TONES.map((sign, index) => (
        <button
          key={index}
          type="button"
          role="radio"
          aria-checked={index === tone}
          aria-label={t(`emoji.tone.${index}` as WordKey)}
          title={t(`emoji.tone.${index}` as WordKey)}
          tabIndex={index === tone ? 0 : -1}
          onClick={() => choose(index)}
          onKeyDown={(event) => {
            const step = STEPS[event.key];
            if (!step) return;
            event.preventDefault();
            const next = (index + step + TONES.length) % TONES.length;
            choose(next);
            (event.currentTarget.parentElement?.children[next] as HTMLElement | undefined)?.focus();
          }}
        >
          {HAND + sign}
        </button>
      ))}
    </div>
  );
}

function knownRecent(): Sign[] {
  return recentSigns().flatMap((sign) => signOf(sign) ?? []);
}

/** Finding a sign by its name in either language, or by looking; what was used lately stands first. */
export default function EmojiPanel({ put }: { put: (sign: string) => void }) {
  const [wanted, setWanted] = useState("");
  const [recent] = useState(knownRecent);
  const [group, setGroup] = useState(recent.length > 0 ? RECENT : (GROUPS[0]?.name ?? ""));
  const [tone, choose] = useState(toneNow);
  const panel = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const needle = wanted.trim();
  const shown = needle ? findSigns(needle) : group === RECENT ? recent : (GROUPS.find((one) => one.name === group)?.signs ?? []);
  useLayoutEffect(() => field.current?.focus({ preventScroll: true }), []);
  const take = (one: Sign) => {
    noteSign(one.sign);
    put(inTone(one, tone));
  };
  const tabs = [...(recent.length > 0 ? [{ name: RECENT, face: "🕘" }] : []), ...GROUPS.map((one) => ({ name: one.name, face: one.signs[0]?.sign ?? "" }))];
  return (
    <div class="emoji-panel" ref={panel}>
      <input
        ref={field}
        class="input"
        type="search"
        value={wanted}
        aria-label={t("emoji.search")}
        placeholder={t("emoji.search")}
        onInput={(event) => setWanted(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          const [first] = shown;
          if (event.key === "Enter" && first && needle) {
            event.preventDefault();
            take(first);
          } else if (event.key === "ArrowDown") {
            event.preventDefault();
            panel.current?.querySelector<HTMLElement>(".emoji")?.focus();
          }
        }}
      />
      {!needle && (
        <div class="emoji-groups" role="group" aria-label={t("emoji.groups")}>
          {tabs.map((tab) => (
            <button
              key={tab.name}
              type="button"
              aria-pressed={tab.name === group}
              aria-label={t(`emoji.group.${tab.name}` as WordKey)}
              title={t(`emoji.group.${tab.name}` as WordKey)}
              onClick={() => setGroup(tab.name)}
            >
              {tab.face}
            </button>
          ))}
        </div>
      )}
      <div class="emoji-place">
        {shown.length > 0 ? (
          <Grid key={needle ? "found" : group} signs={shown} tone={tone} put={take} up={() => field.current?.focus()} />
        ) : (
          <p class="faint choices-none" role="status">
            {t("emoji.none")}
          </p>
        )}
      </div>
      <Tones
        tone={tone}
        choose={(next) => {
          choose(next);
          setTone(next);
        }}
      />
    </div>
  );
}
