-- Who does what is done once in the deployment: a duty, its holder, and until when by the database's clock (ms). Each
-- holder has a higher fencing number than the one before; what is written under a lower one is refused.
-- both
create table leases (
    name text primary key,
    holder text not null,
    fence bigint not null,
    until bigint not null
);
delete from meta where key like 'catch_up:%';
