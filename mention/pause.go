package mention

import "time"

// SourcePause is a source that a person paused, beside the pauses of the watchlist.
type SourcePause struct {
	Place  string // digest of where the source is
	Source string // what it was called then
	By     Person
	At     time.Time
	Until  time.Time
}
