package daemon

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/store"
)

// TestRedisAwayIsTold: that earshot works without its Redis, which health, a metric and the log say, is told
// staff once when it lasts, and once that it is over. By night it waits, and
// is not told at all when it is over by the morning: nothing is lost by it.
func TestRedisAwayIsTold(t *testing.T) {
	const day, night = 10, 23
	for name, c := range map[string]struct {
		hour int
		away time.Duration
		want []string // words of each message, in turn
	}{
		"a restart":        {day, time.Minute, nil},
		"an outage":        {day, 20 * time.Minute, []string{"nothing comes twice", "works again, after 20 min"}},
		"over by morning":  {night, 20 * time.Minute, nil},
		"still there then": {night, 10 * time.Hour, []string{"nothing comes twice", "works again, after 10 h"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var clock atomic.Int64
			clock.Store(time.Date(2026, 11, 26, c.hour, 0, 0, 0, time.UTC).UnixNano())
			now := func() time.Time { return time.Unix(0, clock.Load()).UTC() }
			list := check(t, strings.NewReplacer("DIR", t.TempDir(), "contact:", "quiet_hours: 22:00-08:00 UTC\ncontact:").Replace(quietWatchlist))
			out := &printed{}
			d := openTo(t, out, list, now)
			d.clock.ahead.Store(0)
			send(t, d)
			var why error
			d.seen.health = func() error { return why }
			var a alarms
			look := func() {
				d.look(t.Context(), &a)
				clock.Add(int64(alarmEvery))
			}
			told := func(n int) []string {
				t.Helper()
				eventually(t, fmt.Sprintf("%d messages", n), func() bool { return len(out.notices()) >= n })
				if list := out.notices(); len(list) > n {
					t.Fatalf("told %q, want %d messages", list, n)
				}
				return out.notices()
			}
			why = errors.New("redis does not answer: dial tcp 127.0.0.1:6379: connect: connection refused" + insteadOfRedis)
			for end := now().Add(c.away); now().Before(end); {
				look()
			}
			told(min(len(c.want), 1))
			why = nil
			look()
			look()
			clock.Add(int64(12 * time.Hour))
			said := told(len(c.want))
			for i, words := range c.want {
				if !strings.Contains(said[i], words) {
					t.Errorf("told %q, want %q", said[i], words)
				}
			}
		})
	}
}

// TestRedisAwayInEachLanguage: with no word of English but what Redis itself answers, whatever it is of no use for:
// also one that came back with settings by which it would forget, or whose memory is full.
func TestRedisAwayInEachLanguage(t *testing.T) {
	const policy = "store: redis: its `maxmemory-policy` is allkeys-lru, so it would forget posts when memory is short: set `maxmemory-policy noeviction` in redis.conf (or: `redis-cli config set maxmemory-policy noeviction`), or give earshot a Redis of its own"
	for why, state := range map[string]store.FilterState{
		"gone":  {Away: true, Why: "redis does not answer: connection refused"},
		"unfit": {Away: true, Why: policy},
		"full":  {Full: true, Why: "redis does not answer: OOM command not allowed when used memory > 'maxmemory'."},
	} {
		for _, lang := range []string{"ru", "uk", "bg"} {
			t.Run(why+" "+lang, func(t *testing.T) {
				t.Parallel()
				now := time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC)
				list := check(t, strings.NewReplacer("DIR", t.TempDir(), "contact:", "language: "+lang+"\ncontact:").Replace(quietWatchlist))
				d := openTo(t, &printed{}, list, func() time.Time { return now })
				d.seen.health = func() error { return errors.New(whyRedis(state)) }
				a := alarms{redis: dayAlarm{since: now.Add(-redisAfter)}}
				d.look(t.Context(), &a)
				told := notices(t, d)
				if len(told) != 1 || len(testkit.English(told[0], "Redis connection refused maxmemory policy noeviction redis conf cli config set allkeys lru earshot")) > 0 {
					t.Errorf("told %q", told)
				}
			})
		}
	}
}

// TestRedisAwayIsToldOnceOfADay: whichever replica tells, and however often earshot starts meanwhile; that it works
// again is told by whoever looks then. Where it worked in between it is told anew.
func TestRedisAwayIsToldOnceOfADay(t *testing.T) {
	var clock atomic.Int64
	clock.Store(time.Date(2026, 11, 26, 10, 0, 0, 0, time.UTC).UnixNano())
	now := func() time.Time { return time.Unix(0, clock.Load()).UTC() }
	out := &printed{}
	d := openTo(t, out, check(t, strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1)), now)
	d.clock.ahead.Store(0)
	send(t, d)
	var why error
	d.seen.health = func() error { return why }
	var a alarms
	passes := func(span time.Duration) {
		for end := now().Add(span); now().Before(end); clock.Add(int64(alarmEvery)) {
			d.look(t.Context(), &a)
		}
	}
	told := func(when string, want int) {
		t.Helper()
		eventually(t, fmt.Sprintf("%s: %d messages", when, want), func() bool { return len(out.notices()) >= want })
		if got := out.notices(); len(got) > want {
			t.Fatalf("%s: told %q, want %d", when, got, want)
		}
	}
	passes(time.Hour)
	why = errors.New("redis does not answer: connection refused")
	passes(10 * time.Minute)
	told("away", 1)
	a = alarms{} // of a start, or another replica
	passes(10 * time.Minute)
	told("after a start", 1)
	why = nil
	passes(10 * time.Minute)
	told("it works again", 2)
	why = errors.New("redis does not answer: connection refused")
	passes(10 * time.Minute)
	told("away once more", 3)
}
