-- In what words a session's browser is shown to its owner. Only these words are kept.
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';

-- Open invitations: into a hub, in a role, or, without a hub, to the instance. Whoever has the
-- link may take it, once; whoever may invite no more takes their invitations with them.
CREATE TABLE invitations (
    id INTEGER NOT NULL PRIMARY KEY,
    hub_id BIGINT REFERENCES hubs (id) ON DELETE CASCADE,
    role TEXT CHECK (role = 'organizer' OR role = 'moderator'),
    token_hash BLOB NOT NULL UNIQUE,
    email TEXT,
    invited_by BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CHECK ((hub_id IS NULL) = (role IS NULL))
);
CREATE INDEX invitations_by_account ON invitations (invited_by);
CREATE INDEX invitations_by_expiry ON invitations (expires_at);

-- The invitation a sign-up answers.
ALTER TABLE one_use_links ADD COLUMN invitation_id BIGINT REFERENCES invitations (id) ON DELETE CASCADE;
CREATE INDEX one_use_links_by_invitation ON one_use_links (invitation_id) WHERE invitation_id IS NOT NULL;
