-- An address is the same place with "www." and without it: the hashes of those with it are made
-- anew when the database is opened (hashAddresses).
UPDATE mentions SET url_key = NULL WHERE lower(url) LIKE '%://www.%' OR lower(thread_url) LIKE '%://www.%';
