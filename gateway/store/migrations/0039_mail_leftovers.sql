-- Troubles of messages that were erased before what did not arrive was noted by message (0034): nothing would end them.
delete from troubles where not exists (select 1 from undelivered u where u.conversation_id = troubles.conversation_id);

-- What stands with no message is found by whose it is: also the originals of mails, of which there may be many.
create index attachments_by_owner on attachments (owner) where message_id is null;
