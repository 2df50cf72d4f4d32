-- The channels in which conversations were ever worked. moved: how often it was said that somebody else may read it since;
-- looked: how often that had been said when one last looked who does; looked_at: when that was (UTC ms).
create table pull_channels (
    place text not null,
    channel text not null,
    moved bigint not null default 1,
    looked bigint not null default 0,
    looked_at bigint not null default 0,
    primary key (place, channel)
);
insert into pull_channels (place, channel) select distinct place, channel from pulls;
