-- Names of staff go from closed cases when the words of the mention go. Of mentions that
-- were erased before this, they go now.
UPDATE cases SET owner_id = '', owner_name = '', replied_by = '', snoozed_by_id = '', snoozed_by_name = ''
WHERE status NOT IN ('open', 'claimed') AND mention_id IN (SELECT id FROM mentions WHERE erased = 1);
UPDATE events SET detail = '' WHERE detail <> '' AND mention_id IN (SELECT id FROM mentions WHERE erased = 1);
