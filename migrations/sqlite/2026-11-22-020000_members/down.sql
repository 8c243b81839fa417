DROP INDEX one_use_links_by_invitation;
ALTER TABLE one_use_links DROP COLUMN invitation_id;
DROP TABLE invitations;
ALTER TABLE sessions DROP COLUMN browser;
