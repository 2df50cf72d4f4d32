-- When a message of ours was sent, delivered and read is asked of the log, by the message.
create index events_of_delivery on events (message_id, position) where kind = 'message.delivery';
