package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestCountSent counts by network: what never left is not counted, what is under way has no
// share, and the wait is that from Send to the poll that saw it.
func TestCountSent(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	one := func(source string, status mention.ReplyStatus, seen time.Duration) mention.ReplyTimes {
		r := mention.ReplyTimes{Watch: "w", Source: source, Status: status, Sent: at}
		if seen > 0 {
			r.Seen = at.Add(seen)
		}
		return r
	}
	never, early, late := one("blog", mention.ReplyRefused, 0), one("blog", mention.ReplySent, 0), one("blog", mention.ReplySent, 0)
	never.NeverSent, early.Sent, late.Sent = true, at.Add(-time.Hour-1), at.Add(time.Hour)
	all := []mention.ReplyTimes{
		one("blog", mention.ReplySent, time.Minute), one("news", mention.ReplySent, 3*time.Minute), one("blog", mention.ReplyRefused, 0), one("blog", mention.ReplyUnclear, 0),
		one("blog", mention.ReplySending, 2*time.Minute), one("gone | =1", mention.ReplyDraft, 0), never, early, late,
	}
	scope := Scope{Since: at.Add(-time.Hour), Until: at.Add(time.Hour), Zone: time.UTC, Network: func(source string) string {
		return map[string]string{"blog": "wordpress", "news": "wordpress"}[source]
	}}
	got := CountSent(all, scope)
	want := []Sent{
		{Network: "wordpress", Sent: 5, Reached: 2, Seen: 3, Refused: 1, Unknown: 1, UnderWay: 1, ToSeen: Spread{Median: 2 * time.Minute, P90: 3 * time.Minute, Of: 3}},
		{Network: "gone | =1", Sent: 1, UnderWay: 1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if share, ok := got[0].Share(); !ok || share != 0.5 {
		t.Errorf("share %v %v", share, ok)
	}
	if _, ok := got[1].Share(); ok {
		t.Error("a share of nothing that ended")
	}
	scope.Source = "news"
	if got := CountSent(all, scope); len(got) != 1 || got[0].Sent != 1 {
		t.Errorf("of one source: %+v", got)
	}
	scope.Source, scope.Watch = "", "another"
	if got := CountSent(all, scope); len(got) != 0 {
		t.Errorf("of another watch: %+v", got)
	}

	r := Report{Sent: got}
	var out bytes.Buffer
	if err := r.CSV(&out); err != nil || !strings.Contains(out.String(), "\nanswers_sent,wordpress,,,120,180,,,,,5,2,3,1,1,1,,\n") {
		t.Errorf("%v: %s", err, out.String())
	}
	raw, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(raw), `"answers_sent":[{"network":"wordpress","sent":5,"reached":2,"seen":3,"refused":1,"unknown":1,"under_way":1,"send_to_seen":{`) {
		t.Errorf("%v: %s", err, raw)
	}
	out.Reset()
	if err := r.Markdown(&out, i18n.Lang{}, nil); err != nil || !strings.Contains(out.String(), "| gone \\| =1 | 1 | – |") {
		t.Errorf("%v: %s", err, out.String())
	}
	out.Reset()
	if err := r.Text(&out, i18n.Lang{}, nil); err != nil || !strings.Contains(out.String(), "answers from earshot") || !strings.Contains(out.String(), "50 %") && !strings.Contains(out.String(), "50%") {
		t.Errorf("%v: %s", err, out.String())
	}
}
