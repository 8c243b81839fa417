DROP TABLE rules;
DROP INDEX pings_by_blog_key;
ALTER TABLE pings DROP COLUMN remark;
DROP INDEX blogs_by_name;
DROP INDEX blogs_barred;
ALTER TABLE blogs DROP COLUMN set_by_hand;
ALTER TABLE blogs DROP COLUMN barred_at;
