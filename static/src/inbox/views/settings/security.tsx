import { useState } from "preact/hooks";
import { post } from "../../api";
import { toast } from "../../ui/toasts";
import { t } from "../../words";
import { SecondFactor } from "./factor";
import { Form } from "./form";
import { Sessions } from "./sessions";

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

export function Security() {
  return (
    <>
      <Password />
      <SecondFactor />
      <Sessions />
    </>
  );
}
