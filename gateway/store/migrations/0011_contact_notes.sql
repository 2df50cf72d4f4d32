-- What the team knows of a person, and no customer ever sees. A note stays with the contact it was written about; who
-- asks for the notes of a contact is told those of everybody merged into it too. Removed ones keep their row, not their
-- words.
create table contact_notes (
    id text primary key,
    contact_id text not null references contacts (id),
    author_kind text not null,
    author_id text not null,
    client_id text not null,
    text text not null,
    at bigint not null,
    edited_at bigint,
    edited_by text,
    removed_at bigint,
    unique (author_id, client_id)
);
create index contact_notes_by_contact on contact_notes (contact_id, at, id);
