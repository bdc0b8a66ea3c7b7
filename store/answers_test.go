package store

import (
	"context"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// Official posts are found by their thread, while they stand there.
func testOfficialInThread(t *testing.T, open opener) {
	s := open(t)
	official := func(_ context.Context, _ *Tx, pending []*mention.PendingMention) error {
		for _, d := range pending {
			d.Mention.Official = d.Mention.Post.ID != "1"
		}
		return nil
	}
	put := func(list ...mention.AnalyzedPost) {
		t.Helper()
		if _, err := s.Ingest(background, intakeOf(list...), official); err != nil {
			t.Fatal(err)
		}
	}
	elsewhere, loose := post(4), post(5)
	elsewhere.ThreadURL, loose.ThreadURL = "https://forum.example/t/2", ""
	put(heard(post(1), "Romashka"), heard(post(2), "Romashka"), heard(post(3), "Bazar"), heard(elsewhere, "Romashka"), heard(loose, "Romashka"))
	ask := func(source, thread, watch string, since ...time.Time) (out string) {
		t.Helper()
		for _, st := range must(s.view().OfficialInThread(background, source, thread, watch, append(since, time.Time{})[0]))(t) {
			out += st.Mention.Post.ID + " "
		}
		return out
	}
	thread := post(1).ThreadURL
	want(t, "thread", ask("forum", thread, "Romashka"), "2 ")
	want(t, "another watch", ask("forum", thread, "Bazar"), "3 ")
	want(t, "another source", ask("elsewhere", thread, "Romashka"), "")
	want(t, "since it was published", ask("forum", thread, "Romashka", post(2).Published), "2 ")
	want(t, "since later", ask("forum", thread, "Romashka", post(2).Published.Add(time.Second)), "")
	want(t, "no thread", ask("forum", "", "Romashka"), "")
	gone := post(2)
	gone.Deleted = true
	put(heard(gone))
	want(t, "gone", ask("forum", thread, "Romashka"), "")
}
