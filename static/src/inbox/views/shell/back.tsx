import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { listAddress, listPlace } from "./chosen";

/** On a phone one column shows at a time: this leads from the conversation to its list. */
export function BackToList() {
  return (
    <a class="button quiet square only-phone" href={listAddress(listPlace.value)} aria-label={t("back")}>
      <Icon name="back" />
    </a>
  );
}
