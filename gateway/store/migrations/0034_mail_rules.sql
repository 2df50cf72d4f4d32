-- Messages of ours that did not arrive, or of which nobody knows, until that very message is sent again, or an agent lets it
-- be. `state`: failed or unknown. A row for each, so that `messages.delivery` needs no index: every message's changes.
create table undelivered (
    message_id text primary key references messages (id),
    conversation_id text not null references conversations (id),
    state text not null,
    at bigint not null
);
create index undelivered_by_conversation on undelivered (conversation_id, state);
insert into undelivered (message_id, conversation_id, state, at)
    select t.message_id, t.conversation_id, m.delivery, t.at from troubles t join messages m on m.id = t.message_id
    where m.delivery in ('failed', 'unknown') and m.erased_at is null;

-- Whom a message names beside its recipients, where they are too many of a stranger's to be people of ours: addresses, that
-- nobody has been written to yet.
create table named (
    message_id text not null references messages (id),
    space text not null,
    address text not null,
    name text not null,
    copied integer not null,
    primary key (message_id, space, address)
);
create index named_by_address on named (space, address);
