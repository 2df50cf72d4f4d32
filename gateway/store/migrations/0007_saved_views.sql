-- Named filters over conversations, of one agent, of teams, of all.
create table saved_views (
    id text primary key,
    name text not null,
    scope text not null check (scope in ('all', 'teams', 'personal')),
    owner_id text not null references agents (id),
    filter {json} not null,
    sort text not null check (sort in ('activity', 'waiting')),
    retired_at bigint,
    changed_at bigint not null,
    created_at bigint not null
);
create index saved_views_by_owner on saved_views (owner_id) where scope = 'personal';

create table saved_view_teams (
    view_id text not null references saved_views (id),
    team_id text not null references teams (id),
    primary key (view_id, team_id)
);

-- Who waits longest stands first.
create index conversations_by_waiting on conversations (status, waiting_since, id)
    where merged_into is null and waiting_since is not null;
