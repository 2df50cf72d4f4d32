import { useEffect, useState } from "preact/hooks";
import { dates, numbers } from "../../../shared/formats";
import * as desktop from "../../notify/desktop";
import { lookAtPush, pushState, tryOut, turnOff, turnOn } from "../../notify/push";
import { play } from "../../notify/sound";
import { isOn, KINDS, quiet, type Quiet, setQuiet, turn, wish, wishes } from "../../notify/wishes";
import { Problem } from "../../ui/problem";
import { toast } from "../../ui/toasts";
import { language, t } from "../../words";
import { useSending } from "../settings/form";

function Switch({
  label,
  more,
  on,
  change,
}: {
  label: string;
  more?: string;
  on: boolean;
  change: (on: boolean) => void;
}) {
  return (
    <label class="check notify-check">
      <input type="checkbox" role="switch" checked={on} onChange={(event) => change(event.currentTarget.checked)} />
      <span>
        {label}
        {more && <span class="notify-more faint">{more}</span>}
      </span>
    </label>
  );
}

function Desktop() {
  const permission = desktop.permission.value;
  const allow = async () => turn("desktop", (await desktop.ask()) === "granted");
  const test = () =>
    void desktop.show({ title: t("notify.test_title"), body: t("notify.test_body"), tag: "test", to: "/settings/notices" });
  return (
    <section class="card">
      <h3 class="card-title">{t("notify.desktop")}</h3>
      <p class="faint">{t("notify.desktop_more")}</p>
      {permission === "unsupported" && <p>{t("notify.unsupported")}</p>}
      {permission === "denied" && <p class="form-warning">{t("notify.denied")}</p>}
      {permission === "default" && (
        <button type="button" class="button primary" onClick={() => void allow()}>
          {t("notify.ask")}
        </button>
      )}
      {permission === "granted" && (
        <div class="notify-acts">
          <Switch label={t("notify.desktop_on")} on={isOn("desktop")} change={(on) => turn("desktop", on)} />
          <button type="button" class="button" disabled={!isOn("desktop")} onClick={test}>
            {t("notify.test")}
          </button>
        </div>
      )}
    </section>
  );
}

const STEP = 0.05;

function Sound() {
  const { sound, volume } = wishes.value;
  const [blocked, setBlocked] = useState(false);
  const test = async () => setBlocked(!(await play(volume)));
  return (
    <section class="card">
      <h3 class="card-title">{t("notify.sound")}</h3>
      <div class="notify-acts">
        <Switch label={t("notify.sound_on")} on={sound} change={(on) => wish({ sound: on })} />
        <label class="field notify-volume">
          <span>{t("notify.volume")}</span>
          <input
            type="range"
            min={0}
            max={1}
            step={STEP}
            value={volume}
            disabled={!sound}
            aria-valuetext={numbers(language.value, { style: "percent" }).format(volume)}
            onChange={(event) => wish({ volume: Number(event.currentTarget.value) })}
          />
        </label>
        <button type="button" class="button" disabled={!sound} onClick={() => void test()}>
          {t("notify.sound_test")}
        </button>
      </div>
      {blocked && (
        <p class="form-problem" role="alert">
          {t("notify.sound_blocked")}
        </p>
      )}
    </section>
  );
}

function Kinds() {
  const { kinds } = wishes.value;
  return (
    <section class="card">
      <h3 class="card-title">{t("notify.kinds")}</h3>
      <p class="faint">{t("notify.kinds_more")}</p>
      <div class="notify-kinds">
        {KINDS.map((kind) => (
          <Switch
            key={kind}
            label={t(`notify.kind.${kind}`)}
            on={kinds[kind]}
            change={(on) => wish({ kinds: { ...kinds, [kind]: on } })}
          />
        ))}
      </div>
    </section>
  );
}

const WEEK = [0, 1, 2, 3, 4, 5, 6] as const;
const MONDAY = Date.UTC(2024, 0, 1); // a day like any other but for its weekday
const DAY = 86_400_000;

