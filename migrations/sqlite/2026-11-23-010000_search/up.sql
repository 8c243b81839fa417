-- The words of each listed ping, folded by us (model/words.rs), so that both databases find the
-- same. A row is there exactly while its ping is public: db/listed/words.rs.
CREATE TABLE ping_words (
    ping_id INTEGER NOT NULL PRIMARY KEY,
    hub_id BIGINT NOT NULL,
    words TEXT NOT NULL,
    UNIQUE (hub_id, ping_id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);

-- Which words are where, and nothing else: they come folded, with blanks between them.
CREATE VIRTUAL TABLE ping_words_index USING fts5 (
    words, content = 'ping_words', content_rowid = 'ping_id',
    tokenize = "ascii tokenchars '_'", detail = none, columnsize = 0
);
-- What is taken off the lists leaves no words in the file (T40).
INSERT INTO ping_words_index (ping_words_index, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER ping_words_inserted AFTER INSERT ON ping_words BEGIN
    INSERT INTO ping_words_index (rowid, words) VALUES (new.ping_id, new.words);
END;
CREATE TRIGGER ping_words_updated AFTER UPDATE ON ping_words BEGIN
    INSERT INTO ping_words_index (ping_words_index, rowid, words) VALUES ('delete', old.ping_id, old.words);
    INSERT INTO ping_words_index (rowid, words) VALUES (new.ping_id, new.words);
END;
CREATE TRIGGER ping_words_deleted AFTER DELETE ON ping_words BEGIN
    INSERT INTO ping_words_index (ping_words_index, rowid, words) VALUES ('delete', old.ping_id, old.words);
END;

-- A blog's posts in a hub, newest first.
CREATE INDEX pings_listed_of_blog ON pings (hub_id, blog_id, listed_at, id) WHERE state = 'listed' AND hidden_at IS NULL;
