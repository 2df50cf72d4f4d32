import { useState } from "preact/hooks";
import { post, remove } from "../../api";
import { ConfirmDialog } from "../../ui/confirm";
import { Moment } from "../../ui/moment";
import { Problem } from "../../ui/problem";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { t } from "../../words";
import { useFetched } from "./fetched";
import { Form, ShownOnce, useSending } from "./form";

interface TokenRow {
  id: string;
  name: string;
  created_at: number;
  seen_at: number | null;
  expires_at: number | null;
}

export function Tokens() {
  const [fetched, again] = useFetched<{ tokens: TokenRow[] }>("/tokens");
  const [name, setName] = useState("");
  const [secret, setSecret] = useState<string | null>(null);
  const [ending, setEnding] = useState<TokenRow | null>(null);
  const { problem, send } = useSending();
  return (
    <>
      <section class="card">
        <p class="faint">{t("tokens.more")}</p>
        <Form
          label={t("tokens.make")}
          disabled={!name.trim()}
          save={async () => {
            setSecret((await post<{ token: string }>("/tokens", { name: name.trim() })).token);
          }}
          done={() => {
            setName("");
            again();
          }}
        >
          <label class="field">
            <span>{t("tokens.name")}</span>
            <input
              class="input"
              maxLength={120}
              value={name}
              placeholder={t("tokens.name_hint")}
              onInput={(event) => setName(event.currentTarget.value)}
            />
          </label>
        </Form>
      </section>
      <Problem text={problem} />
      {fetched.phase === "asked" && <Skeleton kind="line" rows={3} />}
      {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
      {fetched.phase === "ready" && fetched.value.tokens.length === 0 && <Empty icon="key" title={t("tokens.none")} />}
      {fetched.phase === "ready" && fetched.value.tokens.length > 0 && (
        <ul class="rows card">
          {fetched.value.tokens.map((one) => (
            <li key={one.id} class="rows-row">
              <span class="rows-main">
                <b>{one.name}</b>
              </span>
              <span class="rows-more faint">
                {t("tokens.made")} <Moment at={one.created_at} /> ·{" "}
                {one.seen_at ? (
                  <>
                    {t("tokens.used")} <Moment at={one.seen_at} />
                  </>
                ) : (
                  t("tokens.unused")
                )}
              </span>
              <span class="rows-acts">
                <button type="button" class="button small danger-quiet" onClick={() => setEnding(one)}>
                  {t("tokens.end")}
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {secret && (
        <ShownOnce
          title={t("tokens.secret")}
          text={t("tokens.secret_more")}
          secret={secret}
          close={() => setSecret(null)}
        />
      )}
      {ending && (
        <ConfirmDialog
          title={t("tokens.end")}
          text={t("tokens.end_sure", { name: ending.name })}
          yes={t("tokens.end")}
          bad
          close={() => setEnding(null)}
          run={() => void send(() => remove(`/tokens/${ending.id}`)).then(again)}
        />
      )}
    </>
  );
}
