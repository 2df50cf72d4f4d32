// What can be done with one message. Its menu is made when it is asked for: a conversation shows hundreds.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { ConversationView, MessageView } from "../../../wire";
import { eraseMessage } from "../../commands";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import { ConfirmDialog } from "../../ui/confirm";
import { Icon, type IconName } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { copied } from "../../ui/toasts";
import { t } from "../../words";
import { EditMessage } from "./edit";
import { canQuote, quote } from "./quoting";
import { chooseToSplit } from "./selection";
import { markAsUnread } from "./unread";
import { Versions } from "./versions";

/** Leads every colleague who may see it to this very message. */
export function linkTo(view: ConversationView, message: MessageView): string {
  return `${location.origin}/c/${view.number}/m/${message.id}`;
}

type Asking = "edit" | "erase" | "versions";

interface Doing {
  id: string;
  label: string;
  icon: IconName;
  run: () => void;
}

function actsOf(view: ConversationView, message: MessageView, ask: (what: Asking) => void): Doing[] {
  const { me } = known;
  const capabilities = accountOf(known, legOf(view, message.leg))?.capabilities;
  const own = message.author.kind === "agent" && message.author.id === me?.id;
  const mayEdit = own && message.text !== "" && (message.visibility === "note" || capabilities?.editing === true);
  const mayErase = own || me?.role !== "agent";
  const direct = canQuote(view, message);
  return [
    ...(direct || message.text
      ? [
          {
            id: "reply",
            label: t(direct ? "message.reply" : "message.quote"),
            icon: "reply" as const,
            run: () => quote(view, message),
          },
        ]
      : []),
    ...(message.text
      ? [{ id: "copy", label: t("message.copy"), icon: "copy" as const, run: () => void copied(message.text) }]
      : []),
    {
      id: "link",
      label: t("message.copy_link"),
      icon: "link",
      run: () => void copied(linkTo(view, message)),
    },
    ...(mayEdit
      ? [{ id: "edit", label: t("message.edit"), icon: "edit" as const, run: () => ask("edit") }]
      : []),
    ...(message.edited_at !== null
      ? [{ id: "versions", label: t("versions"), icon: "clock" as const, run: () => ask("versions") }]
      : []),
    ...(message.author.kind === "customer"
      ? [
          {
            id: "unread",
            label: t("message.mark_unread"),
            icon: "unread" as const,
            run: () => markAsUnread([view], message),
          },
        ]
      : []),
    {
      id: "split",
      label: t("message.split"),
      icon: "split",
      run: () => chooseToSplit(view.id, message.id),
    },
    ...(mayErase
      ? [{ id: "erase", label: t("message.erase"), icon: "trash" as const, run: () => ask("erase") }]
      : []),
  ];
}

/** The whole menu, opened at once. */
function Menu({ view, message, ask }: { view: ConversationView; message: MessageView; ask: (what: Asking) => void }) {
  const place = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const button = place.current?.querySelector("button");
    button?.focus({ preventScroll: true });
    button?.click();
  }, []);
  const acts = () => actsOf(view, message, ask);
  return (
    <div class="bubble-menu" ref={place}>
      <Picker
        label={t("message.acts")}
        plain
        face={<Icon name="more" size={16} />}
        faceClass="button quiet square small"
        choices={() => acts().map(({ id, label, icon }) => ({ id, label, mark: <Icon name={icon} /> }))}
        pick={(id) => acts().find((one) => one.id === id)?.run()}
        side="end"
      />
    </div>
  );
}

export function MessageActs({ view, message }: { view: ConversationView; message: MessageView }) {
  const [wanted, setWanted] = useState(false);
  const [asking, setAsking] = useState<Asking | null>(null);
  const done = () => setAsking(null);
  return (
    <div class="bubble-acts">
      <button
        type="button"
        class="button quiet square small bubble-quote"
        aria-label={t("message.reply")}
        title={t("message.reply")}
        data-quote
        onClick={() => quote(view, message)}
      >
        <Icon name="reply" size={16} />
      </button>
      {wanted ? (
        <Menu view={view} message={message} ask={setAsking} />
      ) : (
        <button
          type="button"
          class="button quiet square small"
          aria-label={t("message.acts")}
          aria-haspopup="dialog"
          aria-expanded={false}
          title={t("message.acts")}
          onClick={() => setWanted(true)}
        >
          <Icon name="more" size={16} />
        </button>
      )}
      {asking === "edit" && <EditMessage message={message} close={done} />}
      {asking === "versions" && <Versions message={message} close={done} />}
      {asking === "erase" && (
        <ConfirmDialog
          title={t("message.erase")}
          text={t("message.erase_sure")}
          yes={t("erase")}
          bad
          close={done}
          run={() => void eraseMessage(message.id)}
        />
      )}
    </div>
  );
}
