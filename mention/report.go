package mention

import "time"

// Times are the clocks of one alerted case, for reports: medians are made of
// these. Zero times have not happened.
type Times struct {
	MentionID      ID
	Watch          string
	Source         string
	Author         string // empty when unknown, or erased
	Lang           string
	Severity       Severity
	Topics         []string
	Status         Status
	Owner          Person
	Published      time.Time // when the author published it; zero when unknown
	DateOnly       bool      // Published is a day, or that of other words, so its distance to Heard says nothing
	Heard          time.Time // when it was heard, or became a complaint by an edit
	Posted         time.Time // when its message was accepted by the channel; zero when it was not
	Claimed        time.Time
	Replied        time.Time
	AnswerVerified bool
	Reopened       time.Time     // when its clocks began anew; zero when they did not
	Snoozed        time.Time     // when it was put off, or its post went from the site; zero while neither is so: its clocks stand still, or did until the answer
	Woke           time.Time     // when its clocks went on after a snooze
	Waited         time.Duration // how much of them had run by then, in open hours
}

// ReplyTimes are the clocks of one answer that was let go, for reports. Zero times have not
// happened.
type ReplyTimes struct {
	Watch     string
	Source    string // by the name it has now
	Status    ReplyStatus
	NeverSent bool      // it was given up before a call was made: withdrawn, or the watchlist changed
	Sent      time.Time // somebody pressed Send, or approved it
	Seen      time.Time // a poll saw it under its complaint
}

// Counts is how much lies where, for health and metrics.
type Counts struct {
	Pending       int       // alerts waiting to be posted
	Posting       int       // alerts under way or in doubt
	OldestPending time.Time // CreatedAt of the longest waiting alert that is due; zero when none
	Open          int       // cases that nobody has taken or snoozed, and whose post is not gone from its site
	OldestOpen    time.Time // since when the one of them waits, by its clocks, that waits longest; zero when none
	Claimed       int       // cases taken and not answered
}

// Feedback is a verdict of staff on one text: what earshot called negative, and
// they did not.
type Feedback struct {
	MentionID ID
	Watch     string
	Source    string
	Kind      PostKind
	Simhash   uint64
	Score     Score // what earshot said
	Title     string
	Text      string
	By        Person
	At        time.Time
}
