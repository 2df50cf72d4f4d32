-- Conversations of customers that nobody has taken since they came: a row goes when somebody does, or when it is over.
create table unclaimed (
    conversation_id text primary key references conversations (id),
    position bigint not null,
    message_id text references messages (id),
    actor_id text not null,
    at bigint not null
);
create index unclaimed_by_position on unclaimed (position);

-- A kind more: 'new', one row for each agent, whose id is the agent's. `since` is the fact from which on it counts.
alter table notices rename to notices_before;
create table notices (
    id text primary key,
    agent_id text not null references agents (id),
    kind text not null check (kind in ('mention', 'assigned', 'replied', 'woke', 'new')),
    position bigint not null,
    conversation_id text not null references conversations (id),
    message_id text references messages (id),
    actor_kind text not null,
    actor_id text not null,
    n bigint not null,
    at bigint not null,
    read_at bigint,
    since bigint not null default 0,
    unique (agent_id, position, kind)
);
insert into notices (id, agent_id, kind, position, conversation_id, message_id, actor_kind, actor_id, n, at, read_at)
    select id, agent_id, kind, position, conversation_id, message_id, actor_kind, actor_id, n, at, read_at from notices_before;
drop table notices_before;
create index notices_by_agent on notices (agent_id, at, id);
create index notices_unread on notices (agent_id, conversation_id) where read_at is null;