function dayNames(): string[] {
  const words = dates(language.value, { weekday: "short", timeZone: "UTC" });
  return WEEK.map((day) => words.format(MONDAY + day * DAY));
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

const NIGHT: Omit<Quiet, "zone"> = { start: 22 * 60, end: 7 * 60, days: WEEK };

function asTime(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}

function asMinutes(time: string): number | null {
  const [hours, minutes] = time.split(":").map(Number);
  return hours === undefined || minutes === undefined || Number.isNaN(hours + minutes) ? null : hours * 60 + minutes;
}

function Time({ label, at, change }: { label: string; at: number; change: (minutes: number) => void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class="input"
        type="time"
        required
        value={asTime(at)}
        onChange={(event) => {
          const minutes = asMinutes(event.currentTarget.value);
          if (minutes !== null) change(minutes);
        }}
      />
    </label>
  );
}

function QuietTime() {
  const kept = quiet.value;
  const change = (to: Partial<Quiet>) => kept && setQuiet({ ...kept, ...to });
  const zones = [...new Set([...(kept ? [kept.zone] : []), ownZone(), ...Intl.supportedValuesOf("timeZone")])].sort();
  return (
    <section class="card">
      <h3 class="card-title">{t("notify.quiet")}</h3>
      <p class="faint">{t("notify.quiet_more")}</p>
      <Switch
        label={t("notify.quiet_on")}
        on={kept !== null}
        change={(on) => setQuiet(on ? { zone: ownZone(), ...NIGHT } : null)}
      />
      {kept && (
        <div class="notify-quiet">
          <Time label={t("notify.quiet_from")} at={kept.start} change={(start) => change({ start })} />
          <Time label={t("notify.quiet_to")} at={kept.end} change={(end) => change({ end })} />
          <label class="field">
            <span>{t("notify.quiet_zone")}</span>
            <select class="input" value={kept.zone} onChange={(event) => change({ zone: event.currentTarget.value })}>
              {zones.map((zone) => (
                <option key={zone} value={zone}>
                  {zone.replaceAll("_", " ")}
                </option>
              ))}
            </select>
          </label>
          <fieldset class="field notify-days">
            <legend>{t("notify.quiet_days")}</legend>
            {dayNames().map((name, day) => (
              <label key={day} class="check">
                <input
                  type="checkbox"
                  checked={kept.days.includes(day)}
                  onChange={(event) =>
                    change({
                      days: WEEK.filter((one) => (one === day ? event.currentTarget.checked : kept.days.includes(one))),
                    })
                  }
                />
                {name}
              </label>
            ))}
          </fieldset>
        </div>
      )}
    </section>
  );
}

const SAID = { sent: "notify.push_sent", gone: "notify.push_gone", failed: "notify.push_not_taken" } as const;
const WHY = {
  unsupported: "notify.push_unsupported",
  not_allowed: "notify.push_not_allowed",
  denied: "notify.denied",
  failed: "notify.push_failed",
} as const;

function Push() {
  const state = pushState.value;
  const { busy, problem, send } = useSending();
  useEffect(() => {
    void send(lookAtPush);
  }, []);
  const test = () =>
    send(async () => {
      const outcome = await tryOut();
      toast(t(SAID[outcome]), { bad: outcome !== "sent" });
    });
  return (
    <section class="card">
      <h3 class="card-title">{t("notify.push")}</h3>
      <p class="faint">{t("notify.push_more")}</p>
      {state in WHY && <p class="form-warning">{t(WHY[state as keyof typeof WHY])}</p>}
      <Problem text={problem} />
      {(state === "off" || state === "failed") && (
        <button type="button" class="button primary" disabled={busy} onClick={() => void send(turnOn)}>
          {t("notify.push_on")}
        </button>
      )}
      {state === "on" && (
        <>
          <div class="notify-acts">
            <span class="badge good">{t("notify.push_is_on")}</span>
            <button type="button" class="button" disabled={busy} onClick={() => void test()}>
              {t("notify.test")}
            </button>
            <button type="button" class="button" disabled={busy} onClick={() => void send(turnOff)}>
              {t("notify.push_off")}
            </button>
          </div>
          <Switch
            label={t("notify.preview")}
            more={t("notify.preview_more")}
            on={wishes.value.preview}
            change={(preview) => wish({ preview })}
          />
        </>
      )}
    </section>
  );
}

/** How this agent wants to be told, and of what. */
export function NotifySettings() {
  useEffect(desktop.lookAgain, []);
  return (
    <>
      <Desktop />
      <Sound />
      <Kinds />
      <QuietTime />
      <Push />
    </>
  );
}
