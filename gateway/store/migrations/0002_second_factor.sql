-- Recovery codes stand in for the authenticator, each once; as their SHA-256 (80 random bits need no slow hash).
create table recovery_codes (
    hash text primary key,
    agent_id text not null references agents (id),
    created_at bigint not null,
    used_at bigint
);
create index recovery_codes_by_agent on recovery_codes (agent_id);

-- Wrong codes after a right password. place: an address the agent has signed in from, or another; they wait apart.
-- failed: in a row, by which the next one waits; unseen: what the agent has not yet taken note of, since when.
create table factor_failures (
    agent_id text not null references agents (id),
    place text not null check (place in ('known', 'strange')),
    failed integer not null,
    failed_at bigint not null,
    address text not null,
    unseen integer not null,
    unseen_since bigint not null,
    primary key (agent_id, place)
);
