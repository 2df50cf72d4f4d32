// The styles of the shell. Those of what is drawn later come with it: css/beside.ts, css/settings.ts.

import "../shared/tokens.css";
import "./css/base.css";
import "./css/controls.css";
import "./css/marks.css";
import "./css/overlays.css";
import "./css/shell.css";
import "./css/list.css";
import "./css/bulk.css";
import "./css/conversation.css";
import "./css/thread.css";
import "./css/held.css";
import "./css/delivery.css";
import "./css/mail.css";
import "./css/attachments.css";
import "./css/composer.css";
import "./css/composer-menus.css";
import "./css/templates.css";
import "./css/side.css";
import "./css/settings.css";
import "./css/settings-pages.css";
import "./css/settings-forms.css";
import "./css/notices.css";
import "./css/minute.css";
import "./css/wear";
