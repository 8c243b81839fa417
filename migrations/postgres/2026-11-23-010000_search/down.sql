DROP INDEX pings_listed_of_blog;
DROP TABLE ping_words;
