-- What rules have found, and what is said of it in a channel outside. rule: its name in the configuration. subject: a
-- conversation, an account or a day; '' for the house. over_at: when it no longer held. channel: the place's name of it.
-- state: none (nothing is said), open (it is to be said), sending, unknown (it may stand there), posted, done (it stands
-- there and says its last), skipped, failed. upto_at: up to when a digest counts.
create table watches (
    id text primary key,
    place text not null,
    rule text not null,
    subject text not null,
    does text not null check (does in ('pull', 'alert', 'digest')),
    channel text not null default '',
    began_at bigint not null,
    upto_at bigint,
    over_at bigint,
    acknowledged_by text,
    acknowledged_at bigint,
    state text not null
        check (state in ('none', 'open', 'sending', 'unknown', 'posted', 'done', 'skipped', 'failed')),
    external text,
    digest text not null default '',
    tries integer not null default 0,
    next_at bigint not null default 0,
    error text
);
create unique index watches_lasting on watches (place, rule, subject) where over_at is null;
create unique index watches_of_a_day on watches (place, rule, subject) where does = 'digest';
create index watches_due on watches (place, next_at) where state in ('open', 'sending', 'unknown', 'posted');
create index watches_over on watches (over_at) where over_at is not null;
-- The home tabs of people of another place: whose is shown, and what it showed last. stale: it is to be drawn anew.
create table outside_homes (
    place text not null,
    workspace text not null,
    external_id text not null,
    opened_at bigint not null,
    published_at bigint not null default 0,
    digest text not null default '',
    stale integer not null default 1,
    primary key (place, workspace, external_id)
);
create index outside_homes_stale on outside_homes (place) where stale > 0;
