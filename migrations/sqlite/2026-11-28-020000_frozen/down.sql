DROP TABLE kept_away;
ALTER TABLE hubs DROP COLUMN closing_words;
ALTER TABLE hubs DROP COLUMN frozen_at;
