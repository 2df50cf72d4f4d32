-- Who is blocked is few of many: the page that lists them walks this.
create index contacts_by_blocked on contacts (seq) where blocked_at is not null;
