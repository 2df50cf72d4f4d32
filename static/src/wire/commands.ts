// Made from the wires in Python by `make types`; change those, not this file.

import type { SaveAlong } from "./commands/along";
import type { Bulk, Bulked, Unbulked, UndoBulk } from "./commands/bulk";
import type { OnContact, UpdateContact } from "./commands/contacts";
import type {
  Assign,
  MadeTag,
  MakeTag,
  OnConversation,
  SetAttributes,
  SetPriority,
  SetSubject,
  SetTeam,
  Snooze,
  SwitchLeg,
  Tag,
} from "./commands/conversations";
import type { ReadNotices } from "./commands/following";
import type { Undone } from "./commands/held";
import type { AddContactNote, EditContactNote, Noted, OnContactNote } from "./commands/knowing";
import type { ApplyMacro, Rendered, RunMacro } from "./commands/macros";
import type {
  ContactSplit,
  Merge,
  MergeContacts,
  Merged,
  Split,
  SplitContact,
  SplitOff,
  UndoMerge,
} from "./commands/merging";
import type { Kept, MarkRead, SaveDraft, SetAvailability, SetPreferences } from "./commands/private";
import type { ShowRows } from "./commands/showing";
import type { Done } from "./commands/table";
import type { EditMessage, Note, OnMessage, Reply, Start, Started, Written } from "./commands/writing";

/** What each command takes and answers. */
export interface Commands {
  assign: { args: Assign; value: Done };
  set_team: { args: SetTeam; value: Done };
  close: { args: OnConversation; value: Done };
  reopen: { args: OnConversation; value: Done };
  snooze: { args: Snooze; value: Done };
  mark_spam: { args: OnConversation; value: Done };
  unmark_spam: { args: OnConversation; value: Done };
  tag: { args: Tag; value: Done };
  make_tag: { args: MakeTag; value: MadeTag };
  set_subject: { args: SetSubject; value: Done };
  set_priority: { args: SetPriority; value: Done };
  set_attributes: { args: SetAttributes; value: Done };
  switch_leg: { args: SwitchLeg; value: Done };
  apply_macro: { args: ApplyMacro; value: Rendered };
  run_macro: { args: RunMacro; value: Done };
  mark_read: { args: MarkRead; value: Kept };
  save_draft: { args: SaveDraft; value: Kept };
  set_availability: { args: SetAvailability; value: Kept };
  set_preferences: { args: SetPreferences; value: Kept };
  watch: { args: OnConversation; value: Kept };
  unwatch: { args: OnConversation; value: Kept };
  read_notices: { args: ReadNotices; value: Kept };
  reply: { args: Reply; value: Written };
  note: { args: Note; value: Written };
  start: { args: Start; value: Started };
  edit_message: { args: EditMessage; value: Done };
  erase_message: { args: OnMessage; value: Done };
  save_along: { args: SaveAlong; value: Kept };
  bulk: { args: Bulk; value: Bulked };
  undo_bulk: { args: UndoBulk; value: Unbulked };
  update_contact: { args: UpdateContact; value: Done };
  block: { args: OnContact; value: Done };
  unblock: { args: OnContact; value: Done };
  erase_contact: { args: OnContact; value: Done };
  undo_send: { args: OnMessage; value: Undone };
  send_now: { args: OnMessage; value: Written };
  add_contact_note: { args: AddContactNote; value: Noted };
  edit_contact_note: { args: EditContactNote; value: Noted };
  remove_contact_note: { args: OnContactNote; value: Done };
  merge: { args: Merge; value: Merged };
  split: { args: Split; value: SplitOff };
  undo_merge: { args: UndoMerge; value: Done };
  merge_contacts: { args: MergeContacts; value: Merged };
  split_contact: { args: SplitContact; value: ContactSplit };
  show_rows: { args: ShowRows; value: Kept };
}
