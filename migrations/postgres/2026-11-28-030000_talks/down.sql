ALTER TABLE hubs DROP COLUMN talk_count;
DROP TABLE page_links;
DROP TABLE ping_talks;
DROP TABLE talks;
DROP TABLE programmes;
