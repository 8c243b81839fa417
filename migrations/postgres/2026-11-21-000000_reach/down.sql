DROP TABLE followed_feeds;
DROP TABLE page_readings;
DROP TABLE jobs;
