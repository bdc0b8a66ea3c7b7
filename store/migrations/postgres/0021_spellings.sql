-- Words are found however they are spelled. What an earlier earshot wrote down for that holds
-- apostrophes that are letters to Unicode, of which the same word has none when it is looked for.
UPDATE mentions SET terms = REPLACE(REPLACE(terms, 'ѐ', 'е'), 'ѝ', 'и') WHERE terms LIKE '%ѐ%' OR terms LIKE '%ѝ%';

-- only here
UPDATE mentions SET terms = array_to_string(array_remove(string_to_array(translate(terms, 'ʹʻʼʽ', '    '), ' '), ''), ' ')
 WHERE terms ~ '[ʹʻʼʽ]';
