package mention

import (
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	ira   = Person{ID: "slack:U1", Name: "Ira"}
	oleh  = Person{ID: "slack:U2", Name: "Oleh"}
	maria = Person{ID: "web:m", Name: "Maria"}
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

func TestVerbs(t *testing.T) {
	act := func(v Verb, by Person) Action { return Action{Verb: v, By: by, At: noon, Reason: Spam} }
	snooze := Action{Verb: Snooze, By: ira, At: noon, Until: noon.Add(time.Hour)}
	for _, c := range []struct {
		name   string
		before []Action
		do     Action
		want   Status
		owner  Person
		taken  Person // who has it, when the verb loses
		no     bool   // ErrNothingToDo
	}{
		{"claim", nil, act(Claim, ira), Claimed, ira, Person{}, false},
		{"claim twice", []Action{act(Claim, ira)}, act(Claim, ira), Claimed, ira, Person{}, true},
		{"claim what another has", []Action{act(Claim, ira)}, act(Claim, oleh), Claimed, ira, ira, false},
		{"release", []Action{act(Claim, ira)}, act(Release, ira), Open, Person{}, Person{}, false},
		{"release another's", []Action{act(Claim, ira)}, act(Release, oleh), Claimed, ira, ira, false},
		{"release what nobody has", nil, act(Release, ira), Open, Person{}, Person{}, true},
		{"reply without a claim", nil, act(Reply, ira), Replied, ira, Person{}, false},
		{"reply to another's", []Action{act(Claim, ira)}, act(Reply, oleh), Claimed, ira, ira, false},
		{"dismiss", nil, act(Dismiss, ira), Dismissed, ira, Person{}, false},
		{"claim what is dismissed", []Action{act(Dismiss, ira)}, act(Claim, oleh), Dismissed, ira, ira, false},
		{"dismiss what is answered", []Action{act(Reply, ira)}, act(Dismiss, oleh), Replied, ira, ira, false},
		{"reopen what is answered", []Action{act(Reply, ira)}, act(Reopen, oleh), Open, Person{}, Person{}, false},
		{"reopen what is open", nil, act(Reopen, oleh), Open, Person{}, Person{}, true},
		{"take over what another has", []Action{act(Claim, ira)}, Action{Verb: TakeOver, By: oleh, At: noon, From: ira.ID}, Claimed, oleh, Person{}, false},
		{"take over one's own", []Action{act(Claim, ira)}, Action{Verb: TakeOver, By: ira, At: noon, From: ira.ID}, Claimed, ira, Person{}, true},
		{"take over what nobody has any more", []Action{act(Claim, ira), act(Release, ira)}, Action{Verb: TakeOver, By: oleh, At: noon, From: ira.ID}, Claimed, oleh, Person{}, false},
		{"take over from one who has it no more", []Action{act(Claim, maria)}, Action{Verb: TakeOver, By: oleh, At: noon, From: ira.ID}, Claimed, maria, maria, false},
		{"take over what is answered", []Action{act(Claim, ira), act(Reply, ira)}, Action{Verb: TakeOver, By: oleh, At: noon, From: ira.ID}, Replied, ira, ira, false},
		{"assign what nobody has", nil, Action{Verb: Assign, By: ira, At: noon, To: oleh}, Claimed, oleh, Person{}, false},
		{"assign what another has", []Action{act(Claim, ira)}, Action{Verb: Assign, By: maria, At: noon, From: ira.ID, To: oleh}, Claimed, oleh, Person{}, false},
		{"assign to who has it", []Action{act(Claim, oleh)}, Action{Verb: Assign, By: maria, At: noon, From: oleh.ID, To: oleh}, Claimed, oleh, Person{}, true},
		{"assign what somebody took meanwhile", []Action{act(Claim, ira)}, Action{Verb: Assign, By: maria, At: noon, To: oleh}, Claimed, ira, ira, false},
		{"assign what is dismissed", []Action{act(Dismiss, ira)}, Action{Verb: Assign, By: maria, At: noon, To: oleh}, Dismissed, ira, ira, false},
		{"wake what does not sleep", nil, act(Wake, ira), Open, Person{}, Person{}, true},
		{"wake what sleeps", []Action{snooze}, act(Wake, oleh), Open, Person{}, Person{}, false},
		{"wake what another put off", []Action{act(Claim, ira), snooze}, act(Wake, oleh), Claimed, ira, ira, false},
		{"wake what is answered", []Action{snooze, act(Reply, ira)}, act(Wake, ira), Replied, ira, Person{}, true},
		{"snooze what another has", []Action{act(Claim, ira)}, Action{Verb: Snooze, By: oleh, At: noon, Until: noon.Add(time.Hour)}, Claimed, ira, ira, false},
		{"snooze what is answered", []Action{act(Reply, ira)}, snooze, Replied, ira, ira, false},
		{"dismiss twice", []Action{act(Dismiss, ira)}, act(Dismiss, ira), Dismissed, ira, Person{}, true},
		{"dismiss what is spam as another's, too", []Action{act(Dismiss, ira)}, Action{Verb: Dismiss, By: ira, At: noon, Reason: NotUs}, Dismissed, ira, ira, false},
		{"assign to nobody", nil, Action{Verb: Assign, By: ira, At: noon}, Open, Person{}, Person{}, true},
		{"undo what is answered", []Action{act(Reply, ira)}, act(Undo, oleh), Replied, ira, ira, false},
		{"undo what nobody did", nil, act(Undo, ira), Open, Person{}, Person{}, true},
		{"undo a dismissal of what was claimed before and given back", []Action{act(Claim, ira), act(Release, ira), act(Dismiss, oleh)}, act(Undo, oleh), Open, Person{}, Person{}, false},
		{"claim after reopen", []Action{act(Dismiss, ira), act(Reopen, oleh)}, act(Claim, oleh), Claimed, oleh, Person{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cs := Case{Status: Open, Version: 1}
			for _, a := range c.before {
				if err := cs.Apply(a); err != nil {
					t.Fatal(err)
				}
			}
			before := cs
			err := cs.Apply(c.do)
			var taken *TakenError
			switch {
			case c.no:
				if !errors.Is(err, ErrNothingToDo) {
					t.Errorf("error %v, want nothing to do", err)
				}
			case c.taken != Person{}:
				if !errors.As(err, &taken) || taken.By != c.taken || !taken.At.Equal(noon) {
					t.Errorf("error %v, want taken by %s since noon", err, c.taken.Name)
				}
			case err != nil:
				t.Error(err)
			}
			if cs.Status != c.want || cs.Owner != c.owner {
				t.Errorf("%s of %q, want %s of %q", cs.Status, cs.Owner.Name, c.want, c.owner.Name)
			}
			if err != nil && cs != before {
				t.Error("a verb that lost changed the case")
			}
			if err == nil && cs.Version != before.Version+1 {
				t.Errorf("version %d after %d", cs.Version, before.Version)
			}
			if before.Version = cs.Version; err == nil && cs == before {
				t.Error("a verb that won changed nothing")
			}
		})
	}
}

// Whatever people press in whatever order: a claimed case has exactly one owner, an open one has none and
// nothing of an earlier one, what is answered does not sleep, only what reopens changes what is closed, and
// the version counts the changes.
func TestAnyOrderOfVerbs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Case{Status: Open, Version: 1}
		changes := int64(0)
		for range rapid.IntRange(1, 40).Draw(t, "presses") {
			a := Action{
				Verb:   rapid.SampledFrom([]Verb{Claim, Release, Reply, Dismiss, Snooze, Wake, Reopen, TakeOver, Assign, Undo}).Draw(t, "verb"),
				By:     rapid.SampledFrom([]Person{ira, oleh, maria}).Draw(t, "by"),
				From:   rapid.SampledFrom([]string{"", ira.ID, oleh.ID, maria.ID}).Draw(t, "from"),
				To:     rapid.SampledFrom([]Person{ira, oleh, maria}).Draw(t, "to"),
				At:     noon,
				Reason: rapid.SampledFrom([]string{NotUs, NotNegative, Spam}).Draw(t, "reason"),
				Until:  noon.Add(time.Hour),
			}
			before, owner, status := c, c.Owner, c.Status
			if c.Apply(a) == nil {
				changes++
				if before.Version = c.Version; before == c {
					t.Fatalf("%s changed nothing", a.Verb)
				}
				if closed := status == Replied || status == Dismissed; closed && a.Verb != Reopen && a.Verb != Undo {
					t.Fatalf("%s changed what was %s", a.Verb, status)
				}
				handed := (a.Verb == TakeOver || a.Verb == Assign) && a.From == owner.ID
				if status == Claimed && owner.ID != a.By.ID && !handed {
					t.Fatalf("%s by %s changed what %s had", a.Verb, a.By.Name, owner.Name)
				}
			}
			if c.Status == Claimed && (c.Owner == Person{} || c.ClaimedAt.IsZero()) {
				t.Fatal("claimed by nobody")
			}
			if c.Status == Open && (c.Owner != (Person{}) || !c.ClaimedAt.IsZero()) {
				t.Fatalf("open, but %q has it since %s", c.Owner.Name, c.ClaimedAt)
			}
			if c.Status == Replied && (c.RepliedBy != c.Owner.Name || !c.SnoozedUntil.IsZero() || c.SnoozedBy != (Person{})) {
				t.Fatalf("answered, and asleep or by nobody: %+v", c)
			}
			if c.Version != 1+changes {
				t.Fatalf("version %d after %d changes", c.Version, changes)
			}
		}
	})
}

