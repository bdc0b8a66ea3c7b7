-- Words are found however they are spelled. What an earlier earshot wrote down for that holds
-- apostrophes that are letters to Unicode, of which the same word has none when it is looked for.
UPDATE mentions SET terms = REPLACE(REPLACE(terms, 'ѐ', 'е'), 'ѝ', 'и') WHERE terms LIKE '%ѐ%' OR terms LIKE '%ѝ%';

-- only here
UPDATE mentions SET terms = REPLACE(REPLACE(REPLACE(REPLACE(terms, 'ʹ', ' '), 'ʻ', ' '), 'ʼ', ' '), 'ʽ', ' ')
 WHERE terms LIKE '%ʹ%' OR terms LIKE '%ʻ%' OR terms LIKE '%ʼ%' OR terms LIKE '%ʽ%';
