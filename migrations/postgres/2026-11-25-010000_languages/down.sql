DROP TABLE category_languages;
