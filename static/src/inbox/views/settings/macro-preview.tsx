// How a macro would read in a conversation, as the server fills it: the very thing that would be sent.

import { useEffect, useState } from "preact/hooks";
import type { ConversationsPage, ConversationView, MacroTried } from "../../../wire";
import { get } from "../../api";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { t } from "../../words";
import { contactName } from "../names";
import { partsOf } from "./macro-places";
import { placeLabel } from "./place-labels";
import { type Tried, useTried } from "./tried";

const OFFERED = 50; // conversations to try it on

function useOffered(): readonly ConversationView[] | null {
  const [offered, setOffered] = useState<readonly ConversationView[] | null>(null);
  useEffect(() => {
    get<ConversationsPage>("/conversations", { status: "open", limit: OFFERED }).then(
      (page) => setOffered(page.conversations),
      () => setOffered([]),
    );
  }, []);
  return offered;
}

function Filled({ text }: { text: string }) {
  return (
    <p class="macro-filled" dir="auto" tabIndex={0}>
      {partsOf(text).map((part, index) =>
        part.place === null ? part.text : <mark key={index}>{part.text}</mark>,
      )}
    </p>
  );
}

function Said({ tried }: { tried: Tried<MacroTried> }) {
  switch (tried.phase) {
    case "none":
      return <p class="faint">{t("macros.preview_empty")}</p>;
    case "asked":
      return <p class="faint">{t("loading")}</p>;
    case "failed":
      return <p class="form-problem">{tried.text}</p>;
    case "ready":
      return (
        <>
          <Filled text={tried.text} />
          {tried.missing.length > 0 && (
            <p class="form-warning">
              <Icon name="warning" size={15} />
              <span>
                {t("macros.preview_missing")} {tried.missing.map((name) => t("macros.place", { name: placeLabel(name) })).join(", ")}
              </span>
            </p>
          )}
        </>
      );
  }
}

export function MacroPreview({ text }: { text: string }) {
  const offered = useOffered();
  const [chosen, setChosen] = useState<string | null>(null);
  const shown = offered?.find((one) => one.id === chosen) ?? offered?.[0] ?? null;
  const tried = useTried<MacroTried>("/macros/try", shown && text.trim() ? { conversation: shown.id, text } : null);
  return (
    <section class="macro-preview" aria-label={t("macros.preview")}>
      <header class="macro-preview-head">
        <h3>{t("macros.preview")}</h3>
        {offered && shown && (
          <Picker
            label={t("macros.preview_for")}
            worded
            side="end"
            faceClass="button small"
            face={
              <>
                <span class="macro-preview-who">
                  {contactName(shown.contact)} #{shown.number}
                </span>
                <Icon name="down" size={12} />
              </>
            }
            choices={offered.map((one) => ({
              id: one.id,
              label: contactName(one.contact),
              hint: `#${one.number}`,
              chosen: one.id === shown.id,
            }))}
            pick={setChosen}
          />
        )}
      </header>
      {offered?.length === 0 ? (
        <p class="faint">{t("macros.preview_nobody")}</p>
      ) : (
        <div role="status">
          <Said tried={tried} />
        </div>
      )}
    </section>
  );
}
