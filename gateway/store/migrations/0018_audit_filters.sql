-- The audit, newest first: all of it, of a time, of one kind, of one actor. Each walks its index and sorts nothing.
create index audit_by_time on audit (at, position);
create index audit_by_kind on audit (kind, at, position);
create index audit_by_actor_time on audit (actor_id, at, position);
