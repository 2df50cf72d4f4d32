-- Whom a message names anywhere in its headers, beside its sender and us, where they or the whole of it are kept: when one of
-- these is erased, what names her goes, wherever the message stands by then and whoever takes part there.
create table named_in (
    message_id text not null references messages (id),
    space text not null,
    address text not null,
    primary key (message_id, space, address)
);
create index named_in_by_address on named_in (space, address);
