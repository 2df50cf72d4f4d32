-- The floor: the log and the state tables it is written beside.
-- One text for both databases. {json} {position} are filled in per database; a block between
-- "-- sqlite" / "-- postgresql" and "-- both" belongs to that one alone.
-- Times are UTC milliseconds; ids are time-ordered text; flags are 0 or 1.

create table meta (
    key text primary key,
    value text not null
);

-- The head of the log: one row, locked last by every batch.
create table log_head (
    id integer primary key check (id = 1),
    position bigint not null
);
insert into log_head (id, position) values (1, 0);

create table events (
    position bigint primary key,
    at bigint not null,
    kind text not null,
    actor_kind text not null,
    actor_id text not null,
    conversation_id text,
    message_id text,
    contact_id text,
    subject_id text,
    was {json},
    now {json},
    changes {json} not null
);
create index events_by_at on events (at);

-- Who did what; outlives the trimmed log, is never erased, holds ids only.
create table audit (
    position bigint primary key,
    at bigint not null,
    kind text not null,
    actor_kind text not null,
    actor_id text not null,
    conversation_id text,
    message_id text,
    contact_id text,
    subject_id text,
    changes {json} not null
);
create index audit_by_conversation on audit (conversation_id, at, position);
create index audit_by_actor on audit (actor_id, position);

create table accounts (
    id text primary key,
    type text not null,
    label text not null,
    state text not null,
    reason text,
    settings {json} not null,
    created_at bigint not null
);

create table organisations (
    id text primary key,
    name text not null,
    domain text,
    attributes {json} not null,
    created_at bigint not null
);
create unique index organisations_by_domain on organisations (domain) where domain is not null;

create table contacts (
    id text primary key,
    seq bigint not null unique,
    name text not null,
    locale text,
    organisation_id text references organisations (id),
    attributes {json} not null,
    claims {json} not null,
    blocked_at bigint,
    erased_at bigint,
    merged_into text references contacts (id),
    position bigint,
    created_at bigint not null
);
create index contacts_by_merged on contacts (merged_into) where merged_into is not null;
create index contacts_by_organisation on contacts (organisation_id) where organisation_id is not null;

-- person_id: identities proven to be one person share it; merging contacts does not touch it.
create table identities (
    id text primary key,
    space text not null,
    address text not null,
    contact_id text not null references contacts (id),
    birth_contact_id text not null,
    person_id text not null,
    proof integer not null,
    created_at bigint not null,
    unique (space, address)
);
create index identities_by_contact on identities (contact_id);
create index identities_by_person on identities (person_id);

-- An account as one identity reaches it: the reply window and the opt-out hang here.
create table endpoints (
    account_id text not null,
    identity_id text not null references identities (id),
    last_inbound_at bigint,
    opted_out_at bigint,
    primary key (account_id, identity_id)
);

create table teams (
    id text primary key,
    name text not null unique,
    retired_at bigint,
    created_at bigint not null
);

create table agents (
    id text primary key,
    email text not null unique,
    name text not null,
    role text not null check (role in ('agent', 'supervisor', 'admin')),
    picture text,
    locale text,
    password_hash text,
    totp_secret text,
    totp_last bigint not null default 0,
    preferences {json} not null,
    deactivated_at bigint,
    created_at bigint not null
);

create table team_members (
    team_id text not null references teams (id),
    agent_id text not null references agents (id),
    primary key (team_id, agent_id)
);
create index team_members_by_agent on team_members (agent_id);

create table sessions (
    hash text primary key,
    id text not null unique,
    agent_id text not null references agents (id),
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null,
    ip text not null,
    user_agent text not null,
    revoked_at bigint
);
create index sessions_by_agent on sessions (agent_id);

create table tokens (
    hash text primary key,
    id text not null unique,
    agent_id text not null references agents (id),
    name text not null,
    created_at bigint not null,
    seen_at bigint,
    expires_at bigint,
    revoked_at bigint
);
create index tokens_by_agent on tokens (agent_id);

-- Links that work once: the first admin, a password reset, the demo's sign-in.
create table one_time_links (
    hash text primary key,
    purpose text not null,
    agent_id text,
    created_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);

create table tags (
    id text primary key,
    name text not null unique,
    colour text not null,
    retired_at bigint,
    created_at bigint not null
);

create table attribute_definitions (
    id text primary key,
    target text not null check (target in ('contact', 'conversation', 'organisation')),
    key text not null,
    label text not null,
    type text not null check (type in ('text', 'number', 'date', 'boolean', 'choice', 'url')),
    choices {json} not null,
    retired_at bigint,
    created_at bigint not null,
    unique (target, key)
);

create table conversations (
    id text primary key,
    number bigint not null unique,
    contact_id text not null references contacts (id),
    subject text not null,
    priority integer not null,
    status text not null check (status in ('open', 'snoozed', 'closed', 'spam')),
    team_id text references teams (id),
    assignee_id text references agents (id),
    leg_id text,
    tags text not null default '',
    attributes {json} not null,
    waiting_since bigint,
    snoozed_until bigint,
    closed_at bigint,
    last_at bigint not null,
    last_message_id text,
    last_public_position bigint,
    last_customer_position bigint,
    merged_into text references conversations (id),
    erased_at bigint,
    position bigint,
    created_at bigint not null
);
create index conversations_by_status on conversations (status, last_at, id) where merged_into is null;
create index conversations_by_team on conversations (team_id, status, last_at, id) where merged_into is null;
create index conversations_by_assignee on conversations (assignee_id, status, last_at, id) where merged_into is null;
create index conversations_by_contact on conversations (contact_id, last_at, id);
create index conversations_by_snooze on conversations (snoozed_until) where snoozed_until is not null;
create index conversations_by_merged on conversations (merged_into) where merged_into is not null;

