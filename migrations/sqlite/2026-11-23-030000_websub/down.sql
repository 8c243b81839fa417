ALTER TABLE hubs DROP COLUMN pushed;
DROP TABLE websub_announcements;
DROP TABLE websub_subscriptions;
