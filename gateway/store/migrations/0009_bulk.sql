-- What an act on many conversations changed in each, so that undo returns exactly that. Kept for a day.
create table bulks (
    id text primary key,
    agent_id text not null references agents (id),
    created_at bigint not null,
    undone_at bigint
);
create index bulks_by_created on bulks (created_at);

create table bulk_items (
    bulk_id text not null references bulks (id),
    conversation_id text not null references conversations (id),
    before {json} not null,
    after {json} not null,
    primary key (bulk_id, conversation_id)
);
