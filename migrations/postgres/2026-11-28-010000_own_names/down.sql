DROP TABLE hub_names;
ALTER TABLE hubs DROP COLUMN own_home;
