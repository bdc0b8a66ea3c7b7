package mention

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

// Status is where a case stands.
type Status string

// The life of a case. A case that was never alerted (praise, baseline) has the
// status Quiet and no clocks.
const (
	Quiet     Status = "quiet"
	Open      Status = "open"
	Claimed   Status = "claimed"
	Replied   Status = "replied"
	Dismissed Status = "dismissed"
)

// Person is somebody who pressed a button, by the id and name of the channel they
// came through.
type Person struct {
	ID   string `json:"id"`   // "slack:U123", "web:ira@example.com"
	Name string `json:"name"` // what others read
}

// Verb is what people do to a case.
type Verb string

// The verbs of the desk.
const (
	Claim    Verb = "claim"
	TakeOver Verb = "take over" // from a colleague who has it
	Assign   Verb = "assign"    // to a colleague
	Release  Verb = "release"
	Reply    Verb = "replied"
	Dismiss  Verb = "dismiss"
	Snooze   Verb = "snooze"
	Wake     Verb = "wake" // end a snooze
	Reopen   Verb = "reopen"
	Undo     Verb = "undo" // one's own dismissal or snooze, within UndoWithin
	Note     Verb = "note" // words for colleagues; the case stays as it is
)

// Reasons a case is dismissed for.
const (
	NotUs       = "not us"
	NotNegative = "not negative"
	Spam        = "spam"
	MutedAuthor = "mute author"
	Gone        = "gone" // the post, from its site; it says nothing of the words, and ends when the post is back
)

// OfWords reports whether a dismissal for this reason says something of the words, and so of their
// copies, too.
func OfWords(reason string) bool { return reason != MutedAuthor && reason != Gone }

// Case is the life of an alerted mention. Version grows by one with every change,
// and every change is a compare-and-set on it.
type Case struct {
	MentionID      ID
	Status         Status
	Version        int64
	OpenedAt       time.Time // when earshot heard of it
	Owner          Person    // while claimed, and who answered afterwards
	ClaimedAt      time.Time // when somebody took it; it stays while it goes from hand to hand
	HandedAt       time.Time // when it was handed to its owner, who did not take it first; before ClaimedAt: never
	NudgedAt       time.Time // when an owner was last nudged
	RepliedAt      time.Time // when the answer was published, or the button pressed
	RepliedBy      string    // the official author seen on the site, or the person who said so
	AnswerVerified bool      // an official answer was really seen on the site
	DismissedAt    time.Time
	Reason         string
	SnoozedAt      time.Time     // when the snooze began; its clocks stand still from then on. An answer in its sleep keeps it
	SnoozedUntil   time.Time     // zero while it is not snoozed, and when the end of the snooze is worked off; a dismissal keeps it
	SnoozedBy      Person        // nobody while it is not snoozed; a dismissal keeps it
	WokeAt         time.Time     // when the last snooze ended
	Waited         time.Duration // how much of its clocks had run by WokeAt, in open hours
	Steps          Steps         // deadline steps taken so far
	OverdueSince   time.Time     // when it should have been taken; zero while it is not overdue
	Duplicates     int           // further places where the same text stands
	ReopenedAt     time.Time     // when somebody opened it again; its clocks begin there
	RankAt         time.Time     // where it stands among those that wait: Begins less its head start
}

// StormCase is where one complaint of a storm stands.
type StormCase struct {
	ID      ID
	Status  Status
	HeardAt time.Time
}

// Due says when the deadlines must look at a case again; a zero At is never. It counts
// for this version of the case only: whoever changes a case makes it due at once.
type Due struct {
	ID      ID
	Version int64
	At      time.Time
}

// MaxSnooze is the longest snooze: what sleeps longer is forgotten.
const MaxSnooze = 90 * 24 * time.Hour

// ErrUntil means that a snooze has no end, or one that has passed or is too far away.
var ErrUntil = errors.New("a snooze ends within 90 days")

// ErrChanged means that the case is not as the person saw it, so that nothing was done.
var ErrChanged = errors.New("the case changed meanwhile")

// UndoWithin is how long a dismissal or a snooze can be undone as if it had never been:
// the clocks go on. Later on Reopen and Wake begin anew.
const UndoWithin = 10 * time.Minute

// AnswerSought is for how long after the last thing that happened to a case the public answer
// is looked for in its thread, and its words are kept for that.
const AnswerSought = 14 * 24 * time.Hour

// MaxNote is the longest note, in characters: what is longer belongs into a document.
const MaxNote = 2000

// ErrNote means that a note is empty or too long.
var ErrNote = errors.New("a note has 1 to 2000 characters")

// Waits reports whether the case waits for an answer: it is open, or somebody has it.
func (c *Case) Waits() bool { return c.Status == Open || c.Status == Claimed }

// Snoozed reports whether somebody put the case off, and it has not woken yet.
func (c *Case) Snoozed() bool {
	return c.SnoozedBy != Person{} && c.Waits()
}

// TakenError says that somebody else already decided, so the caller lost.
type TakenError struct {
	Status Status
	By     Person
	At     time.Time
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("already %s by %s", e.Status, e.By.Name)
}

