package store

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// TestLived: each folder of testdata/lived has a database in which a program of before lived through a day, with its
// complaints told, taken, answered, snoozed and dismissed, until it was killed with messages on their way; and how
// it stands once it was brought up to date. Where testdata/lived/README.md says how they were made.
func TestLived(t *testing.T) {
	dumps, err := filepath.Glob("testdata/lived/*/earshot.sql")
	if err != nil || len(dumps) == 0 {
		t.Fatal(dumps, err)
	}
	for _, dump := range dumps {
		t.Run(filepath.Base(filepath.Dir(dump)), func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "old.db")
			loadDump(t, path, dump)
			s := openAt(t, Options{Database: "sqlite:" + path})
			stands(t, s, filepath.Join(filepath.Dir(dump), "stands.want"))
			mustDo(t, s.Close())
			var said bytes.Buffer
			openAt(t, Options{Database: "sqlite:" + path, Log: slog.New(slog.NewTextHandler(&said, nil))})
			want(t, "said at the next start", said.String(), "")
		})
	}
}

// stands compares how a database stands with what is written down.
func stands(t *testing.T, s *Store, file string) {
	t.Helper()
	var b strings.Builder
	moment := func(at time.Time) string {
		if at.IsZero() {
			return "-"
		}
		return at.UTC().Format("15:04:05")
	}
	for _, src := range must(s.Sources(background))(t) {
		fmt.Fprintf(&b, "source %s baselined=%t failures=%d until=%s cursor=%d error=%q\n", src.Name, src.Baselined, src.Failures, moment(src.SuspendedUntil), len(src.Cursor), src.LastError)
	}
	all := must(s.List(background, mention.Query{Limit: 100}))(t).Entries
	want(t, "found by a word of the name", len(must(s.List(background, mention.Query{Text: "romash", Limit: 100}))(t).Entries), len(all))
	slices.SortFunc(all, func(a, b mention.MentionRecord) int { return strings.Compare(a.Mention.Post.Text, b.Mention.Post.Text) })
	for _, m := range all {
		c := m.Case
		fmt.Fprintf(&b, "%s\n  %s %q by %s, opened %s, taken %s, answered %s (seen %t), asleep %s to %s, steps %v\n", m.Mention.Post.Text, c.Status, c.Reason, c.Owner.Name,
			moment(c.OpenedAt), moment(c.ClaimedAt), moment(c.RepliedAt), c.AnswerVerified, moment(c.SnoozedAt), moment(c.SnoozedUntil), c.Steps)
		if a, ok, err := s.AlertOf(background, m.Mention.ID); err != nil {
			t.Error(err)
		} else if ok {
			fmt.Fprintf(&b, "  %s in %s %s, under another %t\n", a.Status, a.Channel, a.TS, a.ThreadOf != "")
		}
		for _, e := range must(s.CaseFile(background, m.Mention.ID))(t).History {
			fmt.Fprintf(&b, "  %s %s %s\n", moment(e.At), e.Kind, e.By.Name)
		}
	}
	for _, a := range must(s.DueAlerts(background, t0.AddDate(1, 0, 0), 100))(t) {
		fmt.Fprintf(&b, "to be told: %s %s %s\n", a.Kind, a.Status, a.MentionID)
	}
	for _, m := range must(s.Mutes(background, t0))(t) {
		fmt.Fprintf(&b, "muted: %s at %s by %s until %s\n", m.Author, m.Source, m.By.Name, m.Until.UTC().Format(time.DateTime))
	}
	if os.Getenv("EARSHOT_UPDATE") != "" {
		mustDo(t, os.WriteFile(file, []byte(b.String()), 0o644))
	}
	is, err := os.ReadFile(file)
	mustDo(t, err)
	want(t, "stands", b.String(), string(is))
}
