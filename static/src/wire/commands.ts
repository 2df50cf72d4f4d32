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
import type { OnAccount } from "./commands/delivering";
import type { ReadNotices } from "./commands/following";
import type { SendLater, Undone } from "./commands/held";
import type { AddContactNote, EditContactNote, Noted, OnContactNote } from "./commands/knowing";
import type { Act, ApplyMacro, Rendered, RunMacro } from "./commands/macros";
import type {
  ContactSplit,
  ContactsMerged,
  Merge,
  MergeContacts,
  Merged,
  Split,
  SplitContact,
  SplitOff,
  UndoMerge,
} from "./commands/merging";
import type { Kept, MarkRead, MarkUnread, SaveDraft, SetAvailability, SetPreferences } from "./commands/private";
import type { CodeSent, ConfirmCode, Confirmed, SendCode } from "./commands/proving";
import type { AtPlace, GiveBack, LinkCode, PullOut, Pulled } from "./commands/pulling";
import type { ShowRows } from "./commands/showing";
import type { Start, Started } from "./commands/starting";
import type { Invite, Invited, OpenWay, Opened } from "./commands/switching";
import type { Done } from "./commands/table";
import type { SendTranscript } from "./commands/transcripts";
import type { EditMessage, Note, OnMessage, Reply, Written } from "./commands/writing";

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
  act: { args: Act; value: Done };
  mark_read: { args: MarkRead; value: Kept };
  mark_unread: { args: MarkUnread; value: Kept };
  save_draft: { args: SaveDraft; value: Kept };
  set_availability: { args: SetAvailability; value: Kept };
  set_preferences: { args: SetPreferences; value: Kept };
  watch: { args: OnConversation; value: Kept };
  unwatch: { args: OnConversation; value: Kept };
  read_notices: { args: ReadNotices; value: Kept };
  reply: { args: Reply; value: Written };
  note: { args: Note; value: Written };
  edit_message: { args: EditMessage; value: Done };
  erase_message: { args: OnMessage; value: Done };
  save_along: { args: SaveAlong; value: Kept };
  bulk: { args: Bulk; value: Bulked };
  undo_bulk: { args: UndoBulk; value: Unbulked };
  update_contact: { args: UpdateContact; value: Done };
  block: { args: OnContact; value: Done };
  unblock: { args: OnContact; value: Done };
  erase_contact: { args: OnContact; value: Done };
  send_again: { args: OnMessage; value: Done };
  let_be: { args: OnMessage; value: Done };
  fetch_again: { args: OnMessage; value: Done };
  resume_account: { args: OnAccount; value: Done };
  undo_send: { args: OnMessage; value: Undone };
  send_now: { args: OnMessage; value: Written };
  send_later: { args: SendLater; value: Done };
  add_contact_note: { args: AddContactNote; value: Noted };
  edit_contact_note: { args: EditContactNote; value: Noted };
  remove_contact_note: { args: OnContactNote; value: Done };
  merge: { args: Merge; value: Merged };
  split: { args: Split; value: SplitOff };
  undo_merge: { args: UndoMerge; value: Done };
  merge_contacts: { args: MergeContacts; value: ContactsMerged };
  split_contact: { args: SplitContact; value: ContactSplit };
  send_code: { args: SendCode; value: CodeSent };
  confirm_code: { args: ConfirmCode; value: Confirmed };
  pull_out: { args: PullOut; value: Pulled };
  give_back: { args: GiveBack; value: Done };
  make_link_code: { args: AtPlace; value: LinkCode };
  unlink_outside: { args: AtPlace; value: Kept };
  show_rows: { args: ShowRows; value: Kept };
  start: { args: Start; value: Started };
  open_way: { args: OpenWay; value: Opened };
  invite: { args: Invite; value: Invited };
  send_transcript: { args: SendTranscript; value: Written };
}