// ErrNothingToDo means the verb would not change the case: it is already so, and
// by the same person.
var ErrNothingToDo = errors.New("nothing to change")

// Action is a verb with who, when and its argument.
type Action struct {
	Verb   Verb
	By     Person
	At     time.Time
	Reason string    // Dismiss: one of the reasons
	Until  time.Time // Snooze
	From   string    // TakeOver, Assign: the id of the owner whom By saw; empty: nobody had it
	To     Person    // Assign: the new owner
	Text   string    // Note: 1 to MaxNote characters
	// Dismiss: the version of the case that By saw; 0: any. What changed meanwhile may be
	// no spam any more.
	Version int64
}

// Apply changes the case by the action and raises Version, or returns a
// *TakenError (somebody else was first) or ErrNothingToDo and leaves it alone.
func (c *Case) Apply(a Action) error {
	next := *c
	var err error
	switch a.Verb {
	case Claim:
		err = next.claim(a)
	case TakeOver:
		err = next.hand(a, a.By)
	case Assign:
		err = next.hand(a, a.To)
	case Release:
		err = next.release(a)
	case Reply:
		err = next.reply(a)
	case Dismiss:
		err = next.dismiss(a)
	case Snooze:
		err = next.snooze(a)
	case Wake:
		err = next.wake(a)
	case Reopen:
		err = next.reopen(a)
	case Undo:
		err = next.undo(a)
	case Note:
		err = next.note(a)
	default:
		err = fmt.Errorf("unknown verb %q", a.Verb)
	}
	if err != nil {
		return err
	}
	next.Version++
	*c = next
	return nil
}

func (c *Case) claim(a Action) error {
	switch c.Status {
	case Open:
		c.give(a.By, a.At)
		c.ClaimedAt, c.HandedAt = a.At, time.Time{}
		return nil
	case Claimed:
		if c.Owner.ID == a.By.ID {
			return ErrNothingToDo
		}
	}
	return c.taken()
}

// hand gives the case to a person, from the owner whom the one who says so has seen:
// when somebody else took it meanwhile, that claim stands.
func (c *Case) hand(a Action, to Person) error {
	switch {
	case to == (Person{}):
		return ErrNothingToDo
	case c.Status == Open:
		c.ClaimedAt, c.HandedAt = a.At, time.Time{}
		if a.Verb == Assign {
			c.HandedAt = a.At
		}
	case c.Status != Claimed:
		return c.taken()
	case c.Owner.ID == to.ID:
		return ErrNothingToDo
	case c.Owner.ID != a.From:
		return c.taken()
	default:
		c.HandedAt = a.At
	}
	c.give(to, a.At)
	return nil
}

// HadSince is since when the owner of a claimed case has it.
func (c *Case) HadSince() time.Time {
	return Later(c.ClaimedAt, c.HandedAt)
}

func (c *Case) give(to Person, at time.Time) {
	c.Status, c.Owner = Claimed, to
	c.endSnooze(at)
}

// endSnooze ends a snooze before its time. When it ended is kept until Woke.
func (c *Case) endSnooze(at time.Time) {
	if c.SnoozedUntil.After(at) {
		c.SnoozedUntil = at
	}
	c.SnoozedBy = Person{}
}

func (c *Case) wake(a Action) error {
	if !c.Snoozed() {
		return ErrNothingToDo
	}
	if c.anothers(a.By) {
		return c.taken()
	}
	c.endSnooze(a.At)
	return nil
}

// Woke works the end of a snooze off: waited is how much of the clocks had run when it
// began. The caller raises Version.
func (c *Case) Woke(waited time.Duration) {
	c.WokeAt, c.Waited = c.SnoozedUntil, waited
	c.noSnooze()
}

// answerInSleep ends a snooze by an answer. When it began is kept: so long the clocks ran.
func (c *Case) answerInSleep() { c.SnoozedUntil, c.SnoozedBy = time.Time{}, Person{} }

func (c *Case) noSnooze() {
	c.SnoozedAt, c.SnoozedUntil, c.SnoozedBy = time.Time{}, time.Time{}, Person{}
}

func (c *Case) release(a Action) error {
	if c.Status != Claimed {
		return ErrNothingToDo
	}
	if c.anothers(a.By) {
		return c.taken()
	}
	c.Status, c.Owner, c.ClaimedAt = Open, Person{}, time.Time{}
	return nil
}

func (c *Case) reply(a Action) error {
	switch c.Status {
	case Open, Claimed:
		if c.anothers(a.By) {
			return c.taken()
		}
		c.Status, c.Owner, c.RepliedAt, c.RepliedBy = Replied, a.By, a.At, a.By.Name
		c.answerInSleep()
		return nil
	case Replied:
		if c.Owner.ID == a.By.ID {
			return ErrNothingToDo
		}
	}
	return c.taken()
}