func TestAnswered(t *testing.T) {
	c := Case{Status: Claimed, Owner: ira, Version: 2}
	if err := c.Answered("Support", noon); err != nil {
		t.Fatal(err)
	}
	if c.Status != Replied || !c.AnswerVerified || c.RepliedBy != "Support" || !c.RepliedAt.Equal(noon) || c.Version != 3 {
		t.Errorf("%+v", c)
	}
	if err := c.Answered("Support", noon.Add(time.Hour)); !errors.Is(err, ErrNothingToDo) {
		t.Errorf("a second answer: %v, want nothing to do", err)
	}
	dismissed := Case{Status: Dismissed}
	if err := dismissed.Answered("Support", noon); !errors.Is(err, ErrNothingToDo) {
		t.Errorf("an answer to what was dismissed: %v, want nothing to do", err)
	}
}

// TestSnoozeIsSomebodys: a snooze names who made it, ends before it began for nobody, and
// leaves nothing on a case that is closed.
// TestSnoozedBefore: an earlier earshot wrote down until when a case sleeps, not since when and by whom. Who makes
// it sleep longer begins its sleep.
func TestSnoozedBefore(t *testing.T) {
	c := Case{Status: Open, Version: 1, OpenedAt: noon, SnoozedUntil: noon.Add(time.Hour)}
	at := noon.Add(time.Minute)
	if err := c.Apply(Action{Verb: Snooze, By: ira, At: at, Until: noon.Add(3 * time.Hour)}); err != nil || !c.SnoozedAt.Equal(at) {
		t.Errorf("asleep since %s, %v", c.SnoozedAt, err)
	}
}

