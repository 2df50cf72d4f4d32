import { useState } from "preact/hooks";
import type { ProblemView } from "../../../wire";
import { problemOf } from "../../api";
import { signIn } from "../../session";
import { PasswordField } from "../../ui/password-field";
import { Problem } from "../../ui/problem";
import { problemText, t } from "../../words";
import { SignFrame } from "./frame";

function wantsCode(problem: ProblemView): boolean {
  return problem.text === "errors.totp_needed" || problem.type.endsWith("totp_needed");
}

export function SignIn({ ended }: { ended: boolean }) {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [step, setStep] = useState<"password" | "code" | "recovery">("password");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await signIn(email.trim(), password, code.replace(/\s/g, ""));
    } catch (error) {
      const told = problemOf(error);
      if (wantsCode(told) && step === "password") setStep("code");
      else setProblem(problemText(told));
    } finally {
      setBusy(false);
    }
  };
  return (
    <SignFrame title={t("sign_in.title")}>
      {ended && (
        <p class="form-note" role="status">
          {t("sign_in.ended")}
        </p>
      )}
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {step === "password" ? (
          <>
            <label class="field">
              <span>{t("email")}</span>
              <input
                class="input"
                type="email"
                name="email"
                autocomplete="username"
                required
                value={email}
                ref={focusFirst}
                onInput={(event) => setEmail(event.currentTarget.value)}
              />
            </label>
            <PasswordField
              label={t("password")}
              name="password"
              kind="current-password"
              required
              value={password}
              change={setPassword}
            />
          </>
        ) : (
          <label class="field">
            <span>{t(step === "code" ? "sign_in.code" : "sign_in.recovery")}</span>
            <input
              key={step}
              class={step === "code" ? "input code" : "input mono"}
              name="code"
              inputMode={step === "code" ? "numeric" : "text"}
              autocomplete={step === "code" ? "one-time-code" : "off"}
              autocapitalize="none"
              spellcheck={false}
              required
              value={code}
              maxLength={step === "code" ? 10 : 30}
              ref={focusFirst}
              onInput={(event) => setCode(event.currentTarget.value)}
            />
            <small class="faint">{t(step === "code" ? "sign_in.code_more" : "sign_in.recovery_more")}</small>
          </label>
        )}
        <Problem text={problem} />
        <button type="submit" class="button primary wide" disabled={busy}>
          {t(busy ? "sign_in.busy" : "sign_in")}
        </button>
        {step !== "password" && (
          <>
            <button
              type="button"
              class="button quiet wide"
              onClick={() => {
                setCode("");
                setProblem(null);
                setStep(step === "code" ? "recovery" : "code");
              }}
            >
              {t(step === "code" ? "sign_in.use_recovery" : "sign_in.use_app")}
            </button>
            <button type="button" class="button quiet wide" onClick={() => setStep("password")}>
              {t("back")}
            </button>
          </>
        )}
      </form>
      {step === "password" && <p class="sign-help">{t("sign_in.forgot")}</p>}
    </SignFrame>
  );
}

export function focusFirst(input: HTMLInputElement | null): void {
  if (input && matchMedia("(pointer: fine)").matches) input.focus();
}
