// Why nothing can be written this way now, and what can be done instead.

import { span } from "../../../shared/time";
import type { ConversationView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { language, t } from "../../words";
import { focusComposer, type Way } from "../conversation/composing";
import { askForTemplate } from "./templates/asked";
import { WayButton } from "./way-button";
import { besideRefusal, type Other, useOtherWays } from "./ways";

function why({ closed, account, leg }: Way): string {
  const can = account?.capabilities;
  if (closed === "window" && leg?.last_inbound_at === null)
    return t(can?.templates ? "composer.closed.unheard_template" : "composer.closed.unheard");
  if (closed === "window" && can?.reply_window)
    return t(can.templates ? "composer.closed.window_template" : "composer.closed.window_over", {
      span: span(can.reply_window, language.value),
    });
  return t(`composer.closed.${closed ?? "no_leg"}`);
}

function take(way: Other): void {
  way.go();
  focusComposer();
}

export function Closed({ view, way }: { view: ConversationView; way: Way }) {
  const template = way.closed === "window" && way.account?.capabilities.templates === true;
  const [open, asked] = besideRefusal(view, view.leg, useOtherWays(view, view.leg));
  return (
    <div class="composer-closed" role="status">
      <Icon name={template ? "clock" : "block"} size={15} />
      <span class="composer-closed-words">{why(way)}</span>
      <span class="composer-closed-acts">
        {template && (
          <button type="button" class="button small primary" data-act="template" onClick={() => askForTemplate(view.id)}>
            {t("template.choose")}
          </button>
        )}
        {open.map((one) => (
          <WayButton key={one.id} way={one} take={() => take(one)} />
        ))}
      </span>
      {asked.length > 0 && (
        <span class="composer-closed-asked">
          <span>{t("composer.closed.only_asked")}</span>
          {asked.map((one) => (
            <WayButton key={one.id} way={one} take={() => take(one)} quiet />
          ))}
        </span>
      )}
    </div>
  );
}
