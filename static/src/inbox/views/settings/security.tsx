import { useState } from "preact/hooks";
import { post, put, remove } from "../../api";
import { Dialog } from "../../ui/dialog";
import { Moment } from "../../ui/moment";
import { Failed, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { t } from "../../words";
import { useFetched } from "./fetched";
import { Form, useSending } from "./form";

function Password() {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  return (
    <section class="card">
      <h3 class="card-title">{t("security.password")}</h3>
      <Form
        label={t("security.change")}
        disabled={!old || !fresh}
        save={() => post("/session/password", { old, new: fresh })}
        done={() => {
          setOld("");
          setFresh("");
          toast(t("security.changed"));
        }}
      >
        <p class="faint">{t("security.password_more")}</p>
        <label class="field">
          <span>{t("password.old")}</span>
          <input
            class="input"
            type="password"
            autocomplete="current-password"
            value={old}
            onInput={(event) => setOld(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{t("password.new")}</span>
          <input
            class="input"
            type="password"
            autocomplete="new-password"
            value={fresh}
            onInput={(event) => setFresh(event.currentTarget.value)}
          />
          <small class="faint">{t("password.hint")}</small>
        </label>
      </Form>
    </section>
  );
}

interface Factor {
  secret: string;
  uri: string;
}

function ConfirmFactor({ factor, done }: { factor: Factor; done: () => void }) {
  const [code, setCode] = useState("");
  return (
    <Form
      label={t("totp.confirm")}
      disabled={code.length < 6}
      save={() => put("/session/totp", { code: code.replace(/\s/g, "") })}
      done={done}
    >
      <ol class="steps">
        <li>{t("totp.step_app")}</li>
        <li>
          {t("totp.step_key")}
          <code class="totp-secret">{factor.secret.replace(/(.{4})/g, "$1 ").trim()}</code>
          <a class="totp-uri" href={factor.uri} data-leave>
            {t("totp.open_app")}
          </a>
        </li>
        <li>{t("totp.step_code")}</li>
      </ol>
      <label class="field">
        <span>{t("sign_in.code")}</span>
        <input
          class="input code"
          inputMode="numeric"
          autocomplete="one-time-code"
          maxLength={10}
          value={code}
          onInput={(event) => setCode(event.currentTarget.value)}
        />
      </label>
    </Form>
  );
}

function DropFactor({ close, done }: { close: () => void; done: () => void }) {
  const [code, setCode] = useState("");
  return (
    <Dialog title={t("totp.off")} close={close}>
      <Form
        label={t("totp.off")}
        cancel={close}
        disabled={code.length < 6}
        save={() => remove("/session/totp", { code: code.replace(/\s/g, "") })}
        done={() => {
          toast(t("totp.is_off"));
          done();
          close();
        }}
      >
        <p>{t("totp.off_more")}</p>
        <label class="field">
          <span>{t("sign_in.code")}</span>
          <input
            class="input code"
            inputMode="numeric"
            maxLength={10}
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
      </Form>
    </Dialog>
  );
}

function SecondFactor() {
  const [factor, setFactor] = useState<Factor | null>(null);
  const [fetched, again] = useFetched<{ second_factor: boolean }>("/session");
  const isOn = fetched.phase === "ready" && fetched.value.second_factor;
  const [dropping, setDropping] = useState(false);
  const { busy, problem, send } = useSending();
  return (
    <section class="card">
      <h3 class="card-title">{t("totp.title")}</h3>
      <p class="faint">{t("totp.more")}</p>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      {factor ? (
        <ConfirmFactor
          factor={factor}
          done={() => {
            setFactor(null);
            toast(t("totp.is_on"));
            again();
          }}
        />
      ) : (
        <div class="form-acts start">
          {isOn ? (
            <>
              <span class="badge good">{t("totp.is_on")}</span>
              <button type="button" class="button" onClick={() => setDropping(true)}>
                {t("totp.off")}
              </button>
            </>
          ) : (
            <button
              type="button"
              class="button"
              disabled={busy}
              onClick={() => void send(async () => setFactor(await post<Factor>("/session/totp")))}
            >
              {t("totp.on")}
            </button>
          )}
        </div>
      )}
      {dropping && <DropFactor close={() => setDropping(false)} done={again} />}
    </section>
  );
}

interface SessionRow {
  id: string;
  created_at: number;
  seen_at: number;
  address: string;
  browser: string;
  current: boolean;
}

/** "Chrome · macOS": enough to know one's own machines by. */
function browserName(agent: string): string {
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /Firefox\//.test(agent)
      ? "Firefox"
      : /Chrome\//.test(agent)
        ? "Chrome"
        : /Safari\//.test(agent)
          ? "Safari"
          : "";
  const system = /iPhone|iPad/.test(agent)
    ? "iOS"
    : /Android/.test(agent)
      ? "Android"
      : /Mac OS/.test(agent)
        ? "macOS"
        : /Windows/.test(agent)
          ? "Windows"
          : /Linux/.test(agent)
            ? "Linux"
            : "";
  return [browser, system].filter(Boolean).join(" · ") || agent.slice(0, 60) || t("security.unknown_browser");
}

function Sessions() {
  const [fetched, again] = useFetched<{ sessions: SessionRow[] }>("/sessions");
  const { problem, send } = useSending();
  return (
    <section class="card">
      <h3 class="card-title">{t("security.sessions")}</h3>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      {fetched.phase === "asked" && <Skeleton kind="line" rows={3} />}
      {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
      {fetched.phase === "ready" && (
        <ul class="rows">
          {fetched.value.sessions.map((one) => (
            <li key={one.id} class="rows-row">
              <span class="rows-main">
                <b>{browserName(one.browser)}</b>{" "}
                {one.current && <span class="badge good">{t("security.this_one")}</span>}
              </span>
              <span class="rows-more faint">
                {one.address} · <Moment at={one.seen_at} />
              </span>
              {!one.current && (
                <button
                  type="button"
                  class="button small"
                  onClick={() => void send(() => remove(`/sessions/${one.id}`)).then(again)}
                >
                  {t("security.end")}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function Security() {
  return (
    <>
      <Password />
      <SecondFactor />
      <Sessions />
    </>
  );
}
