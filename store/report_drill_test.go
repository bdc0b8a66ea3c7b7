package store

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// reportWithin bounds a report of 200,000 cases, from the database to the numbers, on two quiet
// cores; a busy machine needs longer.
const reportWithin = time.Second

// reportOfMany: a report of a month among years of cases reads that month alone, and one of
// manyCases is counted while somebody waits.
func reportOfMany(t *testing.T, s *Store, cases int) {
	open, err := hours.Parse("Mon-Fri 09:00-18:00 Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	end := t0.Add(time.Duration(cases) * time.Minute)
	scope := report.Scope{Since: t0.Add(end.Sub(t0) / 2), Until: end, Zone: time.UTC, Now: end,
		Reply: func(mention.Severity) (time.Duration, hours.Hours) { return 30 * time.Minute, open }}
	for range 3 {
		began, cost := time.Now(), testkit.Processor(t)
		list, err := s.Times(background, scope.Begin(), scope.Until)
		if err != nil {
			t.Fatal(err)
		}
		read := time.Since(began)
		now, before := report.Compare(list, scope)
		took := time.Since(began)
		t.Logf("%d cases: read in %s, counted in %s; %s of our processor", len(list), read, took-read, testkit.Processor(t)-cost)
		if len(list) != cases || now.Heard+before.Heard != cases || now.Kept.Of == 0 {
			t.Errorf("%d cases, %d and %d counted, %+v", len(list), now.Heard, before.Heard, now.Kept)
		}
		if cases == manyCases && took > reportWithin {
			t.Errorf("a report takes %s, want at most %s", took, reportWithin)
		}
	}
	plan := planOf(t, s, timesQuery, micros(end.Add(-time.Hour)), micros(end))
	for _, line := range plan {
		if s.engine.name == "sqlite" && strings.HasPrefix(line, "SCAN ") || cases == manyCases && strings.Contains(line, "Seq Scan on clocks") {
			t.Errorf("%s\n%s", line, strings.Join(plan, "\n"))
		}
	}
}
