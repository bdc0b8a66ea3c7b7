package mention

import "time"

// Author is what is known of one author at one source.
type Author struct {
	Alerted      int       // alerted mentions since the time asked for
	Lately       int       // those of the last half hour, where Alerted are enough for a flood; else it may be less
	Complaints   int       // without those that people dismissed as none (OfWords)
	LastAnswered bool      // the newest complaint was answered
	MutedUntil   time.Time // somebody pressed "mute author"; zero when nobody did
}

// MuteFor is how long a mute lasts: a quarter, after which somebody should look again.
const MuteFor = 90 * 24 * time.Hour

// Mute is an author whose complaints at one source raise no alert, but for those that
// are critical.
type Mute struct {
	MentionID ID // where the button was pressed
	Source    string
	Author    string
	By        Person
	At, Until time.Time
}
