package match

import "sync"

// Set is a compiled watchlist. It never changes and may be used by many
// goroutines at once.
type Set struct {
	*known
	watches []watch
	names   lexicon // the terms
	terms   []term
	handles map[string][]int32 // account names to terms
	side    lexicon            // context, ignore and none: read only when a term stands in the text
	phrases []phrase

	runs sync.Pool // *scratch
}

// watch is a compiled Watch.
type watch struct {
	Watch
	context []int32 // phrases
	ignore  []int32
	rivals  []int32
	any     []cond
	all     []cond
	none    []cond
	primary bool // some term of Terms names the watch; else those of any and all do
}

// cond is a compiled Expr: a leaf is a term of names, or a phrase of side when
// it stands under none.
type cond struct {
	term           int32 // -1: a group
	phrase         int32 // -1: not a phrase
	any, all, none []cond
}

// term is a compiled Term that may name a watch.
type term struct {
	Term
	watch      int32
	role       role
	parsed     parsed
	reading             // the first of the readings it goes by
	preposed   bool     // begins with a preposition, and the rest are everyday words: На связи
	letters    bool     // begins or ends with a word of one letter that is one of speech, too: Таврія В
	tiny       bool     // a word of it has one or two letters
	spoken     bool     // begins with a word of speech, which has a capital by itself: Ваш
	given      []uint64 // the watch's own first names, when this is their surname alone
	initials   []folded // and their first letters
	surname    bool     // its genitive plural is a frequent surname
	arithmetic bool     // holds signs: 1+1
	bang       bool     // ends with a sign that may repeat: Yahoo!
	leaf       int32    // the number the term goes by; its reading with capitals is a term of its own, and shares it
}

// role says what a term is for.
type role uint8

const (
	roleName    role = iota // names the watch
	roleOperand             // of any, all, none
	roleContext
	roleIgnore
)

// phrase is a compiled context, ignore or none term; equal ones are one.
type phrase struct {
	text   string
	role   role
	prefix string
	handle bool
}

// IsLegalForm says whether a word is a legal form, as ООО and Ltd are: found in posts about any firm.
func (s *Set) IsLegalForm(word string) bool { return s.beside["legal"][s.fold.foldWord(word)] }
