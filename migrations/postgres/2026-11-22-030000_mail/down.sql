DROP TABLE sent_mails;
DROP TABLE member_mails;
DELETE FROM jobs WHERE kind IN ('notify', 'send-digest');
ALTER TABLE pings DROP COLUMN verified_at;
