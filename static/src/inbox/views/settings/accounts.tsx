import { useState } from "preact/hooks";
import { largest } from "../../../shared/files";
import { numbers } from "../../../shared/formats";
import type { AccountSetup, AccountsSetup, AccountView, ChannelExample, EmbedView, IntakeView } from "../../../wire";
import { known } from "../../store";
import { ChannelIcon } from "../../ui/channel-icon";
import { ChoiceRow } from "../../ui/choice-row";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { count, language, t, type WordKey } from "../../words";
import { CopyButton, Snippet } from "./copy";
import { useFetched } from "./fetched";
import { PlaceSetup } from "./place-setup";
import { QrCode } from "./qr";
import { Roads } from "./roads";

const ABILITIES = [
  "quoting",
  "editing",
  "typing_in",
  "typing_out",
  "read_in",
  "read_out",
  "delivery_states",
  "may_start",
] as const;
const LOCAL = /^https?:\/\/(localhost|127\.|\[::1\])/;

function Abilities({ account }: { account: AccountView }) {
  const can = ABILITIES.filter((name) => account.capabilities[name]);
  const files = largest(account.capabilities.attachments, "image/jpeg") > 0;
  return (
    <p class="faint">
      {[
        ...can.map((name) => t(`can.${name}` as WordKey)),
        ...(files ? [t("can.files")] : []),
        t("can.text", { n: numbers(language.value).format(account.capabilities.text_length) }),
      ].join(" · ")}
    </p>
  );
}

/** Its roads say more than that it is active. */
function isAway({ state, receiving, sending }: AccountView): boolean {
  return state === "active" && (receiving ?? sending) !== null;
}

/** How it is: takes messages or why not, and when a customer was last heard. */
function Health({ account, setup }: { account: AccountView; setup: AccountSetup | undefined }) {
  return (
    <p class="health">
      {!isAway(account) && (
        <>
          <span class={account.state === "active" ? "badge good" : "badge bad"}>
            {t(`account.${account.state}` as WordKey)}
          </span>
          <span>{t(`account.${account.state}.more` as WordKey)}</span>
        </>
      )}
      {account.reason && <span class="form-problem">{account.reason}</span>}
      {setup && (
        <span class="faint">
          {setup.heard_at === null ? (
            t("accounts.never_heard")
          ) : (
            <>
              {t("accounts.heard")} <Moment at={setup.heard_at} />
            </>
          )}
          {setup.team && ` · ${t("accounts.to_team", { team: setup.team })}`}
        </span>
      )}
    </p>
  );
}

/** How much still lies where it is fetched. */
function Waiting({ intake }: { intake: IntakeView | null }) {
  if (intake === null || intake.waiting === 0) return null;
  return (
    <p class="health">
      <Icon name="clock" size={14} />
      {count("receiving.waiting", intake.waiting)}
    </p>
  );
}

function Embed({ embed }: { embed: EmbedView }) {
  return (
    <>
      <div class="embed">
        <div>
          <h4>{t("accounts.page")}</h4>
          <p>
            <a href={embed.page} target="_blank" rel="noopener">
              {embed.page}
            </a>{" "}
            <CopyButton text={embed.page} small />
          </p>
          <p>
            <a class="button primary" href={embed.page} target="_blank" rel="noopener">
              <Icon name="send" size={15} />
              {t("accounts.try")}
            </a>
          </p>
          <p class="faint">{t("accounts.try_more")}</p>
          {LOCAL.test(embed.page) && <p class="form-note">{t("accounts.local")}</p>}
        </div>
        {!LOCAL.test(embed.page) && (
          <figure class="embed-qr">
            <QrCode text={embed.page} label={t("accounts.qr")} />
            <figcaption class="faint">{t("accounts.qr_more")}</figcaption>
          </figure>
        )}
      </div>
      <h4>{t("accounts.script")}</h4>
      <p class="faint">{t("accounts.script_more")}</p>
      <Snippet text={embed.script} label={t("accounts.script")} />
      <h4>{t("accounts.origins")}</h4>
      {embed.origins.length > 0 ? (
        <ul class="origins">
          {embed.origins.map((origin) => (
            <li key={origin}>
              {origin === "*" ? t("accounts.origins_any") : <code>{origin}</code>}
            </li>
          ))}
        </ul>
      ) : (
        <p class="form-note">{t("accounts.origins_none")}</p>
      )}
    </>
  );
}

function Account({ account, setup }: { account: AccountView; setup: AccountSetup | undefined }) {
  return (
    <section class="card account">
      <h3 class="card-title">
        <ChannelIcon account={account} size={22} /> {account.label[language.value]} <code>{account.id}</code>
      </h3>
      <Health account={account} setup={setup} />
      {account.state === "active" && <Roads account={account} roads={setup?.roads ?? []} />}
      <Waiting intake={setup?.intake ?? null} />
      <Abilities account={account} />
      {setup?.embed && account.state === "active" && <Embed embed={setup.embed} />}
    </section>
  );
}

/** What to write into the configuration file for one more channel. */
function Adding({ examples }: { examples: readonly ChannelExample[] }) {
  const [type, setType] = useState(examples[0]?.type ?? "");
  const shown = examples.find((one) => one.type === type);
  if (!shown) return null;
  return (
    <section class="card">
      <h3 class="card-title">{t("accounts.add")}</h3>
      <ol class="steps">
        <li>
          {t("accounts.add_write")}
          {examples.length > 1 && (
            <ChoiceRow
              label={t("accounts.add_type")}
              name="type"
              choices={examples.map((one) => ({ id: one.type, label: <code>{one.type}</code> }))}
              chosen={type}
              choose={setType}
            />
          )}
          <Snippet text={shown.section[language.value].trimEnd()} label={t("accounts.add")} />
        </li>
        <li>
          {t("accounts.add_restart")} <code>{"parley serve"}</code>
        </li>
        <li>
          {t("accounts.add_doctor")} <code>{"parley doctor"}</code>
        </li>
      </ol>
    </section>
  );
}

/** Channels are set in the configuration; here one sees how they are, what they can, and what to put where. */
export function Accounts() {
  const { accounts } = known.directory;
  // What stands in an account's way comes and goes while one looks at it.
  const mark = accounts.map((one) => `${one.id} ${one.receiving} ${one.sending} ${one.reason}`).join();
  const [fetched, again] = useFetched<AccountsSetup>("/accounts/setup", mark);
  const told = fetched.phase === "ready" ? fetched.value : null;
  return (
    <>
      <p class="faint">{t("accounts.more")}</p>
      {accounts.length === 0 && (
        <Empty icon="plug" title={t("accounts.none")}>
          {t("accounts.none_more")}
        </Empty>
      )}
      {accounts.map((account) => (
        <Account
          key={account.id}
          account={account}
          setup={told?.accounts.find((one) => one.id === account.id)}
        />
      ))}
      {fetched.phase === "asked" && <Skeleton kind="line" rows={4} />}
      {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
      {known.limits.places.map((place) => (
        <PlaceSetup key={place.name} {...place} />
      ))}
      {told && <Adding examples={told.examples} />}
    </>
  );
}
