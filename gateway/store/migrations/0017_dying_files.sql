-- What an erasure has left without a name in the file store: deleted again and again until it is gone, whatever becomes
-- of the process or of the file store meanwhile.
create table dying_files (
    hash text primary key,
    since bigint not null
);
