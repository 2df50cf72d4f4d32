// What the settings alone draw.

import notices from "./settings/notices.sheet";
import settingsForms from "./settings/settings-forms.sheet";
import settingsPages from "./settings/settings-pages.sheet";
import settings from "./settings/settings.sheet";
import { wear } from "./wear";

wear(notices, settingsForms, settingsPages, settings);
