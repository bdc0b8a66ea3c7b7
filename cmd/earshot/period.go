package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/text"
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
		err = fmt.Errorf("--since %q is not a date or time: %s", since, meantPeriod(since, periodHelp, func(word string) error {
			_, _, err := report.Period(word, "", now, zone)
			return err
		}))
	case wrong.Part == "until":
		err = fmt.Errorf("--until %q is not a date or time: %s", until, meantPeriod(until, "write it like 24h, 7d, yesterday, 2026-11-30 or 2026-11", func(word string) error {
			_, _, err := report.Period(since, word, now, zone)
			return err
		}))
	default:
		err = fmt.Errorf("the period ends (%s) before it begins (%s)", to.In(zone).Format("2006-01-02 15:04"), from.In(zone).Format("2006-01-02 15:04"))
	}
	return from, to, err
}

// periodWords are the words of the guide's languages for what a period may be.
var periodWords = map[string]string{
	"сегодня": "today", "сьогодні": "today", "днес": "today", "вчера": "yesterday", "вчора": "yesterday", "учора": "yesterday",
	"неделя": "week", "тиждень": "week", "седмица": "week", "месяц": "month", "місяць": "month", "месец": "month",
}

// meantPeriod is how a moment is written that people wrote in words or as their country does;
// else how moments are written at all. read says whether it is one there.
func meantPeriod(written, otherwise string, read func(word string) error) string {
	lower := strings.ToLower(strings.TrimSpace(written))
	meant := periodWords[lower]
	if meant == "" {
		meant = text.MeantLength(lower)
	}
	meant = cmp.Or(text.MeantDay(lower), meant, lower)
	var wrong *report.PeriodError
	if meant == written || errors.As(read(meant), &wrong) && wrong.Part != "" {
		return otherwise
	}
	return fmt.Sprintf("did you mean %q?", meant)
}
