-- What happened to a contact, newest first, walks this.
create index audit_by_contact on audit (contact_id, at, position) where contact_id is not null;
