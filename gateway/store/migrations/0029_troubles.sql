-- Running conversations of which our newest public message did not arrive, or nobody knows. `at`: since when that is seen.
create table troubles (
    conversation_id text primary key references conversations (id),
    message_id text not null references messages (id),
    at bigint not null
);
create index troubles_by_time on troubles (at, conversation_id);
insert into troubles (conversation_id, message_id, at)
    select c.id, m.id, m.at from conversations c join legs l on l.conversation_id = c.id
    join messages m on m.position = l.last_sent_position and m.conversation_id = c.id
    where c.merged_into is null and c.status in ('open', 'snoozed') and m.delivery in ('failed', 'unknown')
        and not exists (select 1 from legs o where o.conversation_id = c.id
            and o.last_sent_position > l.last_sent_position);

-- A kind more: 'failed', a message of the agent's, or in what is the agent's, did not arrive.
alter table notices rename to notices_before;
create table notices (
    id text primary key,
    agent_id text not null references agents (id),
    kind text not null check (kind in ('mention', 'assigned', 'replied', 'woke', 'new', 'failed')),
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
insert into notices (id, agent_id, kind, position, conversation_id, message_id, actor_kind, actor_id, n, at, read_at, since)
    select id, agent_id, kind, position, conversation_id, message_id, actor_kind, actor_id, n, at, read_at, since
    from notices_before;
drop table notices_before;
create index notices_by_agent on notices (agent_id, at, id);
create index notices_unread on notices (agent_id, conversation_id) where read_at is null;
