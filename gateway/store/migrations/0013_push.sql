-- Where the browser of a signed-in session is told when no tab of its agent is open (web push): one for each session, and
-- it goes with it. The endpoint is a secret: whoever has it and our key may speak to that device.
create table push_subscriptions (
    session_id text primary key references sessions (id) on delete cascade,
    agent_id text not null references agents (id),
    endpoint text not null unique,
    p256dh text not null,
    auth text not null,
    at bigint not null
);
create index push_subscriptions_by_agent on push_subscriptions (agent_id);
