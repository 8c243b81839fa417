DROP TABLE series_hubs;
DROP TABLE series;