func TestSnoozeIsSomebodys(t *testing.T) {
	until := noon.Add(time.Hour)
	c := Case{Status: Open, Version: 1}
	for _, wrong := range []time.Time{noon, noon.Add(-time.Hour), noon.Add(MaxSnooze + time.Minute)} {
		if err := c.Apply(Action{Verb: Snooze, By: ira, At: noon, Until: wrong}); !errors.Is(err, ErrUntil) {
			t.Errorf("snoozed until %s: %v", wrong, err)
		}
	}
	apply := func(a Action) {
		t.Helper()
		if err := c.Apply(a); err != nil {
			t.Fatal(err)
		}
	}
	apply(Action{Verb: Snooze, By: ira, At: noon, Until: until})
	if !c.Snoozed() || c.SnoozedBy != ira || !c.SnoozedAt.Equal(noon) {
		t.Errorf("%+v", c)
	}
	// Longer: it sleeps since noon all the same.
	apply(Action{Verb: Snooze, By: oleh, At: noon.Add(time.Minute), Until: until.Add(time.Hour)})
	if c.SnoozedBy != oleh || !c.SnoozedAt.Equal(noon) {
		t.Errorf("%+v", c)
	}
	apply(Action{Verb: Claim, By: ira, At: noon.Add(2 * time.Minute)})
	if c.Snoozed() || !c.SnoozedUntil.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("a claim does not end the snooze: %+v", c)
	}
	c.Woke(time.Minute)
	if c.Waited != time.Minute || !c.WokeAt.Equal(noon.Add(2*time.Minute)) || !c.SnoozedAt.IsZero() || !c.SnoozedUntil.IsZero() {
		t.Errorf("%+v", c)
	}
	apply(Action{Verb: Snooze, By: ira, At: noon.Add(3 * time.Minute), Until: until})
	apply(Action{Verb: Dismiss, By: ira, At: noon.Add(4 * time.Minute), Reason: Spam})
	if c.Snoozed() {
		t.Errorf("a closed case is snoozed: %+v", c)
	}
	apply(Action{Verb: Reopen, By: ira, At: noon.Add(5 * time.Minute)})
	if c.Waited != 0 || !c.WokeAt.IsZero() || c.Snoozed() || !c.SnoozedUntil.IsZero() {
		t.Errorf("a reopened case has an old clock: %+v", c)
	}
}

// TestReplyIsNoClaim: who answers at once took nothing before.
func TestReplyIsNoClaim(t *testing.T) {
	c := Case{Status: Open, Version: 1}
	if err := c.Apply(Action{Verb: Reply, By: ira, At: noon}); err != nil || !c.ClaimedAt.IsZero() {
		t.Errorf("claimed at %s (%v)", c.ClaimedAt, err)
	}
}

