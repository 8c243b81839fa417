-- How many posts of a category are listed in each language (its primary tag): what a list can be narrowed to.
CREATE TABLE category_languages (
    hub_id BIGINT NOT NULL,
    category_id BIGINT NOT NULL,
    language TEXT NOT NULL,
    listed_count BIGINT NOT NULL,
    PRIMARY KEY (hub_id, category_id, language),
    FOREIGN KEY (hub_id, category_id) REFERENCES categories (hub_id, id) ON DELETE CASCADE
);
