// Package mention holds the words of earshot: what a post, a mention, a score, a
// case, an alert and an event are, and the pure state changes between them.
//
// It imports the standard library only. It must not read a clock, touch a disk
// or the network, or know a store, a site or a channel: every time and every
// choice comes in as an argument.
package mention

import "time"

// Mention is a post that concerns one watch.
type Mention struct {
	ID       ID
	Watch    string
	Post     Post
	Spans    []Span
	Score    Score
	Severity Severity // 0: not alerted
	Simhash  uint64   // of the words of the post; near-duplicates differ in few bits
	Official bool     // written by an official author of the watch
	HeardAt  time.Time
	EditedAt time.Time // when earshot saw the last edit; zero when never edited
	Erased   bool      // its words and names are, on request or because their time was up; the rest is for figures
}

// AnalyzedPost is one new or edited post with the mentions in it (none is fine).
type AnalyzedPost struct {
	Post     Post
	Mentions []Mention
}

// PendingMention is a mention on its way into the store, as the planner sees and fills it.
type PendingMention struct {
	Mention  Mention
	Previous *Mention // what was stored before, when the post was edited
	Earlier  *Post    // the post before the edit, where it is no mention of this watch yet; nil without its words
	Case     Case     // stored case for an edited mention; the planner sets it for a new one
	Alerts   []Alert  // to enqueue; the planner appends
	Events   []Event  // to record; the planner appends
	Also     []Case   // cases of other mentions this one changes (an answer closes them); Version is the stored one plus 1
	Baseline bool
	Recount  bool // an edit that changed numbers or what stands around the words: drawn, not recorded
	Reread   bool // an edit that nobody made: the place is laid out in another way
}

// MentionRecord is an alerted mention as the store holds it: what the planner compares
// a new one with.
type MentionRecord struct {
	Mention Mention
	Case    Case
	Details []byte  // Alert.Payload of its own message, in lists and case files; nil elsewhere
	Alert   AlertID // its own message: a complaint, or the duplicate reply it got
	Damage  string  // what of the stored row could not be read; the rest is as stored
}
