-- A message as it was sent, where its text is only what its sender says in it. name: what those call it who answer it.
-- text, null: nothing was left out; html: as it came, shown only made harmless. doubts: what must not be believed.
-- automatic: what wrote it, where it was no person.
create table message_sources (
    message_id text primary key references messages (id),
    account_id text not null,
    name text,
    subject text not null,
    text text,
    html text,
    headers {json} not null,
    doubts {json} not null,
    automatic text
);
create index message_sources_by_name on message_sources (account_id, name) where name is not null;

-- By which of her addresses somebody takes part; null: by any (the requester), or it is not known.
alter table participants add column identity_id text;

-- By which a message's own page refers to a file that stands in it.
alter table attachments add column cid text;

-- What a channel that goes and gets has come to, for each line of an account (a folder); line '' is the account itself.
-- waiting: how many it still has to get. problem: what stands in its way, since when (UTC ms).
create table intakes (
    account_id text not null,
    line text not null,
    cursor text,
    waiting bigint not null default 0,
    problem text,
    detail text not null default '',
    since bigint,
    primary key (account_id, line)
);
