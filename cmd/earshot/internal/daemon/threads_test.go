package daemon

import (
	"context"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// listed is a store that lists these cases.
type listed []mention.MentionRecord

func (listed) ShownAlso(context.Context, mention.Mention) ([]mention.Post, error) { return nil, nil }

func (l listed) List(_ context.Context, q mention.Query) (mention.Page, error) {
	if q.Unverified {
		return mention.Page{}, nil
	}
	return mention.Page{Entries: l}, nil
}

// TestReopenedIsFollowedAgain: a complaint that was opened again waits for an answer from
// then on, however long ago it was heard.
func TestReopenedIsFollowedAgain(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	since := now.Add(-7 * 24 * time.Hour)
	old := mention.Case{Status: mention.Open, OpenedAt: since.Add(-24 * time.Hour)}
	again := old
	again.ReopenedAt = now.Add(-time.Hour)
	src := threadSource{cases: listed{{Case: old}, {Case: again}}, now: func() time.Time { return now }}
	got, err := src.OpenThreads(t.Context(), since)
	if err != nil || len(got) != 1 || !got[0].Since.Equal(again.ReopenedAt) {
		t.Errorf("followed %+v, %v; want the one opened again an hour ago", got, err)
	}
}
