-- To whom a message goes, or went, where its channel takes several: identities by what they are (to, cc, bcc), the
-- subject its author wrote for it, and which message it answers.
alter table messages add column envelope {json};
alter table held_replies add column envelope {json};

-- The reply goes at a time that its author has chosen, and not only after a moment for taking it back.
alter table held_replies add column chosen integer not null default 0;

-- To whom a draft is to go, as its agent has said so far; addresses, that nobody has been written to yet.
alter table drafts_along add column letter {json};
