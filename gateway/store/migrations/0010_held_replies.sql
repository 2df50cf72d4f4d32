-- Public replies that wait for a moment in which their author may take them back. Not a message yet: no statement about
-- messages ever meets one. `id` is the message it becomes. A row that was taken back stays for a day without its words,
-- so that the same reply, sent once more by a browser that was cut, is not sent after all.
create table held_replies (
    id text primary key,
    position bigint,
    conversation_id text not null references conversations (id),
    leg_id text not null,
    account_id text not null,
    identity_id text not null references identities (id),
    author_kind text not null,
    author_id text not null,
    client_id text not null,
    text text not null,
    uploads {json} not null,
    reply_to text,
    macro_id text,
    acts {json},
    reopens integer not null,
    held_at bigint not null,
    due_at bigint,
    problem {json},
    undone_at bigint,
    unique (author_id, client_id)
);
create index held_replies_by_due on held_replies (due_at) where due_at is not null;
create index held_replies_by_conversation on held_replies (conversation_id) where undone_at is null;
create index held_replies_by_undone on held_replies (undone_at) where undone_at is not null;
