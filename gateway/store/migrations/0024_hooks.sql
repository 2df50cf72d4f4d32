-- Webhooks out: where the log is told to other programs, how far each has been told, and what is on its way.
-- secrets: [[secret, valid until or null], ...], the newest first; each endpoint has its own.
-- position: up to there the log has been looked at for this endpoint. fails: attempts in a row that nobody took.
create table hooks (
    id text primary key,
    label text not null,
    url text not null,
    kinds {json} not null,
    words integer not null,
    notes integer not null,
    secrets {json} not null,
    state text not null check (state in ('active', 'paused', 'disabled')),
    reason text,
    position bigint not null,
    fails integer not null default 0,
    failing_since bigint,
    rest_until bigint not null default 0,
    taken_at bigint,
    lost bigint not null default 0,
    created_at bigint not null,
    removed_at bigint
);
-- One fact for one endpoint; its words are joined when it is sent, and never kept here. lane: whose order it keeps.
-- due_at: when it is tried next, or when the lease of a try ends; null behind an earlier one of its lane.
-- attempts: ever; tries: since it was last put into the queue. gap_from: the first of the facts that were trimmed away.
create table hook_deliveries (
    id text primary key,
    hook_id text not null references hooks (id) on delete cascade,
    position bigint not null,
    lane text not null,
    kind text not null,
    event_at bigint not null,
    gap_from bigint,
    state text not null check (state in ('waiting', 'sending', 'delivered', 'failed', 'dropped')),
    attempts integer not null default 0,
    tries integer not null default 0,
    due_at bigint,
    lease text,
    status integer,
    ms integer,
    problem text,
    done_at bigint,
    unique (hook_id, position)
);
create index hook_deliveries_open on hook_deliveries (hook_id, lane, position) where state in ('waiting', 'sending');
create index hook_deliveries_due on hook_deliveries (hook_id, due_at, position) where due_at is not null;
create index hook_deliveries_by_state on hook_deliveries (hook_id, state, position);
create index hook_deliveries_by_lane on hook_deliveries (lane);
create index hook_deliveries_done on hook_deliveries (done_at) where done_at is not null;
create table hook_attempts (
    delivery_id text not null references hook_deliveries (id) on delete cascade,
    number integer not null,
    at bigint not null,
    status integer,
    ms integer,
    problem text,
    excerpt text not null,
    primary key (delivery_id, number)
);