func (c *Case) dismiss(a Action) error {
	switch c.Status {
	case Open, Claimed:
		if c.anothers(a.By) {
			return c.taken()
		}
		if a.Version != 0 && a.Version != c.Version {
			return ErrChanged
		}
		c.Status, c.Owner, c.DismissedAt, c.Reason = Dismissed, a.By, a.At, a.Reason
		return nil // what slept sleeps on when this is undone
	case Dismissed:
		if c.Owner.ID == a.By.ID && c.Reason == a.Reason {
			return ErrNothingToDo
		}
	}
	return c.taken()
}

func (c *Case) snooze(a Action) error {
	if !c.Waits() || c.anothers(a.By) {
		return c.taken()
	}
	if c.Snoozed() && c.SnoozedUntil.Equal(a.Until) {
		return ErrNothingToDo
	}
	if !a.Until.After(a.At) || a.Until.After(a.At.Add(MaxSnooze)) {
		return ErrUntil
	}
	switch {
	case c.Snoozed(): // it sleeps since then all the same
	case c.SnoozedUntil.IsZero(), c.SnoozedAt.IsZero(): // not asleep, or since when an earlier earshot did not write down
		c.SnoozedAt = a.At
	default: // one ended just now: its length is kept
		c.SnoozedAt = a.At.Add(c.SnoozedAt.Sub(c.SnoozedUntil))
	}
	c.SnoozedUntil, c.SnoozedBy = a.Until, a.By
	return nil
}

func (c *Case) reopen(a Action) error {
	if c.Status != Replied && c.Status != Dismissed {
		return ErrNothingToDo
	}
	c.Status, c.Owner, c.Reason = Open, Person{}, ""
	c.ClaimedAt, c.RepliedAt, c.DismissedAt, c.OverdueSince = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	c.noSnooze()
	c.WokeAt, c.Waited = time.Time{}, 0
	c.RepliedBy, c.AnswerVerified, c.Steps = "", false, Steps{}
	if !c.RankAt.IsZero() {
		c.RankAt = a.At.Add(c.RankAt.Sub(c.Begins()))
	}
	c.ReopenedAt = a.At
	return nil
}

// Undoable reports whether the person may undo what was done to the case last.
func (c *Case) Undoable(by Person, now time.Time) bool {
	if c.Status == Dismissed {
		return c.Owner.ID == by.ID && now.Sub(c.DismissedAt) <= UndoWithin
	}
	return c.Snoozed() && c.SnoozedBy.ID == by.ID && now.Sub(c.SnoozedAt) <= UndoWithin
}

// undo takes a dismissal or a snooze back. Who dismisses a case that somebody has is its
// owner, so a case that was claimed goes back to the one who undoes.
func (c *Case) undo(a Action) error {
	if !c.Undoable(a.By, a.At) {
		if c.Status == Replied || c.Status == Dismissed {
			return c.taken()
		}
		return ErrNothingToDo
	}
	if c.Status != Dismissed {
		c.noSnooze()
		return nil
	}
	c.Status, c.DismissedAt, c.Reason = Open, time.Time{}, ""
	if !c.ClaimedAt.IsZero() {
		c.Status = Claimed
	} else {
		c.Owner = Person{}
	}
	return nil
}

// Begins is when the case began to wait: its opening, or the last time somebody opened it again.
func (c *Case) Begins() time.Time {
	return Later(c.OpenedAt, c.ReopenedAt)
}

// Later is the later one of two moments.
func Later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Runs is since when the clocks of a case run whose message people could see from then on: anew when
// it was opened again. After a snooze they go on: waited is what had run before.
func (c *Case) Runs(seen time.Time) (since time.Time, waited time.Duration) {
	since = Later(c.Begins(), seen)
	if c.WokeAt.After(since) {
		return c.WokeAt, c.Waited
	}
	return since, 0
}

// HeadStart is by how much the case stands in the list before others that began to wait
// when it did; 0 for cases of an earlier earshot.
func (c *Case) HeadStart() time.Duration {
	if c.RankAt.IsZero() {
		return 0
	}
	return c.Begins().Sub(c.RankAt)
}

// note changes nothing but the version, so that whoever looks at the case reads it.
func (c *Case) note(a Action) error {
	if n := utf8.RuneCountInString(a.Text); n == 0 || n > MaxNote {
		return ErrNote
	}
	return nil
}

// Answered marks that an official answer stands on the site since at. It wins
// over everything but a dismissal and an answer seen before.
func (c *Case) Answered(by string, at time.Time) error {
	if c.Status == Quiet || c.Status == Dismissed || c.AnswerVerified {
		return ErrNothingToDo
	}
	c.Status, c.RepliedAt, c.RepliedBy, c.AnswerVerified = Replied, at, by, true
	c.answerInSleep()
	c.Version++
	return nil
}

// anothers reports whether somebody else than this person has the case.
func (c *Case) anothers(by Person) bool { return c.Status == Claimed && c.Owner.ID != by.ID }

func (c *Case) taken() error {
	at := c.HadSince()
	switch c.Status {
	case Replied:
		at = c.RepliedAt
	case Dismissed:
		at = c.DismissedAt
	}
	return &TakenError{Status: c.Status, By: c.Owner, At: at}
}
