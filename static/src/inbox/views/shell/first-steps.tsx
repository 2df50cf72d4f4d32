import type { ComponentChildren } from "preact";
import { known } from "../../store";
import { Icon, type IconName } from "../../ui/icons";
import { t } from "../../words";

function Step({
  n,
  icon,
  done,
  title,
  children,
}: {
  n: number;
  icon: IconName;
  done: boolean;
  title: string;
  children: ComponentChildren;
}) {
  return (
    <li class={done ? "first-step done" : "first-step"}>
      <span class="first-step-mark">
        <Icon name={done ? "check" : icon} size={20} />
      </span>
      <div>
        <h3>
          <span class="only-heard">{n}. </span>
          {title} {done && <span class="badge good">{t("first.done")}</span>}
        </h3>
        {children}
      </div>
    </li>
  );
}

/** What to do in a house where nobody has written yet: it goes by itself with the first message. */
export function FirstSteps() {
  const { me, directory } = known;
  const chat = directory.accounts.find((account) => account.state === "active" && account.chat)?.chat;
  const isAdmin = me?.role === "admin";
  const colleagues = directory.agents.filter((agent) => agent.active).length - 1;
  return (
    <section class="first-steps" aria-labelledby="first-steps">
      <h2 id="first-steps">{t("first.title")}</h2>
      <p class="faint">{t("first.more")}</p>
      <ol>
        <Step n={1} icon="plug" done={directory.accounts.some((one) => one.state === "active")} title={t("first.chat")}>
          <p class="faint">{t("first.chat_more")}</p>
          <a class="button" href="/settings/accounts">
            {t("first.chat_go")}
          </a>
        </Step>
        <Step n={2} icon="team" done={colleagues > 0} title={t("first.invite")}>
          <p class="faint">{t(isAdmin ? "first.invite_more" : "first.invite_ask")}</p>
          {isAdmin && (
            <a class="button" href="/settings/agents">
              {t("first.invite_go")}
            </a>
          )}
        </Step>
        <Step n={3} icon="send" done={false} title={t("first.write")}>
          <p class="faint">{t(chat ? "first.write_more" : "first.write_later")}</p>
          {chat && (
            <a class="button primary" href={chat} target="_blank" rel="noopener">
              {t("first.write_go")}
            </a>
          )}
        </Step>
      </ol>
    </section>
  );
}
