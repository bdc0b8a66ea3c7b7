package mention

import "time"

// Session is one sign-in of a person at a browser, or a link that waits to be one.
type Session struct {
	Hash   [32]byte // of what the browser holds
	Way    string   // how the person signed in
	Person Person
	Email  string // verified; empty when not known
	MadeAt time.Time
	SeenAt time.Time // the last request, to some minutes
}

// Preference is how a person wants the pages.
type Preference struct {
	PersonID string
	Lang     string // en, ru, uk, bg; empty: what the browser asks for
	Zone     string // of Go's time.LoadLocation; empty: that of the team
	At       time.Time
}
