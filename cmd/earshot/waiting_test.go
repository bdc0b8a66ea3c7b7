package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// TestReportOfWhoWaits: of more complaints that wait than a report has room for it lists those that
// wait longest, by the clock of the inbox, and says how many there are.
func TestReportOfWhoWaits(t *testing.T) {
	db, cli := besideDaemon(t, "")
	now := time.Now()
	in := mention.PollResult{Source: "forum", At: now}
	cases := map[mention.ID]mention.Case{}
	for n := range maxUnanswered + 3 {
		heard := now.Add(-time.Duration(n+1) * time.Hour)
		post := mention.Post{Source: "forum", Kind: mention.Forum, ID: fmt.Sprint(n), URL: fmt.Sprintf("https://forum.example/p/%d.", n), Published: heard, Text: "Ромашка погана"}
		m := mention.Mention{ID: mention.MentionID(post.Key(), "Ромашка"), Watch: "Ромашка", Post: post, HeardAt: heard}
		c := mention.Case{MentionID: m.ID, Status: mention.Open, Version: 1, OpenedAt: heard}
		if n == maxUnanswered+2 { // the first of all was answered, and opened again just now
			c.ReopenedAt = now.Add(-time.Minute)
		}
		cases[m.ID] = c
		in.Posts = append(in.Posts, mention.AnalyzedPost{Post: post, Mentions: []mention.Mention{m}})
	}
	_, err := db.Ingest(t.Context(), in, func(_ context.Context, _ *store.Tx, pending []*mention.PendingMention) error {
		for _, d := range pending {
			d.Mention.Severity, d.Mention.HeardAt, d.Case = mention.Normal, cases[d.Mention.ID].OpenedAt, cases[d.Mention.ID]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out, problem, code := cli("report", "--since", "30d")
	if code != 0 {
		t.Fatal(problem)
	}
	_, list, _ := strings.Cut(out, "\nWaiting for an answer now, in all: 53; the 50 that wait longest")
	lines := strings.Split(strings.TrimSpace(list), "\n")
	for _, want := range []string{"/p/51.", "/p/2."} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %s:\n%s", want, list)
		}
	}
	if strings.Contains(list, "/p/52.") || strings.Contains(list, "/p/1.") {
		t.Errorf("the list has who waits less:\n%s", list)
	}
	if first := lines[min(2, len(lines)-1)]; !strings.Contains(first, "2 days, somebody on forum") {
		t.Errorf("the first is %q", first)
	}
	out, problem, code = cli("report", "--since", "30d", "--json")
	var got reportOut
	if err := json.Unmarshal([]byte(out), &got); code != 0 || err != nil || len(got.Open) != maxUnanswered || got.Open[0].URL != "https://forum.example/p/51." {
		t.Errorf("%d %v %s: %d open, the first %+v", code, err, problem, len(got.Open), got.Open[:1])
	}
}
