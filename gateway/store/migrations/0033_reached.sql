-- The address of ours that a message was written to, where its account has several: answers come from there.
alter table message_sources add column reached text;
