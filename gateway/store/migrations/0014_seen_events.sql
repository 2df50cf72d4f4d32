-- When a customer received and read a message is asked of the log: by the leg, after the message's position.
create index events_of_leg_seen on events (subject_id, position) where kind = 'leg.seen';
