package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// testBuiltAnew: of a site that gave all its posts other ids, what nobody knows by its words either
// and is of before is recorded; what came since is news, and what is known by its words is that.
func testBuiltAnew(t *testing.T, open opener) {
	s := open(t)
	before := t0.Add(-48 * time.Hour)
	stood := post(1)
	stood.Author, stood.Published = "Олена", before
	want(t, "heard", len(ingest(t, s, intakeOf(heard(stood, "Romashka"))).Alerts), 1)
	moved, unknown, undated, fresh := stood, post(2), post(3), post(4)
	moved.ID, moved.URL = "new-1", "https://forum.example/new/1"
	unknown.Published, undated.Published, fresh.Published = before, time.Time{}, t0.Add(time.Hour)
	in := intakeOf(heard(moved, "Romashka"), heard(unknown, "Romashka"), heard(undated, "Romashka"), heard(fresh, "Romashka"))
	in.Rebuilt = t0
	r := ingest(t, s, in)
	want(t, "known by its words", r.Known, 1)
	want(t, "recorded", r.New, 3)
	want(t, "told", len(r.Alerts), 1)
	_, c, err := s.Mention(background, mentionID(unknown, "Romashka"))
	if err != nil || c.Status != mention.Quiet {
		t.Errorf("case %+v, %v", c, err)
	}
	want(t, "of before", r.Past, 2)
	changing(t, s)
	unknown.Text = "Romashka stole it all"
	want(t, "edited later", len(ingest(t, s, intakeOf(heard(unknown, "Romashka"))).Alerts), 1)
}

// changing: where ids change at every fetch a site looks built anew at every poll. What nobody dates,
// and is not known by its words, is new.
func changing(t *testing.T, s *Store) {
	t.Helper()
	var first, again []mention.AnalyzedPost
	for i := range 3 {
		p := post(20 + i)
		p.Author, p.Published = "Іван", t0.Add(-72*time.Hour)
		first = append(first, heard(p, "Romashka"))
		p.ID += "-again"
		again = append(again, heard(p, "Romashka"))
	}
	ingest(t, s, intakeOf(first...))
	undated := post(30)
	undated.Published = time.Time{}
	in := intakeOf(append(again, heard(undated, "Romashka"))...)
	in.Rebuilt = t0
	r := ingest(t, s, in)
	want(t, "known by their words", r.Known, 3)
	want(t, "a new one without a date", len(r.Alerts), 1)
}

// testReadByOtherRules: an earlier version gave a post another id and author, or read it in the middle of another
// one's words. The first time that its thread is read by other rules it is known nevertheless; who says the
// same on another day, in another thread or at any other time is news.
func testReadByOtherRules(t *testing.T, open opener) {
	s := open(t)
	said := func(id, author, text string, at time.Time) mention.AnalyzedPost {
		p := post(1)
		p.ID, p.Author, p.Text, p.Published = id, author, text, at
		return heard(p, "Romashka")
	}
	const one, two, few = "Romashka keeps my money for weeks", "Please write to Romashka about it", "Romashka: thieves"
	at := t0.Add(-2 * time.Hour)
	ingest(t, s, intakeOf(said("words:1", "Reply", one, at), said("words:2", "Olha", "Helper says:\n22.11. 07:00\n"+two, at), said("words:3", "▲ 3 ▼", few, at)))
	for _, tt := range []struct {
		what string
		anew bool
		list []mention.AnalyzedPost
		news int
	}{
		{"at any other time", false, []mention.AnalyzedPost{said("comment-0", "Petro", one, at)}, 1},
		{"by another author", true, []mention.AnalyzedPost{said("comment-1", "Olha", one, at.Add(time.Minute))}, 0},
		{"in the middle of others, once", true, []mention.AnalyzedPost{said("comment-2", "Helper", two, at), said("comment-3", "Ivan", two, at)}, 1},
		{"a few words of another moment", true, []mention.AnalyzedPost{said("comment-5", "Olha", few, at.Add(time.Minute))}, 1},
		{"a few words of that moment", true, []mention.AnalyzedPost{said("comment-6", "Vira", few, at)}, 0},
		{"on another day", true, []mention.AnalyzedPost{said("comment-4", "Ivan", one, at.AddDate(0, 0, 3))}, 1},
		{"the first again", false, []mention.AnalyzedPost{said("comment-1", "Olha", one, at.Add(time.Minute))}, 0},
	} {
		in := intakeOf(tt.list...)
		in.Anew = tt.anew
		for _, f := range tt.list {
			in.OnPage = append(in.OnPage, f.Post.Key())
		}
		want(t, tt.what, ingest(t, s, in).New, tt.news)
	}
	old := post(9)
	old.Text, old.Published = "", t0.AddDate(-1, 0, 0)
	for _, anew := range []bool{true, false} {
		old.ID += "of before"
		was := old
		ingest(t, s, intakeOf(heard(was)))
		was.Text = "Romashka never paid"
		in := intakeOf(heard(was, "Romashka"))
		in.Baseline, in.Past, in.Anew = true, true, anew
		want(t, fmt.Sprint("alerts of old words that were not read before, anew: ", anew), len(ingest(t, s, in).Alerts) == 0, anew)
	}
}
