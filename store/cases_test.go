package store

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

func act(s *Store, id mention.ID, a mention.Action) (mention.Case, error) {
	return s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		if err := c.Apply(a); err != nil {
			return nil, nil, err
		}
		return []mention.Event{{Kind: string(a.Verb), By: a.By, At: a.At, Detail: a.Reason}}, nil, nil
	})
}

func person(name string) mention.Person { return mention.Person{ID: "slack:" + name, Name: name} }

func claim(t *testing.T, s *Store, id mention.ID, name string) mention.Case {
	t.Helper()
	c, err := act(s, id, mention.Action{Verb: mention.Claim, By: person(name), At: t0})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func testUpdateCase(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	id := mentionID(post(1), "Romashka")
	c := claim(t, s, id, "ira")
	if c.Status != mention.Claimed || c.Version != 2 || c.Owner != person("ira") {
		t.Errorf("claimed %+v", c)
	}
	_, stored, _ := s.Mention(background, id)
	want(t, "stored", stored, c)

	var taken *mention.TakenError
	c, err := act(s, id, mention.Action{Verb: mention.Claim, By: person("oleh"), At: t0})
	if !errors.As(err, &taken) || taken.By.Name != "ira" || c != stored {
		t.Errorf("loser: %+v, %v", c, err)
	}
	if _, err = act(s, "no", mention.Action{Verb: mention.Claim}); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
	// A step that only records: version goes up by itself, the alert is enqueued with it.
	escalation := notice("escalation", mention.High, time.Time{})
	escalation.MentionID, escalation.Kind = id, mention.Escalation
	c, err = s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Steps.Unclaimed++
		return []mention.Event{{Kind: "escalated"}}, []mention.Alert{escalation}, nil
	})
	if err != nil || c.Version != 3 || c.Steps.Unclaimed != 1 {
		t.Errorf("steps: %+v, %v", c, err)
	}
	c, err = s.UpdateCase(background, id, func(*mention.Case) ([]mention.Event, []mention.Alert, error) { return nil, nil, nil })
	if err != nil || c.Version != 3 {
		t.Errorf("no change: %+v, %v", c, err)
	}
	want(t, "alerts", len(must(s.alertsOf(background, id))(t)), 2)
	want(t, "history", kinds(must(s.history(background, id))(t)), "heard claim escalated")
}

// Every mention is claimed by everybody at once: one winner each, every loser told
// who has it: 10,000 claims on 1,000 mentions, a tenth of it with -short or -race.
func testOneWinner(t *testing.T, open opener) {
	const mentions, people = 100, 10 // each mention is a race of its own
	s := open(t)
	found := make([]mention.AnalyzedPost, mentions)
	for n := range found {
		found[n] = heard(post(n), "Romashka")
	}
	ingest(t, s, intakeOf(found...))
	winners := make([]atomic.Pointer[string], mentions)
	var won, lost atomic.Int64
	var wg sync.WaitGroup
	for who := range people {
		name := fmt.Sprintf("p%d", who)
		wg.Go(func() {
			for n := range found {
				_, err := act(s, mentionID(found[n].Post, "Romashka"), mention.Action{Verb: mention.Claim, By: person(name), At: t0})
				var taken *mention.TakenError
				switch {
				case err == nil:
					won.Add(1)
					if !winners[n].CompareAndSwap(nil, &name) {
						t.Errorf("mention %d has two winners", n)
					}
				case errors.As(err, &taken) && taken.By.Name != name && taken.By.Name != "":
					lost.Add(1)
				default:
					t.Errorf("claim of %d by %s: %v", n, name, err)
				}
			}
		})
	}
	wg.Wait()
	want(t, "winners", won.Load(), int64(mentions))
	want(t, "losers", lost.Load(), int64(mentions*(people-1)))
	for n := range found {
		_, c, err := s.Mention(background, mentionID(found[n].Post, "Romashka"))
		if err != nil || c.Owner.Name != *winners[n].Load() || c.Version != 2 {
			t.Fatalf("mention %d: %+v, %v, told %s", n, c, err, *winners[n].Load())
		}
	}
	want(t, "events", len(must(s.events(background, t0, t0.Add(1e9)))(t)), 2*mentions)
}
