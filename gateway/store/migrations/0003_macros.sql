-- Texts with variables that agents insert, and what is done to the conversation when they are sent.
create table macros (
    id text primary key,
    name text not null,
    text text not null,
    scope text not null check (scope in ('all', 'teams', 'personal')),
    owner_id text not null references agents (id),
    actions {json} not null,
    retired_at bigint,
    changed_at bigint not null,
    created_at bigint not null
);
create index macros_by_owner on macros (owner_id) where scope = 'personal';

create table macro_teams (
    macro_id text not null references macros (id),
    team_id text not null references teams (id),
    primary key (macro_id, team_id)
);

-- How often and when last whom a macro served: what an agent uses stands first for that agent.
create table macro_uses (
    macro_id text not null references macros (id),
    agent_id text not null references agents (id),
    n bigint not null,
    last_at bigint not null,
    primary key (macro_id, agent_id)
);
