-- Whether the posts of a hub's public categories stand on the pages of topics over all hubs.
ALTER TABLE hubs ADD COLUMN on_topics BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX hubs_on_topics ON hubs (id) WHERE on_topics;
CREATE INDEX categories_by_topic ON categories (slug, hub_id, id) WHERE readers = 'public';
