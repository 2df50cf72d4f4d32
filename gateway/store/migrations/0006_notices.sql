-- Who follows a conversation without owning it.
create table watchers (
    agent_id text not null references agents (id),
    conversation_id text not null references conversations (id),
    at bigint not null,
    primary key (agent_id, conversation_id)
);
create index watchers_by_conversation on watchers (conversation_id);

-- Whom a note named: ids of agents and teams, as they were written.
alter table messages add column mentions {json};

-- The newest mention of an agent in a conversation: the list of mentions is one walk along the index.
create table mentions (
    agent_id text not null references agents (id),
    conversation_id text not null references conversations (id),
    at bigint not null,
    primary key (agent_id, conversation_id)
);
create index mentions_by_agent on mentions (agent_id, at, conversation_id);

-- What an agent is told of: one row each, ids only. position is the fact it came from.
create table notices (
    id text primary key,
    agent_id text not null references agents (id),
    kind text not null check (kind in ('mention', 'assigned', 'replied', 'woke')),
    position bigint not null,
    conversation_id text not null references conversations (id),
    message_id text references messages (id),
    actor_kind text not null,
    actor_id text not null,
    n bigint not null,
    at bigint not null,
    read_at bigint,
    unique (agent_id, position, kind)
);
create index notices_by_agent on notices (agent_id, at, id);
create index notices_unread on notices (agent_id, conversation_id) where read_at is null;
