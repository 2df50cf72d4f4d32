import { useEffect, useState } from "preact/hooks";
import type { ConversationView, TemplateSent } from "../../../../wire";
import { sayTemplate } from "../../../commands";
import { Dialog } from "../../../ui/dialog";
import { language, t } from "../../../words";
import { focusComposer, type Way } from "../../conversation/composing";
import { addressee } from "../../conversation/people";
import { seenIn } from "../../conversation/seen";
import { choosingFor, stopChoosingTemplate } from "./asked";
import { TemplateChooser } from "./chooser";

/** A template instead of words of one's own: it may go when the reply window has closed. */
export function TemplateDialog({ view, way }: { view: ConversationView; way: Way }) {
  const [begun] = useState(choosingFor.peek()?.begun ?? null);
  // Whoever walks on to another conversation does not come back into it.
  useEffect(() => stopChoosingTemplate, []);
  const { account, leg } = way;
  if (!account || !leg) return null;
  const close = () => {
    stopChoosingTemplate();
    focusComposer();
  };
  const send = (template: TemplateSent, words: string) => {
    sayTemplate(view.id, { template, words, seen: seenIn(view.id), leg: leg.id });
    close();
  };
  const to = `${t("composer.to", { name: addressee(view, leg) })} · ${account.label[language.value]}`;
  return (
    <Dialog title={t("template.title")} close={close}>
      <TemplateChooser account={account.id} to={to} begun={begun} send={send} />
    </Dialog>
  );
}
