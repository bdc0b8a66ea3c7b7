-- Whether an answer of the company's own was ever seen at a source is asked for each review that is said to be answered.
CREATE INDEX mentions_official ON mentions (source) WHERE official = 1;
