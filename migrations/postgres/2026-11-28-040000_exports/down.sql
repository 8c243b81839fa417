DROP TABLE hub_restorations;
DROP TABLE hub_exports;
