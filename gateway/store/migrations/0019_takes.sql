-- The reply's author takes the conversation when it goes and is nobody's.
alter table held_replies add column takes integer not null default 0;
