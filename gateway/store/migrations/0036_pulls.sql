-- Conversations that are worked in a place outside: a thread of a channel. Facts from from_position up to upto_position
-- are told there. audience: may that thread show what is for the team alone (inner), or not (shared)?
-- thread: the place's own name of it, null until its first post stands.
create table pulls (
    id text primary key,
    conversation_id text not null references conversations (id),
    place text not null,
    channel text not null,
    channel_name text not null,
    thread text,
    audience text not null check (audience in ('inner', 'shared')),
    from_position bigint not null,
    upto_position bigint,
    pulled_by text not null,
    pulled_at bigint not null,
    given_back_by text,
    given_back_at bigint
);
create unique index pulls_open on pulls (conversation_id, place) where given_back_at is null;
create unique index pulls_by_thread on pulls (place, channel, thread) where thread is not null;
create index pulls_by_conversation on pulls (conversation_id);
-- What a thread shows or must show, in order. external: the place's name of the post. digest: of what it showed last.
-- stale: how often it was said, since it was last drawn, that it may show something else. next_at: when it is tried
-- next; of one that is being posted, when one may look whether it has arrived.
create table pull_posts (
    id text primary key,
    pull_id text not null references pulls (id) on delete cascade,
    position bigint not null,
    part integer not null default 0,
    kind text not null check (kind in ('header', 'story', 'gap', 'message', 'line', 'end')),
    message_id text,
    state text not null check (state in ('queued', 'sending', 'unknown', 'posted', 'failed', 'skipped')),
    external text,
    digest text not null default '',
    stale integer not null default 0,
    tries integer not null default 0,
    next_at bigint not null default 0,
    error text,
    unique (pull_id, position, part)
);
create index pull_posts_open on pull_posts (pull_id, position, part) where state in ('queued', 'sending', 'unknown');
create index pull_posts_stale on pull_posts (pull_id, next_at) where stale > 0;
create index pull_posts_by_message on pull_posts (message_id) where message_id is not null;
-- How far each place has looked at the log; paused: why nothing goes there until somebody mends it.
create table pull_places (
    place text primary key,
    position bigint not null,
    paused text,
    paused_at bigint
);
-- Who somebody of another place is here, by their own word: a code that an agent was shown and told there.
create table outside_people (
    place text not null,
    workspace text not null,
    external_id text not null,
    agent_id text not null references agents (id),
    linked_at bigint not null,
    primary key (place, workspace, external_id)
);
create unique index outside_people_by_agent on outside_people (agent_id, place, workspace);
create table outside_codes (
    hash text primary key,
    place text not null,
    agent_id text not null references agents (id),
    expires_at bigint not null,
    used_at bigint
);
create index outside_codes_by_agent on outside_codes (agent_id, place);
-- What a place has told us already: a repeat does nothing.
create table outside_seen (
    place text not null,
    event_id text not null,
    at bigint not null,
    primary key (place, event_id)
);
create index outside_seen_by_time on outside_seen (at);
