import { useEffect, useState } from "preact/hooks";
import { problemOf } from "../../api";
import { go } from "../../router";
import type { LinkSeen } from "../../../wire";
import { type LinkAnswer, openLink, purposeOf } from "../../session";
import { Problem } from "../../ui/problem";
import { problemText, t } from "../../words";
import { Starting } from "../shell/starting";
import { focusFirst } from "./sign-in";
import { SignFrame } from "./frame";

/** What the link still wants to know. */
type Wants = "nothing" | "password" | "admin" | "code";

const WANTED: Readonly<Record<LinkSeen["purpose"], Wants>> = {
  demo: "nothing",
  reset: "password",
  first_admin: "admin",
};

interface Entered {
  password: string;
  again: string;
  name: string;
  email: string;
  totp: string;
}

const NOTHING: Entered = { password: "", again: "", name: "", email: "", totp: "" };

function answerOf(entered: Entered): LinkAnswer {
  const { password, name, email, totp } = entered;
  return {
    ...(password ? { password } : {}),
    ...(name ? { name: name.trim() } : {}),
    ...(email ? { email: email.trim() } : {}),
    ...(totp ? { totp: totp.replace(/\s/g, "") } : {}),
  };
}

/** A link that works once: signs in (demo), or asks for what it needs (a password; the first admin's name too). */
export function LinkPage({ link }: { link: string }) {
  const [wants, setWants] = useState<Wants>("nothing");
  const [entered, setEntered] = useState(NOTHING);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(true);
  const open = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await openLink(link, answerOf(entered));
      go("/list/mine", { replace: true });
    } catch (error) {
      const told = problemOf(error);
      if (told.text === "errors.totp_needed" && wants !== "code") setWants("code");
      else setProblem(problemText(told));
    } finally {
      setBusy(false);
    }
  };
  const look = async () => {
    try {
      const wanted = WANTED[await purposeOf(link)];
      setWants(wanted);
      if (wanted === "nothing") return await open();
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    }
    setBusy(false);
  };
  useEffect(() => {
    void look();
  }, [link]);

  if (wants === "nothing" && busy) return <Starting text={t("link.opening")} />;
  if (wants === "nothing") {
    return (
      <SignFrame title={t("link.gone")}>
        <p role="alert">{problem}</p>
        <a class="button primary wide" href="/">
          {t("link.to_sign_in")}
        </a>
      </SignFrame>
    );
  }
  const field = (name: keyof Entered) => ({
    name,
    value: entered[name],
    required: true,
    class: "input",
    onInput: (event: { currentTarget: HTMLInputElement }) =>
      setEntered({ ...entered, [name]: event.currentTarget.value }),
  });
  const differs = entered.again !== "" && entered.password !== entered.again;
  return (
    <SignFrame title={t(wants === "admin" ? "link.first_admin" : "link.password")}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (entered.password === entered.again) void open();
        }}
      >
        {wants === "admin" && (
          <>
            <p class="form-note">{t("link.first_admin_more")}</p>
            <label class="field">
              <span>{t("name")}</span>
              <input {...field("name")} autocomplete="name" ref={focusFirst} />
            </label>
            <label class="field">
              <span>{t("email")}</span>
              <input {...field("email")} type="email" autocomplete="username" />
            </label>
          </>
        )}
        <label class="field">
          <span>{t("password.new")}</span>
          <input {...field("password")} type="password" autocomplete="new-password" />
          <small class="faint">{t("password.hint")}</small>
        </label>
        <label class="field">
          <span>{t("password.again")}</span>
          <input {...field("again")} type="password" autocomplete="new-password" aria-invalid={differs} />
          {differs && <small class="field-problem">{t("password.differs")}</small>}
        </label>
        {wants === "code" && (
          <label class="field">
            <span>{t("sign_in.code")}</span>
            <input {...field("totp")} autocomplete="one-time-code" autocapitalize="none" ref={focusFirst} />
            <small class="faint">{t("totp.or_recovery")}</small>
          </label>
        )}
        <Problem text={problem} />
        <button type="submit" class="button primary wide" disabled={busy || differs}>
          {t("link.enter")}
        </button>
      </form>
    </SignFrame>
  );
}
