-- Whether an answer of the company's own was ever seen at a source is asked for each review that is said to be answered, and
-- which stand in the thread of a complaint for each complaint: all reviews of an app are one thread.
CREATE INDEX mentions_official ON mentions (source, thread_key) WHERE official = 1;
