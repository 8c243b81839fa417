DROP TABLE about_pages;
DROP INDEX blogs_that_took_part_lately;
DROP INDEX blogs_that_took_part;
ALTER TABLE blogs DROP COLUMN sort_name;
ALTER TABLE blogs DROP COLUMN last_listed_at;
ALTER TABLE blogs DROP COLUMN first_listed_at;
