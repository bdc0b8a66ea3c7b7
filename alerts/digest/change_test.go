package digest_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/digest"
	"github.com/earshot/earshot/mention"
)

// told is a store that knows which digests there were, and one complaint an hour.
type told struct {
	alerts map[mention.AlertID]mention.Alert
}

func (s *told) Times(_ context.Context, since, until time.Time) (list []mention.Times, err error) {
	for at := since.Truncate(time.Hour); at.Before(until); at = at.Add(time.Hour) {
		if !at.Before(since) {
			list = append(list, mention.Times{Heard: at, Published: at, Status: mention.Open, Source: "forum", Watch: "w"})
		}
	}
	return list, nil
}

func (s *told) List(context.Context, mention.Query) (mention.Page, error) { return mention.Page{}, nil }

func (s *told) Alert(_ context.Context, id mention.AlertID) (mention.Alert, bool, error) {
	a, ok := s.alerts[id]
	return a, ok, nil
}

func (s *told) Enqueue(_ context.Context, list ...mention.Alert) error {
	for _, a := range list {
		if _, there := s.alerts[a.ID]; !there {
			s.alerts[a.ID] = a
		}
	}
	return nil
}

// TestADigestADay: at every minute of the two nights in which the clock is set, in ten zones: the
// digest comes exactly once a day, what it counts begins where the last one ended, and it makes no
// difference that earshot starts anew, sleeps for hours, or has its own clock set back by an hour.
func TestADigestADay(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for _, name := range []string{"Europe/Kyiv", "Europe/Sofia", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Africa/Cairo", "America/Havana", "Asia/Kolkata", "Europe/Moscow"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, clock := range []string{"00:00", "02:15", "02:30", "03:30", "23:30"} {
			for _, change := range changes(zone) {
				days := &told{alerts: map[mention.AlertID]mention.Alert{}}
				now := change.Add(-3 * 24 * time.Hour)
				rules := &alerts.Rules{Zone: zone, Digests: alerts.Digests{To: "#digest", Daily: moment(t, clock+" "+name)}}
				start := func() *digest.Digester {
					return digest.NewDigester(digest.Options{Numbers: days, Rules: func() *alerts.Rules { return rules }, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Changed: func() {}})
				}
				g, setBack := start(), change.Add(time.Duration(rnd.IntN(2000)-1000)*time.Minute)
				const look = 3 * time.Minute // a digest with nothing to say comes within five
				for now.Before(change.Add(3 * 24 * time.Hour)) {
					if err := g.Step(t.Context()); err != nil {
						t.Fatal(err)
					}
					switch now = now.Add(look); {
					case !setBack.IsZero() && !now.Before(setBack):
						now, setBack = now.Add(-time.Hour), time.Time{}
					case rnd.IntN(100) == 0:
						g = start()
					case rnd.IntN(333) == 0:
						now = now.Add(time.Duration(rnd.IntN(600)) * time.Minute)
						if now.After(setBack) {
							setBack = time.Time{}
						}
					}
				}
				onceADay(t, days, zone, clock)
			}
		}
	}
}

// onceADay wants one digest a date, each from where the one before ended.
func onceADay(t *testing.T, days *told, zone *time.Location, clock string) {
	t.Helper()
	ended := map[int64]bool{}
	for _, a := range days.alerts {
		ended[alerts.ReadDetails(a.Payload).Summary.Report.Until.Unix()] = true
	}
	dates, first := map[string]int{}, 0
	for _, a := range days.alerts {
		r := alerts.ReadDetails(a.Payload).Summary.Report
		dates[r.Until.In(zone).Format(time.DateOnly)]++
		if !ended[r.Since.Unix()] {
			first++
		}
		if hours := r.Until.Sub(r.Since).Hours(); hours < 22.5 || hours > 25.5 || r.Heard < int(hours) || r.Heard > int(hours)+1 {
			t.Errorf("%s %s: %d heard in %v hours until %s", clock, zone, r.Heard, hours, r.Until.In(zone))
		}
	}
	if len(days.alerts) < 6 || len(dates) != len(days.alerts) || first != 1 {
		t.Errorf("%s %s: %d digests on %v, %d of which begin where none ended", clock, zone, len(days.alerts), dates, first)
	}
}

// changes are when the clock is set in 2026; the new year where it never is.
func changes(zone *time.Location) (list []time.Time) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, zone)
	for {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.Year() > 2026 {
			break
		}
		list, at = append(list, end), end
	}
	if len(list) == 0 {
		list = append(list, time.Date(2027, 1, 1, 0, 0, 0, 0, zone))
	}
	return list
}
