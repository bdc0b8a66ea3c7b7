-- Answers of the last weeks are asked for at each scrape of the metrics: those of years are not read.
CREATE INDEX replies_approved ON replies (approved_at, id) WHERE approved_at > 0;
