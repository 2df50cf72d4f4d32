-- What providers tell beyond words. A file that still lies with its provider: the message stands before it is fetched,
-- and in its place; due_at: when it is asked for, or when whoever asks has given up; null: it does not come.
create table remote_files (
    id text primary key,
    message_id text not null references messages (id),
    account_id text not null,
    place integer not null,
    ref text not null,
    mime text not null,
    tries integer not null,
    due_at bigint,
    since bigint not null,
    problem text
);
create index remote_files_by_message on remote_files (message_id, place);
create index remote_files_by_due on remote_files (due_at) where due_at is not null;

-- In how many parts a message was sent, where its channel counts them.
alter table messages add column segments integer;

-- When opted_out_at was last decided: what is caught up later may be older than that.
alter table endpoints add column consent_at bigint;

-- A reply that is held for undo may be a template.
alter table held_replies add column content {json};

-- Up to when we know what a provider has told us (UTC ms), for each line of an account.
create table caught_up (
    account_id text not null,
    line text not null,
    at bigint not null,
    primary key (account_id, line)
);
