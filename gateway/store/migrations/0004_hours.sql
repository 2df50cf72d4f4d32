-- When a team answers: a week of ranges in a time zone, holidays, and days that are otherwise than the week says.
create table team_hours (
    team_id text primary key references teams (id),
    zone text not null,
    week {json} not null,
    holidays {json} not null,
    overrides {json} not null,
    changed_at bigint not null
);
