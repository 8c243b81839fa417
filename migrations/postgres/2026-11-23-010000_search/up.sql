-- The words of each listed ping, folded by us (model/words.rs), so that both databases find the
-- same. A row is there exactly while its ping is public: db/listed/words.rs.
CREATE TABLE ping_words (
    ping_id BIGINT NOT NULL,
    hub_id BIGINT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (hub_id, ping_id),
    FOREIGN KEY (hub_id, ping_id) REFERENCES pings (hub_id, id) ON DELETE CASCADE
);

-- Which words are where, and nothing else: they come folded, with blanks between them, so that the
-- server's own parser and dictionaries have no say.
CREATE INDEX ping_words_index ON ping_words USING gin (array_to_tsvector(string_to_array(words, ' ')));

-- A blog's posts in a hub, newest first.
CREATE INDEX pings_listed_of_blog ON pings (hub_id, blog_id, listed_at, id) WHERE state = 'listed' AND hidden_at IS NULL;
