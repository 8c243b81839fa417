DROP TABLE post_changes;
