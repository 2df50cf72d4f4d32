-- A post that is a file of its message, not its words. Its external is the place's name for the file.
alter table pull_posts add column file_id text;
