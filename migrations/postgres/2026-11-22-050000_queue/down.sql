DROP TABLE hub_events;
DROP TABLE bulk_verdict_pings;
DROP TABLE bulk_verdicts;
ALTER TABLE pings DROP COLUMN held_for;
ALTER TABLE pings DROP COLUMN edited_at;
ALTER TABLE pings DROP COLUMN sent_excerpt;
ALTER TABLE pings DROP COLUMN sent_title;