-- status and last_at stand here again so that a tag's list is one index walk. conversations.tags says the same, sorted
-- and separated by commas: what a conversation's lock covers, a second look under the same lock need not ask for.
create table conversation_tags (
    conversation_id text not null references conversations (id),
    tag_id text not null references tags (id),
    status text not null,
    last_at bigint not null,
    primary key (conversation_id, tag_id)
);
create index conversation_tags_by_tag on conversation_tags (tag_id, status, last_at, conversation_id);

create table participants (
    conversation_id text not null references conversations (id),
    contact_id text not null references contacts (id),
    role text not null check (role in ('requester', 'participant')),
    primary key (conversation_id, contact_id)
);
create index participants_by_contact on participants (contact_id);

-- delivered_to, read_to: the customer's watermarks; seen_to: ours. Log positions.
create table legs (
    id text primary key,
    conversation_id text not null references conversations (id),
    account_id text not null,
    identity_id text not null references identities (id),
    thread_key text not null,
    last_inbound_at bigint,
    last_sent_position bigint,
    delivered_to bigint not null default 0,
    read_to bigint not null default 0,
    seen_to bigint not null default 0,
    created_at bigint not null
);
create index legs_by_conversation on legs (conversation_id);
create index legs_by_identity on legs (identity_id, account_id, thread_key);

create table messages (
    id text primary key,
    position bigint unique,
    conversation_id text not null references conversations (id),
    birth_conversation_id text not null,
    leg_id text references legs (id),
    visibility text not null check (visibility in ('public', 'note')),
    author_kind text not null,
    author_id text not null,
    client_id text,
    account_id text,
    provider_id text,
    text text not null,
    content {json},
    reply_to text,
    at bigint not null,
    late integer not null default 0,
    edited_at bigint,
    erased_at bigint,
    unique (account_id, provider_id),
    unique (author_id, client_id)
);
create index messages_by_conversation on messages (conversation_id, at, position);
create index messages_by_leg on messages (leg_id, at, position) where leg_id is not null;

-- Former words of an edited message: agents may look, erasing takes them too.
create table message_versions (
    message_id text not null references messages (id),
    version integer not null,
    text text not null,
    at bigint not null,
    primary key (message_id, version)
);

-- message_id is null until a message takes the upload; owner is who may take it ("agent:ID", "identity:ID").
create table attachments (
    id text primary key,
    owner text not null,
    message_id text references messages (id),
    place integer not null,
    hash text not null,
    name text not null,
    mime text not null,
    size bigint not null,
    width integer,
    height integer,
    inline integer not null,
    created_at bigint not null
);
create index attachments_by_message on attachments (message_id, place) where message_id is not null;
create index attachments_waiting on attachments (created_at) where message_id is null;
create index attachments_by_hash on attachments (hash);

-- Kept, not counted. tag_id '' counts the conversations themselves; team_id and assignee_id '' are nobody.
create table counts (
    status text not null,
    team_id text not null,
    assignee_id text not null,
    tag_id text not null,
    n bigint not null,
    primary key (status, team_id, assignee_id, tag_id)
);

create table read_marks (
    agent_id text not null references agents (id),
    conversation_id text not null references conversations (id),
    position bigint not null,
    primary key (agent_id, conversation_id)
);

create table drafts (
    agent_id text not null references agents (id),
    conversation_id text not null references conversations (id),
    mode text not null check (mode in ('public', 'note')),
    text text not null,
    updated_at bigint not null,
    primary key (agent_id, conversation_id, mode)
);

-- What a merge or a split moved, so that undo returns exactly that.
create table merges (
    id text primary key,
    kind text not null check (kind in ('conversation.merge', 'conversation.split', 'contact.merge', 'contact.split')),
    from_id text not null,
    into_id text not null,
    actor_kind text not null,
    actor_id text not null,
    before {json} not null,
    position bigint,
    at bigint not null,
    undone_at bigint
);
create index merges_by_from on merges (from_id);
create index merges_by_into on merges (into_id);

create table merge_items (
    merge_id text not null references merges (id),
    item_kind text not null,
    item_id text not null,
    primary key (merge_id, item_kind, item_id)
);
create index merge_items_by_item on merge_items (item_id);

-- We make the tokens: "ascii" parts them at our spaces and leaves every other letter alone. We sort by time, never by
-- relevance, so the sizes of columns need not be kept.
-- sqlite
create virtual table message_search using fts5 (tokens, tokenize = "ascii", columnsize = 0);
create virtual table conversation_search using fts5 (tokens, tokenize = "ascii", columnsize = 0);
create virtual table contact_search using fts5 (tokens, tokenize = "ascii", columnsize = 0);
-- postgresql
create sequence conversation_numbers;
create sequence contact_numbers;
create table message_search (rowid bigint primary key, tokens tsvector not null);
create table conversation_search (rowid bigint primary key, tokens tsvector not null);
create table contact_search (rowid bigint primary key, tokens tsvector not null);
create index message_search_tokens on message_search using gin (tokens);
create index conversation_search_tokens on conversation_search using gin (tokens);
create index contact_search_tokens on contact_search using gin (tokens);
-- both
