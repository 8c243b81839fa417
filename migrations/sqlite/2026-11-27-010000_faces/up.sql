-- A hub's own face, as JSON: which logo and banner, links, words over the form.
ALTER TABLE hubs ADD COLUMN face TEXT NOT NULL DEFAULT '{}';

-- The face and the accent that organizers prepare, until they make them public.
CREATE TABLE hub_face_drafts (
    hub_id BIGINT NOT NULL PRIMARY KEY REFERENCES hubs (id) ON DELETE CASCADE,
    face TEXT NOT NULL,
    accent TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);

-- The pictures of faces and drafts, written anew, by a hash of their bytes.
CREATE TABLE hub_pictures (
    hub_id BIGINT NOT NULL REFERENCES hubs (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    bytes BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (hub_id, name)
);