func TestUndo(t *testing.T) {
	at := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	for _, claimed := range []bool{false, true} {
		c := Case{Status: Open, Version: 1, OpenedAt: at, Steps: Steps{Unclaimed: StepNamed}}
		if claimed {
			if err := c.Apply(Action{Verb: Claim, By: ira, At: at}); err != nil {
				t.Fatal(err)
			}
		}
		before := c
		for _, a := range []Action{{Verb: Dismiss, Reason: Spam, Version: c.Version}, {Verb: Snooze, Until: at.Add(time.Hour)}} {
			a.By, a.At = ira, at
			if err := c.Apply(a); err != nil {
				t.Fatal(err)
			}
			if err := c.Apply(Action{Verb: Undo, By: oleh, At: at}); err == nil {
				t.Errorf("%s: somebody else undid it", a.Verb)
			}
			late := c
			if err := late.Apply(Action{Verb: Undo, By: ira, At: at.Add(UndoWithin + 1)}); err == nil {
				t.Errorf("%s: undone too late", a.Verb)
			}
			if err := c.Apply(Action{Verb: Undo, By: ira, At: at.Add(UndoWithin)}); err != nil {
				t.Fatal(err)
			}
			c.Version = before.Version
			if c != before {
				t.Errorf("%s undone: %+v, want %+v", a.Verb, c, before)
			}
		}
	}
}

// TestUndoneWhileItSlept: a snoozed complaint that is dismissed by a slip sleeps on when that
// is undone, as if it had never been.
func TestUndoneWhileItSlept(t *testing.T) {
	c := Case{Status: Open, Version: 1, OpenedAt: noon}
	if err := c.Apply(Action{Verb: Snooze, By: oleh, At: noon, Until: noon.Add(24 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	before, at := c, noon.Add(5*time.Hour)
	if err := c.Apply(Action{Verb: Dismiss, By: ira, At: at, Reason: Spam}); err != nil || c.Snoozed() {
		t.Fatalf("dismissed it sleeps: %v %+v", err, c)
	}
	if err := c.Apply(Action{Verb: Undo, By: ira, At: at.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	if c.Version = before.Version; c != before {
		t.Errorf("undone: %+v, want %+v", c, before)
	}
}

// A dismissal holds for what the person saw.
func TestDismissWhatWasSeen(t *testing.T) {
	c := Case{Status: Open, Version: 3}
	if err := c.Apply(Action{Verb: Dismiss, Reason: Spam, Version: 2}); !errors.Is(err, ErrChanged) || c.Status != Open {
		t.Errorf("%v, %+v", err, c)
	}
	for text, want := range map[string]error{"": ErrNote, strings.Repeat("я", MaxNote+1): ErrNote, strings.Repeat("я", MaxNote): nil} {
		if err := c.Apply(Action{Verb: Note, Text: text}); !errors.Is(err, want) {
			t.Errorf("a note of %d bytes: %v", len(text), err)
		}
	}
	if c.Version != 4 || c.Status != Open {
		t.Errorf("after a note: %+v", c)
	}
}

// TestHadSince: a claim stays from hand to hand, and a moment of an owner before it is none: a program that
// knows no hand-over leaves what it does not know.
func TestHadSince(t *testing.T) {
	c := Case{Status: Open, Version: 1, OpenedAt: noon, HandedAt: noon.Add(-time.Hour)}
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	for _, step := range []struct {
		do                Action
		claimed, hadSince int
	}{
		{Action{Verb: Claim, By: ira, At: at(1)}, 1, 1},
		{Action{Verb: Assign, By: ira, From: ira.ID, To: oleh, At: at(2)}, 1, 2},
		{Action{Verb: TakeOver, By: maria, From: oleh.ID, At: at(3)}, 1, 3},
		{Action{Verb: Release, By: maria, At: at(4)}, -1, -1},
		{Action{Verb: TakeOver, By: oleh, From: maria.ID, At: at(5)}, 5, 5},
		{Action{Verb: Release, By: oleh, At: at(6)}, -1, -1},
		{Action{Verb: Assign, By: ira, To: maria, At: at(7)}, 7, 7},
	} {
		if err := c.Apply(step.do); err != nil {
			t.Fatal(err)
		}
		if step.claimed < 0 {
			continue
		}
		if !c.ClaimedAt.Equal(at(step.claimed)) || !c.HadSince().Equal(at(step.hadSince)) {
			t.Errorf("%s: claimed at %s, had since %s", step.do.Verb, c.ClaimedAt, c.HadSince())
		}
	}
	c.ClaimedAt = at(20) // an earlier earshot handed it over
	if !c.HadSince().Equal(at(20)) {
		t.Errorf("had since %s", c.HadSince())
	}
}
