// What the shell never draws, nor the settings alone.

import attachments from "./beside/attachments.sheet";
import composerMenus from "./beside/composer-menus.sheet";
import list from "./beside/list.sheet";
import mail from "./beside/mail.sheet";
import minute from "./beside/minute.sheet";
import overlays from "./beside/overlays.sheet";
import person from "./beside/person.sheet";
import settingsPages from "./beside/settings-pages.sheet";
import side from "./beside/side.sheet";
import templates from "./beside/templates.sheet";
import { wear } from "./wear";

wear(attachments, composerMenus, list, mail, minute, overlays, person, settingsPages, side, templates);
