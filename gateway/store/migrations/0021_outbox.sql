-- The outbox: what goes to people over a provider. A delivery is one attempt at one part of a message to one identity;
-- its words stand in the message, as places in its text. due_at: when it may go (queued), when its lease runs out
-- (sending), until when what comes after waits for it (unknown); null: nothing waits for it any more. began_at: when
-- somebody took it to send it. next_step: what its failure means for what comes after.
create table deliveries (
    id text primary key,
    message_id text not null references messages (id),
    account_id text not null,
    identity_id text not null references identities (id),
    part integer not null,
    attempt integer not null,
    position bigint,
    state text not null
        check (state in ('queued', 'sending', 'deferred', 'unknown', 'sent', 'failed', 'delivered', 'read')),
    due_at bigint,
    asked integer not null,
    tries integer not null,
    since bigint not null,
    text_from integer not null,
    text_to integer not null,
    files integer not null,
    provider_id text,
    code text,
    problem text,
    next_step text,
    began_at bigint,
    at bigint not null,
    unique (message_id, identity_id, part, attempt)
);
create index deliveries_by_lane on deliveries (account_id, identity_id, position, part, attempt)
    where due_at is not null;
create index deliveries_by_provider on deliveries (account_id, provider_id) where provider_id is not null;
create index deliveries_deferred on deliveries (at) where state = 'deferred';

-- What a message shows of its deliveries, folded; null: it has none, stored is sent.
alter table messages add column delivery text;

-- What one identity is sent by one account goes one after the other. due_at is that of the lane's first delivery.
create table lanes (
    account_id text not null,
    identity_id text not null references identities (id),
    due_at bigint,
    primary key (account_id, identity_id)
);
create index lanes_by_due on lanes (account_id, due_at) where due_at is not null;

-- An account as the outbox sees it: next_at (microseconds) keeps its rate, rests_until what its provider asked for.
create table outlets (
    account_id text primary key,
    next_at bigint not null default 0,
    rests_until bigint not null default 0,
    paused_at bigint
);

-- A provider's news of a message whose id we do not know yet: our own call has not returned.
create table early_news (
    account_id text not null,
    provider_id text not null,
    state text,
    code text,
    problem text,
    next_step text,
    at bigint not null,
    primary key (account_id, provider_id)
);
create index early_news_by_time on early_news (at);
