DROP INDEX categories_by_topic;
DROP INDEX hubs_on_topics;
ALTER TABLE hubs DROP COLUMN on_topics;
