ALTER TABLE page_readings DROP COLUMN failed_since;
ALTER TABLE categories DROP COLUMN is_default;
