-- Begins from nothing.
drop schema if exists handwritten cascade;
create schema handwritten;
