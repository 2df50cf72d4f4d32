-- How each way of an account is: 'in' (what it goes and gets), 'door' (what is brought to it), 'out' (what it sends).
-- problem: what stands in the way, why: in a word, detail: in the program's, since: when it began. well_at: when it was
-- last seen to work; carried_at: when something last went out there (UTC ms).
create table roads (
    account_id text not null,
    way text not null check (way in ('in', 'door', 'out')),
    problem text,
    why text not null default '',
    detail text not null default '',
    since bigint,
    well_at bigint,
    carried_at bigint,
    primary key (account_id, way)
);
