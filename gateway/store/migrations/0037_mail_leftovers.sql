-- Troubles of messages that were erased before what did not arrive was noted by message (0034): nothing would end them.
delete from troubles where not exists (select 1 from undelivered u where u.conversation_id = troubles.conversation_id);
