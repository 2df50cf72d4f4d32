// What is drawn beside the shell, in one module: fetched together, since the bundler cuts a piece for every set of
// modules that some entries share.

import "../css/beside";

export { emptyOf, formatted, indented, linkOver } from "./composer/formatting";
export { TemplateDialog } from "./composer/templates/dialog";
export { MergeDialog } from "./conversation/merge";
export { Player } from "./conversation/player";
export { PullDialog } from "./conversation/pull";
export { WorkedChip } from "./conversation/worked";
export { UndoDialog } from "./conversation/undo";
export { Person } from "./context/person";
export { Dial } from "./context/start";
export { MailPreview } from "./mail/preview";
export { marksFrom } from "./mail/pasted";
export { Shown } from "./mail/shown";
export { TranscriptDialog } from "./mail/transcript";
export { MailWriting } from "./mail/writing";
export { BulkBar, BulkFailures } from "./list/bulk";
export { FilterDialog } from "./list/filter-dialog";
export { ViewDialog } from "./list/view-dialog";
export { SearchPane } from "./search/search";
export { FirstMinute } from "./shell/first-minute";
export { FirstSteps } from "./shell/first-steps";
export { Palette } from "./shell/palette";
export { PlaceAlarm } from "./shell/place-alarm";
export { Shortcuts } from "./shell/shortcuts";
export { LinkPage } from "./sign/link";
