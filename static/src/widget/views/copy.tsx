import { useState } from "preact/hooks";
import { newId } from "../../shared/ids";
import type { Copied } from "../../wire";
import type { Chat } from "../chat";
import { Problem } from "../door";
import { reason, t } from "../words";

/** What was said, by mail to the address that is proven to be hers; of which she is told a part. */
export function Copy({ chat, address }: { chat: Chat; address: string }) {
  const [id] = useState(newId);
  const [state, setState] = useState<"asks" | "sends" | "sent">("asks");
  const [failed, setFailed] = useState("");
  const send = () => {
    setState("sends");
    setFailed("");
    chat.call<Copied>("transcript", { client_id: id }).then(
      () => setState("sent"),
      (why) => (setState("asks"), setFailed(reason(Problem.of(why), "copy.failed"))),
    );
  };
  return (
    <div class="copy">
      <p role="status">{t(state === "sent" ? "copy.sent" : "copy.text", { address })}</p>
      {state !== "sent" && <button type="button" disabled={state === "sends"} onClick={send}>{t("copy.send")}</button>}
      {failed && <p role="alert">{failed}</p>}
    </div>
  );
}
