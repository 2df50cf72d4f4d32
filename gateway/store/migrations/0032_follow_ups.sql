-- Legs whose customer had answers of ours unread: by when they follow by another way, unless she is there or reads them
-- before. due_at, null: they have gone, up to upto_id, and nothing more follows until she reads or writes.
create table follow_ups (
    leg_id text primary key,
    due_at bigint,
    upto_id text references messages (id)
);
create index follow_ups_by_due on follow_ups (due_at) where due_at is not null;

-- What a message carries beside its own words: other messages, as they stand when it goes out.
create table carried (
    message_id text not null references messages (id),
    place integer not null,
    carried_id text not null references messages (id),
    primary key (message_id, place)
);

-- Since when (UTC ms) somebody wants no messages by this account that no person wrote; those of agents go on.
alter table endpoints add column quiet_since bigint;
