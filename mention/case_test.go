package mention

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var (
	ira  = Person{ID: "slack:U1", Name: "Ira"}
	oleh = Person{ID: "slack:U2", Name: "Oleh"}
	noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

func TestVerbs(t *testing.T) {
	act := func(v Verb, by Person) Action { return Action{Verb: v, By: by, At: noon, Reason: Spam} }
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
				if !errors.As(err, &taken) || taken.By != c.taken {
					t.Errorf("error %v, want taken by %s", err, c.taken.Name)
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
		})
	}
}

// Whatever people press in whatever order: a claimed case has exactly one owner,
// an open one has none, and the version counts the changes.
func TestAnyOrderOfVerbs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Case{Status: Open, Version: 1}
		changes := int64(0)
		for range rapid.IntRange(1, 40).Draw(t, "presses") {
			a := Action{
				Verb:   rapid.SampledFrom([]Verb{Claim, Release, Reply, Dismiss, Snooze, Reopen}).Draw(t, "verb"),
				By:     rapid.SampledFrom([]Person{ira, oleh, {ID: "web:m", Name: "Maria"}}).Draw(t, "by"),
				At:     noon,
				Reason: rapid.SampledFrom([]string{NotUs, NotNegative, Spam}).Draw(t, "reason"),
				Until:  noon.Add(time.Hour),
			}
			owner, status := c.Owner, c.Status
			if c.Apply(a) == nil {
				changes++
				if status == Claimed && owner.ID != a.By.ID {
					t.Fatalf("%s by %s changed what %s had", a.Verb, a.By.Name, owner.Name)
				}
			}
			if c.Status == Claimed && (c.Owner == Person{} || c.ClaimedAt.IsZero()) {
				t.Fatal("claimed by nobody")
			}
			if c.Status == Open && c.Owner != (Person{}) {
				t.Fatalf("open, but %s has it", c.Owner.Name)
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
