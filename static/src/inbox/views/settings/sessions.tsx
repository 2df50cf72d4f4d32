import { useState } from "preact/hooks";
import type { SessionsList, SessionView } from "../../../wire";
import { exact } from "../../../shared/time";
import { remove } from "../../api";
import { ConfirmDialog } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Problem } from "../../ui/problem";
import { Failed, Skeleton } from "../../ui/states";
import { count, language, t } from "../../words";
import { deviceOf, isPhone } from "./devices";
import { useFetched } from "./fetched";
import { useSending } from "./form";

/** Wrong codes after the right password: somebody may know it. */
function FailedCodes({ failures, note }: { failures: SessionsList["failures"]; note: () => void }) {
  if (!failures) return null;
  return (
    <div class="form-warning alarm" role="alert">
      <Icon name="warning" size={20} />
      <div>
        <p>
          <b>{count("sessions.failed", failures.count)}</b>
        </p>
        <p>
          {t("sessions.failed_more", {
            when: exact(failures.last_at, language.value),
            address: failures.address || t("sessions.somewhere"),
          })}
        </p>
        <button type="button" class="button small" onClick={note}>
          {t("sessions.noted")}
        </button>
      </div>
    </div>
  );
}

/** "Chrome on Mac"; what does not say which it is, is called unknown and never by its raw text. */
function deviceWords(agent: string): string {
  const { browser, system } = deviceOf(agent);
  if (browser && system) return t("device.on", { browser, system });
  return browser || system || t("security.unknown_browser");
}

function Row({ one, end }: { one: SessionView; end: () => void }) {
  return (
    <li class="rows-row">
      <Icon name={isPhone(one.browser) ? "phone" : "device"} />
      <span class="rows-main" title={one.browser}>
        <b>{deviceWords(one.browser)}</b> {one.current && <span class="badge good">{t("security.this_one")}</span>}
      </span>
      <span class="rows-more faint">
        {one.current ? (
          t("sessions.now")
        ) : (
          <>
            {t("sessions.seen")} <Moment at={one.seen_at} />
          </>
        )}{" "}
        · {one.address} · {t("sessions.since")} <Moment at={one.created_at} />
      </span>
      {!one.current && (
        <span class="rows-acts">
          <button type="button" class="button small" onClick={end}>
            {t("security.end")}
          </button>
        </span>
      )}
    </li>
  );
}

export function Sessions() {
  const [fetched, again] = useFetched<SessionsList>("/sessions");
  const [ending, setEnding] = useState<readonly SessionView[] | null>(null);
  const { problem, send } = useSending();
  const sessions = fetched.phase === "ready" ? fetched.value.sessions : [];
  const others = sessions.filter((one) => !one.current);
  const end = (them: readonly SessionView[]) =>
    void send(async () => {
      for (const one of them) await remove(`/sessions/${one.id}`);
    }).then(again);
  return (
    <section class="card">
      <h3 class="card-title">{t("security.sessions")}</h3>
      <Problem text={problem} />
      {fetched.phase === "asked" && <Skeleton kind="line" rows={3} />}
      {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
      {fetched.phase === "ready" && (
        <>
          <FailedCodes
            failures={fetched.value.failures}
            note={() => void send(() => remove("/session/failures")).then(again)}
          />
          <ul class="rows">
            {[...sessions]
              .sort((a, b) => Number(b.current) - Number(a.current))
              .map((one) => (
                <Row key={one.id} one={one} end={() => end([one])} />
              ))}
          </ul>
          {others.length > 1 && (
            <button type="button" class="button danger-quiet" onClick={() => setEnding(others)}>
              {t("sessions.end_others")}
            </button>
          )}
        </>
      )}
      {ending && (
        <ConfirmDialog
          title={t("sessions.end_others")}
          text={count("sessions.end_others_sure", ending.length)}
          yes={t("sessions.end_others")}
          bad
          close={() => setEnding(null)}
          run={() => end(ending)}
        />
      )}
    </section>
  );
}
