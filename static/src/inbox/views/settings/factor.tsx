import { useState } from "preact/hooks";
import type { FactorBegun, RecoveryCodes, SessionNow } from "../../../wire";
import { post, put, remove } from "../../api";
import { Dialog } from "../../ui/dialog";
import { Failed, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { count, t } from "../../words";
import { CopyButton } from "./copy";
import { useFetched } from "./fetched";
import { Form, useSending } from "./form";
import { QrCode } from "./qr";

const FEW = 3; // recovery codes left, at which we say so

function CodeField({ code, change, recovery }: { code: string; change: (code: string) => void; recovery: boolean }) {
  return (
    <label class="field">
      <span>{t("sign_in.code")}</span>
      <input
        class="input code"
        inputMode={recovery ? "text" : "numeric"}
        autocomplete="one-time-code"
        maxLength={recovery ? 24 : 10}
        value={code}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {recovery && <small class="faint">{t("totp.or_recovery")}</small>}
    </label>
  );
}

const plain = (code: string) => code.replace(/\s/g, "");

/** Whoever finds a screen unlocked must not make themselves its key: the password is asked for once more. */
function ShowPassword({ close, done }: { close: () => void; done: (factor: FactorBegun) => void }) {
  const [password, setPassword] = useState("");
  return (
    <Dialog title={t("totp.title")} close={close}>
      <Form
        label={t("totp.on")}
        cancel={close}
        disabled={!password}
        save={async () => done(await post<FactorBegun>("/session/totp", { password }))}
      >
        <p>{t("totp.password_more")}</p>
        <label class="field">
          <span>{t("password")}</span>
          <input
            class="input"
            type="password"
            autocomplete="current-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
      </Form>
    </Dialog>
  );
}

function ConfirmFactor({
  factor,
  cancel,
  done,
}: {
  factor: FactorBegun;
  cancel: () => void;
  done: (codes: readonly string[]) => void;
}) {
  const [code, setCode] = useState("");
  return (
    <Form
      label={t("totp.confirm")}
      disabled={plain(code).length < 6}
      cancel={cancel}
      save={async () => done((await put<RecoveryCodes>("/session/totp", { code: plain(code) })).codes)}
    >
      <ol class="steps">
        <li>{t("totp.step_app")}</li>
        <li>
          {t("totp.step_scan")}
          <QrCode text={factor.uri} label={t("totp.qr")} />
          <details class="by-hand">
            <summary>{t("totp.by_hand")}</summary>
            <p>{t("totp.step_key")}</p>
            <code class="totp-secret">{factor.secret.replace(/(.{4})/g, "$1 ").trim()}</code>
            <CopyButton text={factor.secret} small />
          </details>
          <a class="totp-uri" href={factor.uri} data-leave>
            {t("totp.open_app")}
          </a>
        </li>
        <li>{t("totp.step_code")}</li>
      </ol>
      <CodeField code={code} change={setCode} recovery={false} />
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
        disabled={plain(code).length < 6}
        save={() => remove("/session/totp", { code: plain(code) })}
        done={() => {
          toast(t("totp.is_off"));
          done();
          close();
        }}
      >
        <p>{t("totp.off_more")}</p>
        <CodeField code={code} change={setCode} recovery />
      </Form>
    </Dialog>
  );
}

function RenewCodes({ close, done }: { close: () => void; done: (codes: readonly string[]) => void }) {
  const [code, setCode] = useState("");
  return (
    <Dialog title={t("recovery.renew")} close={close}>
      <Form
        label={t("recovery.renew")}
        cancel={close}
        disabled={plain(code).length < 6}
        save={async () => done((await post<RecoveryCodes>("/session/recovery", { code: plain(code) })).codes)}
      >
        <p>{t("recovery.renew_more")}</p>
        <CodeField code={code} change={setCode} recovery />
      </Form>
    </Dialog>
  );
}

/** They are shown this once, so closing asks to have kept them. */
function Codes({ codes, close }: { codes: readonly string[]; close: () => void }) {
  const [kept, setKept] = useState(false);
  const [insisted, setInsisted] = useState(false);
  const text = codes.join("\n");
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${t("recovery.title")} · Parley\n\n${text}\n`)}`;
  return (
    <Dialog title={t("recovery.title")} close={() => (kept ? close() : setInsisted(true))}>
      <Form label={t("done")} disabled={!kept} save={() => Promise.resolve()} done={close}>
        <p>{t("recovery.more")}</p>
        <ol class="recovery" aria-label={t("recovery.title")}>
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
        <div class="form-acts start">
          <CopyButton text={text} label={t("recovery.copy")} />
          <a class="button" href={file} download="parley-recovery-codes.txt">
            {t("recovery.download")}
          </a>
        </div>
        <label class="check">
          <input type="checkbox" checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
          <span>{t("recovery.kept")}</span>
        </label>
        {insisted && !kept && (
          <p class="form-problem" role="alert">
            {t("recovery.keep_first")}
          </p>
        )}
      </Form>
    </Dialog>
  );
}

type Asked = "password" | "drop" | "renew" | null;

function On({ left, ask }: { left: number; ask: (asked: Asked) => void }) {
  return (
    <>
      <p>
        <span class="badge good">{t("totp.is_on")}</span>{" "}
        <span class={left <= FEW ? "form-problem" : "faint"}>{count("recovery.left", left)}</span>
      </p>
      <div class="form-acts start">
        <button type="button" class="button" onClick={() => ask("renew")}>
          {t("recovery.renew")}
        </button>
        <button type="button" class="button danger-quiet" onClick={() => ask("drop")}>
          {t("totp.off")}
        </button>
      </div>
    </>
  );
}

export function SecondFactor() {
  const [factor, setFactor] = useState<FactorBegun | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [asked, setAsked] = useState<Asked>(null);
  const [fetched, again] = useFetched<SessionNow>("/session");
  const { busy, problem, send } = useSending();
  const begun = (fresh: FactorBegun) => {
    setAsked(null);
    setFactor(fresh);
  };
  // The demo's people have no password: there is none to ask for.
  const begin = (hasPassword: boolean) =>
    hasPassword ? setAsked("password") : void send(async () => begun(await post<FactorBegun>("/session/totp")));
  const show = (fresh: readonly string[]) => {
    setFactor(null);
    setAsked(null);
    setCodes(fresh);
    again();
  };
  return (
    <section class="card">
      <h3 class="card-title">{t("totp.title")}</h3>
      <p class="faint">{t("totp.more")}</p>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      {fetched.phase === "asked" && <Skeleton kind="line" rows={1} />}
      {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
      {factor && <ConfirmFactor factor={factor} cancel={() => setFactor(null)} done={show} />}
      {!factor && fetched.phase === "ready" && fetched.value.second_factor && (
        <On left={fetched.value.recovery_codes} ask={setAsked} />
      )}
      {!factor && fetched.phase === "ready" && !fetched.value.second_factor && (
        <button
          type="button"
          class="button primary"
          disabled={busy}
          onClick={() => begin(fetched.value.password)}
        >
          {t("totp.on")}
        </button>
      )}
      {asked === "password" && <ShowPassword close={() => setAsked(null)} done={begun} />}
      {asked === "drop" && <DropFactor close={() => setAsked(null)} done={again} />}
      {asked === "renew" && <RenewCodes close={() => setAsked(null)} done={show} />}
      {codes && (
        <Codes
          codes={codes}
          close={() => {
            setCodes(null);
            toast(t("totp.is_on"));
          }}
        />
      )}
    </section>
  );
}
