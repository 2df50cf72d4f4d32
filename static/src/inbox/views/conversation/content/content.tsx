// What a channel carries besides words and files: places, answers by button, forms, what brought her here.

import type { MessageView } from "../../../../wire";
import { numbers } from "../../../../shared/formats";
import { Icon } from "../../../ui/icons";
import { language, t } from "../../../words";
import { mapLink, readContent, type Referral, type Told } from "./read";

function degrees(n: number): string {
  return numbers(language.value, { maximumFractionDigits: 5 }).format(n);
}

function Place({ told }: { told: Extract<Told, { kind: "place" }> }) {
  const where = `${degrees(told.latitude)}, ${degrees(told.longitude)}`;
  return (
    <a class="content-card" href={mapLink(told.latitude, told.longitude)} target="_blank" rel="noopener noreferrer" data-leave>
      <Icon name="pin" size={22} />
      <span class="content-words">
        <b>{told.name || t("content.place")}</b>
        {told.address && <span>{told.address}</span>}
        <span class="content-small">{where}</span>
      </span>
      <span class="content-go">{t("content.map")}</span>
    </a>
  );
}

function Form({ fields }: { fields: [string, string][] }) {
  return (
    <div class="content-form">
      <span class="content-mark">
        <Icon name="list" size={13} />
        {t("content.form")}
      </span>
      <dl>
        {fields.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Came({ referral }: { referral: Referral }) {
  const words = (
    <>
      <Icon name="link" size={16} />
      <span class="content-words">
        <span class="content-small">{t(referral.isAd ? "content.ad" : "content.post")}</span>
        {referral.headline && <b>{referral.headline}</b>}
        {referral.body && <span>{referral.body}</span>}
      </span>
    </>
  );
  if (!referral.source) return <div class="content-card">{words}</div>;
  return (
    <a class="content-card" href={referral.source} target="_blank" rel="noopener noreferrer nofollow" data-leave>
      {words}
    </a>
  );
}

function Mark({ icon, words }: { icon: "button" | "list" | "template" | "forward"; words: string }) {
  return (
    <span class="content-mark">
      <Icon name={icon} size={13} />
      {words}
    </span>
  );
}

function What({ told, text }: { told: Told; text: string }) {
  switch (told.kind) {
    case "place":
      return <Place told={told} />;
    case "form":
      return <Form fields={told.fields} />;
    case "answer":
      return told.title && told.title !== text ? <p class="words">{told.title}</p> : null;
    case "unsupported":
      return (
        <p class="unsupported">
          <Icon name="warning" size={16} />
          {t("message.unsupported", { what: told.what })}
        </p>
      );
    case "template":
    case "nothing":
      return null;
  }
}

/** Above the words: what they are, where that is not a matter of course. */
export function ContentMarks({ message }: { message: MessageView }) {
  if (!message.content) return null;
  const { told, referral, forwarded } = readContent(message.content);
  return (
    <>
      {referral && <Came referral={referral} />}
      {forwarded && <Mark icon="forward" words={t(`content.forwarded.${forwarded}`)} />}
      {told.kind === "template" && <Mark icon="template" words={t("template.mark", { name: told.name })} />}
      {told.kind === "answer" && <Mark icon={told.how} words={t(`content.${told.how}`)} />}
    </>
  );
}

export function Content({ message }: { message: MessageView }) {
  return message.content ? <What told={readContent(message.content).told} text={message.text} /> : null;
}
