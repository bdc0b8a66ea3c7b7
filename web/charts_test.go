package web

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/i18n"
)

// TestBarsOfLongReports: where a bar stands for several days it shows the average of one, so that the last,
// of fewer days, is no fall; and days of two years are told apart.
func TestBarsOfLongReports(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	begins := time.Date(2024, 1, 31, 0, 0, 0, 0, time.UTC) // a leap year, and one with a week 53
	for _, days := range []int{1, 7, 31, 32, 41, 63, 92, 365, 366, 367, 731, 1000} {
		var r report.Report
		for n := range days {
			r.Days = append(r.Days, report.Day{Date: begins.AddDate(0, 0, n).Format(time.DateOnly), Heard: 10, Answered: 4})
		}
		for code, aDay := range map[string]string{"en": "10.0 a day", "ru": "10,0 в день", "uk": "10,0 на день", "bg": "10,0 на ден"} {
			c := dayChart(texts.In(code), r)
			top := map[bool]string{true: "10", false: aDay}[days <= maxBars]
			if c.Top != top || len(c.Rows) > maxBars {
				t.Errorf("%d days, %s: up to %q, want %q; %d bars", days, code, c.Top, top, len(c.Rows))
			}
			for _, bar := range c.Bars {
				if bar.Class == "heard" && bar.Height != chartBase-chartTop {
					t.Errorf("%d days: a bar of %d, all days are equal", days, bar.Height)
				}
			}
			for _, mark := range c.Marks {
				if years := strings.Contains(mark.Text, " 202"); years != (days > yearDays) {
					t.Errorf("%d days: %q below the bars", days, mark.Text)
				}
			}
		}
	}
}

// TestTheHighestBarIsSaid: where a bar is the average of several days, the highest one is said so: its sum is less
// than that of a longer one, and the table beside it shows both.
func TestTheHighestBarIsSaid(t *testing.T) {
	var r report.Report
	for n := range 33 { // bars of two days, the last of one
		r.Days = append(r.Days, report.Day{Date: time.Date(2026, 10, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), Heard: 3})
	}
	r.Days[32].Heard = 4
	if c := dayChart(i18n.Lang{}, r); !strings.Contains(c.Desc, "Most at once: 4.0 a day (Mon 2 Nov)") {
		t.Errorf("%s", c.Desc)
	}
	r.Days = r.Days[:7]
	if c := dayChart(i18n.Lang{}, r); !strings.Contains(c.Desc, "Most at once: 3 (Thu 1 Oct)") {
		t.Errorf("%s", c.Desc)
	}
}
