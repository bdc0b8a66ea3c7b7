package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/earshot/earshot/alerts/report"
)

// periodHelp says what people may write for a moment.
const periodHelp = "write it like 24h, 7d, 4w, today, yesterday, week, month, 2026-11-01 or 2026-11"

// period reads --since and --until.
func period(since, until string, now time.Time, zone *time.Location) (from, to time.Time, err error) {
	from, to, err = report.Period(since, until, now, zone)
	var wrong *report.PeriodError
	switch {
	case !errors.As(err, &wrong):
	case wrong.Part == "since":
		err = fmt.Errorf("--since %q is not a date or time: %s", since, periodHelp)
	case wrong.Part == "until":
		err = fmt.Errorf("--until %q is not a date or time: write it like 24h, 7d, yesterday, 2026-11-30 or 2026-11", until)
	default:
		err = fmt.Errorf("the period ends (%s) before it begins (%s)", to.In(zone).Format("2006-01-02 15:04"), from.In(zone).Format("2006-01-02 15:04"))
	}
	return from, to, err
}
