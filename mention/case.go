package mention

import (
	"errors"
	"fmt"
	"time"
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
	Claim   Verb = "claim"
	Release Verb = "release"
	Reply   Verb = "replied"
	Dismiss Verb = "dismiss"
	Snooze  Verb = "snooze"
	Reopen  Verb = "reopen"
)

// Reasons a case is dismissed for.
const (
	NotUs       = "not us"
	NotNegative = "not negative"
	Spam        = "spam"
	MutedAuthor = "mute author"
)

// Case is the life of an alerted mention. Version grows by one with every change,
// and every change is a compare-and-set on it.
type Case struct {
	MentionID      ID
	Status         Status
	Version        int64
	OpenedAt       time.Time // when earshot heard of it
	Owner          Person    // while claimed, and who answered afterwards
	ClaimedAt      time.Time
	RepliedAt      time.Time // when the answer was published, or the button pressed
	RepliedBy      string    // the official author seen on the site, or the person who said so
	AnswerVerified bool      // an official answer was really seen on the site
	DismissedAt    time.Time
	Reason         string
	SnoozedAt      time.Time     // when the snooze began; its clocks stand still from then on
	SnoozedUntil   time.Time     // zero while it is not snoozed, and when the end of the snooze is worked off
	SnoozedBy      Person        // nobody while it is not snoozed
	WokeAt         time.Time     // when the last snooze ended
	Waited         time.Duration // how much of its clocks had run by WokeAt, in open hours
	Level          int           // deadline steps taken so far
	OverdueSince   time.Time     // when it should have been taken; zero while it is not overdue
	Duplicates     int           // further places where the same text stands
	ReopenedAt     time.Time     // when somebody opened it again; its clocks begin there
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
}

// Apply changes the case by the action and raises Version, or returns a
// *TakenError (somebody else was first) or ErrNothingToDo and leaves it alone.
func (c *Case) Apply(a Action) error {
	next := *c
	var err error
	switch a.Verb {
	case Claim:
		err = next.claim(a)
	case Release:
		err = next.release(a)
	case Reply:
		err = next.reply(a)
	case Dismiss:
		err = next.dismiss(a)
	case Snooze:
		err = next.snooze(a)
	case Reopen:
		err = next.reopen(a)
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
		c.Status, c.Owner, c.ClaimedAt, c.SnoozedUntil = Claimed, a.By, a.At, time.Time{}
		return nil
	case Claimed:
		if c.Owner.ID == a.By.ID {
			return ErrNothingToDo
		}
	}
	return c.taken()
}

func (c *Case) release(a Action) error {
	if c.Status != Claimed {
		return ErrNothingToDo
	}
	if c.Owner.ID != a.By.ID {
		return c.taken()
	}
	c.Status, c.Owner, c.ClaimedAt = Open, Person{}, time.Time{}
	return nil
}

func (c *Case) reply(a Action) error {
	switch c.Status {
	case Open, Claimed:
		if c.Status == Claimed && c.Owner.ID != a.By.ID {
			return c.taken()
		}
		if c.ClaimedAt.IsZero() {
			c.ClaimedAt = a.At
		}
		c.Status, c.Owner, c.RepliedAt, c.RepliedBy = Replied, a.By, a.At, a.By.Name
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
		if c.Status == Claimed && c.Owner.ID != a.By.ID {
			return c.taken()
		}
		c.Status, c.Owner, c.DismissedAt, c.Reason = Dismissed, a.By, a.At, a.Reason
		return nil
	case Dismissed:
		if c.Owner.ID == a.By.ID && c.Reason == a.Reason {
			return ErrNothingToDo
		}
	}
	return c.taken()
}

func (c *Case) snooze(a Action) error {
	if c.Status != Open && c.Status != Claimed {
		return c.taken()
	}
	if c.Status == Claimed && c.Owner.ID != a.By.ID {
		return c.taken()
	}
	if c.SnoozedUntil.Equal(a.Until) {
		return ErrNothingToDo
	}
	c.SnoozedUntil = a.Until
	return nil
}

func (c *Case) reopen(a Action) error {
	if c.Status != Replied && c.Status != Dismissed {
		return ErrNothingToDo
	}
	c.Status, c.Owner, c.Reason = Open, Person{}, ""
	c.ClaimedAt, c.RepliedAt, c.DismissedAt, c.SnoozedUntil, c.OverdueSince = time.Time{}, time.Time{}, time.Time{}, time.Time{}, time.Time{}
	c.RepliedBy, c.AnswerVerified, c.Level = "", false, 0
	c.ReopenedAt = a.At
	return nil
}

// Answered marks that an official answer stands on the site since at. It wins
// over everything but a dismissal and an answer seen before.
func (c *Case) Answered(by string, at time.Time) error {
	if c.Status == Quiet || c.Status == Dismissed || c.AnswerVerified {
		return ErrNothingToDo
	}
	c.Status, c.RepliedAt, c.RepliedBy, c.AnswerVerified = Replied, at, by, true
	c.Version++
	return nil
}

func (c *Case) taken() error {
	at := c.ClaimedAt
	switch c.Status {
	case Replied:
		at = c.RepliedAt
	case Dismissed:
		at = c.DismissedAt
	}
	return &TakenError{Status: c.Status, By: c.Owner, At: at}
}
