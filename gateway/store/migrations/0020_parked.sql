-- Calls of providers that could not be taken in: kept whole, each once, until somebody has mended the reason and plays
-- it again, or discards it. Of the headers only those that reading it takes; never a signature.
create table parked (
    id text primary key,
    account_id text not null references accounts (id),
    method text not null,
    url text not null,
    headers {json} not null,
    body {bytes} not null,
    size integer not null,
    digest text not null,
    reason text not null,
    detail text not null,
    tries integer not null default 1,
    at bigint not null,
    tried_at bigint not null,
    discarded_at bigint,
    unique (account_id, digest)
);
create index parked_by_time on parked (at, id);
-- Who is named in it, as far as it could be read: erasing one of them erases it.
create table parked_people (
    parked_id text not null references parked (id) on delete cascade,
    space text not null,
    address text not null,
    primary key (parked_id, space, address)
);
create index parked_people_by_address on parked_people (space, address);
