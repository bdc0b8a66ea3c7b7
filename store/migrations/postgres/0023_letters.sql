-- Words are found however they are spelled: most people write е for ё, and look for it so.
-- only here
UPDATE mentions SET terms = REPLACE(terms, 'ё', 'е') WHERE terms LIKE '%ё%';
