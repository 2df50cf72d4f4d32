-- What goes with an agent's draft, and moves with the agent as its words do: the macro it was begun with, what is done to
-- the conversation once it is sent, whom its names mean, its files. `stands` 0: nothing is left of it, and a tab that was
-- cut meanwhile must learn so.
create table drafts_along (
    agent_id text not null references agents (id),
    conversation_id text not null references conversations (id),
    mode text not null check (mode in ('public', 'note')),
    stands integer not null,
    macro_id text,
    acts {json} not null,
    worded integer not null,
    named {json} not null,
    updated_at bigint not null,
    primary key (agent_id, conversation_id, mode)
);

-- Uploads that wait in a draft: no sweep of unused uploads takes them.
create table draft_files (
    agent_id text not null references agents (id),
    conversation_id text not null references conversations (id),
    mode text not null,
    place integer not null,
    upload_id text not null,
    primary key (agent_id, conversation_id, mode, place)
);
create index draft_files_by_upload on draft_files (upload_id);
