package store

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// testSubscriptions: of several processes that find a hub the first is right; another hub
// is asked no sooner than the rest allows; those of sources that left are forgotten.
func testSubscriptions(t *testing.T, open opener) {
	s := open(t)
	offer := func(source, hub, id string, at time.Time) {
		t.Helper()
		sub := Subscription{Source: source, Hub: hub, Topic: "t\x00", ID: id, Secret: "s" + id, Next: at}
		if hub == "" {
			sub.Topic = ""
		}
		mustDo(t, s.OfferSubscription(background, sub, time.Hour))
	}
	is := func() (words string) {
		t.Helper()
		for _, sub := range must(s.Subscriptions(background))(t) {
			words += fmt.Sprintf("%s %s %s %s %v %v %d; ", sub.Source, sub.Hub, sub.ID, sub.Secret, sub.Asked.IsZero(), sub.Next.Sub(t0), sub.Failures)
		}
		return words
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() { offer("news", "https://hub", fmt.Sprint("id", i), t0) })
	}
	all.Wait()
	list := must(s.Subscriptions(background))(t)
	if len(list) != 1 || list[0].Secret != "s"+list[0].ID || list[0].Topic != "t�" && list[0].Topic != "t" {
		t.Fatalf("%+v", list)
	}
	id := list[0].ID
	offer("news", "https://hub", "late", t0)
	sub, ok, err := s.Subscription(background, id)
	if err != nil || !ok || sub != list[0] {
		t.Errorf("%+v %v %v, want %+v", sub, ok, err, list[0])
	}
	for _, none := range []string{"", "late", "x\x00"} {
		if _, ok, err := s.Subscription(background, none); ok || err != nil {
			t.Errorf("%q: %v, %v", none, ok, err)
		}
	}
	sub.Asked, sub.Next, sub.Failures = t0, t0.Add(2*time.Hour), 1
	if kept, err := s.SaveSubscription(background, sub); err != nil || !kept {
		t.Fatal(kept, err)
	}
	want(t, "asked", is(), fmt.Sprintf("news https://hub %s s%s false 2h0m0s 1; ", id, id))
	offer("news", "", "", t0.Add(time.Minute))
	offer("more", "", "", t0)
	want(t, "no hub", is(), "more   s true 0s 0; news   s false 1h0m0s 0; ")
	offer("news", "https://other", "id9", t0.Add(30*time.Minute))
	want(t, "another hub", is(), "more   s true 0s 0; news https://other id9 sid9 false 1h0m0s 0; ")
	if kept, err := s.SaveSubscription(background, sub); err != nil || kept { // of before
		t.Fatal(kept, err)
	}
	mustDo(t, s.KeepSubscriptions(background, []string{"news"}))
	want(t, "kept", is(), "news https://other id9 sid9 false 1h0m0s 0; ")
}
