package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

func testLessons(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka")))
	first, second := mentionID(post(1), "Romashka"), mentionID(post(2), "Romashka")
	do := func(id mention.ID, verb mention.Verb, reason string) {
		t.Helper()
		must(act(s, id, mention.Action{Verb: verb, By: person("ira"), At: t0, Reason: reason}))(t)
	}
	do(first, mention.Dismiss, mention.NotNegative)
	do(second, mention.Dismiss, mention.MutedAuthor)
	list := must(s.Feedback(background))(t)
	if len(list) != 1 || list[0].MentionID != first || list[0].Text != post(1).Text || list[0].By != person("ira") || len(list[0].Score.Why) != 1 || list[0].Kind != mention.Forum {
		t.Fatalf("lessons %+v", list)
	}
	a, _ := s.view().Author(background, "forum", post(2).Author, t0)
	want(t, "muted until", a.MutedUntil.Equal(t0.Add(mention.MuteFor)), true)
	do(first, mention.Reopen, "")
	do(second, mention.Reopen, "")
	want(t, "lessons taken back", len(must(s.Feedback(background))(t)), 0)
	a, _ = s.view().Author(background, "forum", post(2).Author, t0)
	want(t, "unmuted", a.MutedUntil.IsZero(), true)

	guest := post(8)
	guest.Author = "Гость"
	ingest(t, s, intakeOf(heard(guest, "Romashka")))
	do(mentionID(guest, "Romashka"), mention.Dismiss, mention.MutedAuthor)
	want(t, "mutes of guests", count(t, s.read, `SELECT COUNT(*) FROM mutes`), 0)
	a, _ = s.view().Author(background, "forum", guest.Author, t0.Add(-time.Hour))
	want(t, "a guest's history", a, mention.Author{})
}

// testMutes: a mute is listed until it ends, the last press counts, and a person may end
// it without its message; that is in the audit.
func testMutes(t *testing.T, open opener) {
	s := open(t)
	again := post(2)
	again.ID, again.URL, again.Author = "again", "https://forum.example/again", post(1).Author
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(again, "Romashka")))
	first, second := mentionID(post(1), "Romashka"), mentionID(again, "Romashka")
	for i, id := range []mention.ID{first, second} {
		a := mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0.Add(time.Duration(i) * time.Hour), Reason: mention.MutedAuthor}
		must(act(s, id, a))(t)
	}
	until := t0.Add(time.Hour + mention.MuteFor)
	list := must(s.Mutes(background, t0))(t)
	want(t, "mutes", fmt.Sprint(list), fmt.Sprint([]mention.Mute{{MentionID: second, Source: "forum", Author: post(1).Author, By: person("ira"), At: t0.Add(time.Hour), Until: until}}))
	want(t, "ended by itself", len(must(s.Mutes(background, until))(t)), 0)
	if err := s.LiftMute(background, first, person("oleh"), t0); !errors.Is(err, ErrNotFound) {
		t.Errorf("lifting what does not stand: %v", err)
	}
	want(t, "lift", s.LiftMute(background, second, person("oleh"), t0.Add(2*time.Hour)), nil)
	want(t, "lifted", len(must(s.Mutes(background, t0))(t)), 0)
	events := must(s.events(background, t0.Add(2*time.Hour), t0.Add(3*time.Hour)))(t)
	if len(events) != 1 || events[0].Kind != "unmuted" || events[0].By != person("oleh") || events[0].MentionID != second {
		t.Errorf("events %+v", events)
	}
	for _, verb := range []mention.Verb{mention.Reopen, mention.Dismiss} {
		must(act(s, second, mention.Action{Verb: verb, By: person("ira"), At: t0, Reason: mention.MutedAuthor}))(t)
	}
	until = t0.Add(mention.MuteFor)
	for _, left := range []int{1, 0} { // a second before its end, and after it
		before := until.Add(time.Duration(1-2*left) * time.Second)
		must(s.Prune(background, Retention{Mentions: before}))(t)
		want(t, "names kept", count(t, s.read, `SELECT COUNT(*) FROM mutes`), left)
	}
}
