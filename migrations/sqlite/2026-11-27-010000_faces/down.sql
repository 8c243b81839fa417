DROP TABLE hub_pictures;
DROP TABLE hub_face_drafts;
ALTER TABLE hubs DROP COLUMN face;
