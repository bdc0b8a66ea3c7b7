package daemon

import (
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/monitor"
)

// TestNetworkAwayIsToldInAFewMessages: when the network of a machine goes, every source fails
// within minutes, and is back within minutes. Staff get the first at once, and the others of
// each two minutes together: nobody's failure is left out, and none is told twice.
func TestNetworkAwayIsToldInAFewMessages(t *testing.T) {
	for name, database := range map[string]string{"one": "", "two replicas": testkit.Postgres(t).URL} {
		t.Run(name, func(t *testing.T) {
			if database == "" {
				database = "sqlite:" + filepath.Join(t.TempDir(), "e.db")
			} else {
				database = testkit.Database(t, database)
			}
			var clock atomic.Int64
			clock.Store(time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC).UnixNano())
			now := func() time.Time { return time.Unix(0, clock.Load()).UTC() }
			out := &printed{}
			start := func() *Daemon {
				t.Helper()
				d := openTo(t, out, check(t, strings.Replace(quietWatchlist, "sqlite:DIR/e.db", database, 1)), now)
				d.clock.ahead.Store(0)
				return d
			}
			d := start()
			polls := []*Daemon{d}
			if d.store.Shared() {
				polls = append(polls, start())
			}
			failed := now()
			tell := func(from, to int, n monitor.Notice) {
				t.Helper()
				for i := from; i < to; i++ {
					n := n
					n.Source = fmt.Sprintf("source-%03d", i)
					n.Text = n.Source + " " + n.Text
					if err := (sourceNotices{polls[i%len(polls)]}).Notify(t.Context(), n); err != nil {
						t.Fatal(err)
					}
				}
			}
			fails := monitor.Notice{State: monitor.StateFailing, Since: failed, Text: "cannot be read", Why: "no_way"}
			back := monitor.Notice{State: monitor.StateBack, Since: failed, Text: "is back", Over: monitor.StateFailing, OverSince: failed, First: true}
			said := 0
			told := func(want string) {
				t.Helper()
				eventually(t, want, func() bool { return len(out.notices()) > said })
				list := out.notices()
				if said++; len(list) != said || !strings.Contains(list[said-1], want) {
					t.Fatalf("staff are told %q, want %d messages, the last with %q", list, said, want)
				}
			}
			later := func() { clock.Add(int64(2 * time.Minute)) }

			tell(0, 1, fails)
			send(t, d)
			told("source-000 cannot be read")
			tell(1, 60, fails)
			later()
			told("59 sources cannot be read now: source-001, source-002, source-003, source-004, source-005 and 54 more. There is no way there from this machine; is it on the internet? All of them: /healthz")
			tell(60, 100, fails)
			tell(0, 100, fails) // after a crash
			other := fails
			other.Why, other.Answer = "status", 500
			tell(100, 101, other) // not hidden among those of another cause
			told("source-100 cannot be read")
			later()
			told("40 sources cannot be read now")
			tell(0, 1, back)
			told("source-000 is back")
			tell(1, 3, back)
			later()
			told("source-001 is back source-002 is back")
			tell(3, 100, back)
			later()
			told("97 sources are back: source-003,")
			later()
			emptyOutbox(t, d)
			if len(out.notices()) != said {
				t.Errorf("staff are told %q", out.notices())
			}
		})
	}
}
