-- What somebody brings back from elsewhere to prove that an address is hers: a code word that a chat showed her, a code
-- that was sent to her number, a link. Each is used once, and only until it expires; of what was secret only a hash stands
-- here. identity_id is whom it was shown or sent to, met_id who brought it back; message_id the message that carries a
-- code, into which it is written only on its way out.
create table proofs (
    id text primary key,
    kind text not null check (kind in ('word', 'code', 'link')),
    hash text not null unique,
    conversation_id text not null references conversations (id),
    identity_id text not null references identities (id),
    account_id text not null,
    met_id text references identities (id),
    message_id text references messages (id),
    tries integer not null default 0,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index proofs_by_identity on proofs (identity_id);
create index proofs_by_met on proofs (met_id) where met_id is not null;
create index proofs_by_message on proofs (message_id) where message_id is not null;
create index proofs_by_expiry on proofs (expires_at) where used_at is null;
