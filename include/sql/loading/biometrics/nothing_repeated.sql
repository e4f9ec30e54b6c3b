-- is_repeated(url, row_number): whether a reading repeats another one. Where repeated readings count, none does.
create or replace temp macro is_repeated(url, row_number) as false;
create or replace temp table instants (url varchar, row_number bigint, hero_id varchar, instant_us bigint);
