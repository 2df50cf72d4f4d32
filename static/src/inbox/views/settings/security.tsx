import { useState } from "preact/hooks";
import { post } from "../../api";
import { PasswordField } from "../../ui/password-field";
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
        <PasswordField label={t("password.old")} kind="current-password" value={old} change={setOld} />
        <PasswordField
          label={t("password.new")}
          kind="new-password"
          value={fresh}
          change={setFresh}
          hint={t("password.hint")}
        />
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
