import { useState } from "preact/hooks";
import type { FactorBegun, RecoveryCodes, SessionNow } from "../../../wire";
import { post, remove } from "../../api";
import { Problem } from "../../ui/problem";
import { Failed, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { count, t } from "../../words";
import { ConfirmFactor, ShowPassword } from "./factor-begin";
import { CodeDialog } from "./factor-code";
import { useFetched } from "./fetched";
import { useSending } from "./form";
import { RecoveryDialog } from "./recovery";

const FEW = 3; // recovery codes left, at which we say so

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
  const drop = async (code: string) => {
    await remove("/session/totp", { code });
    toast(t("totp.is_off"));
    again();
    setAsked(null);
  };
  const renew = async (code: string) => show((await post<RecoveryCodes>("/session/recovery", { code })).codes);
  return (
    <section class="card">
      <h3 class="card-title">{t("totp.title")}</h3>
      <p class="faint">{t("totp.more")}</p>
      <Problem text={problem} />
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
      {asked === "drop" && (
        <CodeDialog title={t("totp.off")} text={t("totp.off_more")} close={() => setAsked(null)} send={drop} />
      )}
      {asked === "renew" && (
        <CodeDialog title={t("recovery.renew")} text={t("recovery.renew_more")} close={() => setAsked(null)} send={renew} />
      )}
      {codes && (
        <RecoveryDialog
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
