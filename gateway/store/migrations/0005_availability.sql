-- What an agent says of themselves: online, away or busy. Whether they are here at all is presence, never stored.
alter table agents add column availability text not null default 'online';
