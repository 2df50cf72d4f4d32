-- Calls of providers that could not be taken in and were erased with whom they name: a provider's list has them still,
-- and what is found there again is not kept again. Only a hash of the call stands here, and no longer than calls do.
create table erased_calls (
    account_id text not null,
    digest text not null,
    at bigint not null,
    primary key (account_id, digest)
);
create index erased_calls_by_time on erased_calls (at);

-- What is left to be forgotten of messages that were erased: few, among all there are.
create index messages_erased on messages (id) where erased_at is not null;
