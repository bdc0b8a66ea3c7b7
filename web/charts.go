package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/i18n"
)

// chart is bars of complaints heard, and of answers beside them, with the table of the same
// numbers. Lengths are in the units of its viewBox.
type chart struct {
	ID, Title, Desc string
	Head            []string // of the table's numbers
	When, Numbers   string   // the head of its first column, and what opens it
	Bars            []chartBar
	Marks           []chartMark // below
	Top             string      // the highest number
	Rows            []chartRow
}

type chartBar struct {
	X, Y, Width, Height int
	Class               string // heard or answered
}

type chartMark struct {
	X    int
	Text string
}

type chartRow struct{ Name, Heard, Answered string }

// The size of a chart: Top is at chartTop, 0 at chartBase. A phone shows it as wide as it is.
const (
	chartWidth = 360
	chartTop   = 16
	chartBase  = 120
)

// chartSlot is what one pair of bars counts.
type chartSlot struct {
	name, mark      string // a mark is written below the bars
	heard, answered int
	days            int // of which it counts all, where that is more than one: the bars are one day's then
}

// a is how much of n a bar shows.
func (s chartSlot) a(n int) float64 { return float64(n) / float64(max(s.days, 1)) }

func newChart(l i18n.Lang, id, title, when string, slots []chartSlot) chart {
	most, heard, answered, peak, days := 0.0, 0, 0, 0, 0
	for i, s := range slots {
		heard, answered, days = heard+s.heard, answered+s.answered, max(days, s.days)
		most = max(most, s.a(s.heard), s.a(s.answered))
		if s.a(s.heard) > slots[peak].a(slots[peak].heard) {
			peak = i
		}
	}
	said := func(n float64) string {
		if days > 1 {
			return l.Text("web.report.a_day", "n", l.Decimal(n, 1))
		}
		return l.Number(int(n))
	}
	out := chart{ID: id, Title: title, Top: said(most), Head: []string{l.Text("report.heard"), l.Text("report.answered")}, When: when, Numbers: l.Text("web.report.numbers")}
	if len(slots) == 0 || most == 0 {
		return out
	}
	out.Desc = l.Text("web.report.chart_desc", "heard", heard, "answered", answered, "most", said(slots[peak].a(slots[peak].heard)), "when", slots[peak].name)
	step := float64(chartWidth) / float64(len(slots))
	width := max(1, int(step*0.42))
	for i, s := range slots {
		at := int(float64(i)*step + step*0.08)
		for n, bar := range []struct {
			class string
			of    int
		}{{"heard", s.heard}, {"answered", s.answered}} {
			if bar.of == 0 {
				continue
			}
			height := max(1, int(s.a(bar.of)*(chartBase-chartTop)/most))
			out.Bars = append(out.Bars, chartBar{X: at + n*width, Y: chartBase - height, Width: width, Height: height, Class: bar.class})
		}
		if s.mark != "" {
			out.Marks = append(out.Marks, chartMark{X: at, Text: s.mark})
		}
		out.Rows = append(out.Rows, chartRow{s.name, l.Number(s.heard), l.Number(s.answered)})
	}
	return out
}

// maxBars is how many days have bars of their own; of more, each bar is the average of several. The
// last one may be of fewer.
const maxBars = 31

// yearDays is how many days are told apart without their year.
const yearDays = 366

func dayChart(l i18n.Lang, r report.Report) chart {
	each := (len(r.Days) + maxBars - 1) / maxBars
	short := "time.day"
	if len(r.Days) > yearDays {
		short = "time.date"
	}
	var slots []chartSlot
	for i := 0; i < len(r.Days); i += each {
		days := r.Days[i:min(i+each, len(r.Days))]
		slot := chartSlot{name: dayName(l, days[0].Date, "time.weekday"), days: len(days)}
		if last := days[len(days)-1].Date; last != days[0].Date {
			slot.name = l.Text("report.period", "from", dayName(l, days[0].Date, short), "to", dayName(l, last, short))
		}
		if n := len(slots); n%max(1, (len(r.Days)/each+3)/4) == 0 {
			slot.mark = dayName(l, days[0].Date, short)
		}
		for _, d := range days {
			slot.heard, slot.answered = slot.heard+d.Heard, slot.answered+d.Answered
		}
		slots = append(slots, slot)
	}
	return newChart(l, "days", l.Text("web.report.days"), l.Text("web.report.day"), slots)
}

func dayName(l i18n.Lang, date, key string) string {
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return l.Time(key, day)
}

func hourChart(l i18n.Lang, r report.Report) chart {
	slots := make([]chartSlot, 0, len(r.Hours))
	for hour, row := range r.Hours {
		slot := chartSlot{name: row.Name + ":00", heard: row.Complaints, answered: row.Answered}
		if hour%6 == 0 {
			slot.mark = slot.name
		}
		slots = append(slots, slot)
	}
	return newChart(l, "hours", l.Text("web.report.hours"), l.Text("report.hour"), slots)
}

// spark is a line of how many there were, the oldest first.
type spark struct {
	Points string
	Label  string // the same in words
}

const sparkWidth, sparkHeight = 72, 18

func newSpark(l i18n.Lang, trend []int) *spark {
	most := 0
	for _, n := range trend {
		most = max(most, n)
	}
	if most == 0 || len(trend) < 2 {
		return nil
	}
	points, words := make([]string, len(trend)), make([]string, len(trend))
	for i, n := range trend {
		points[i] = fmt.Sprintf("%d,%d", 1+i*(sparkWidth-2)/(len(trend)-1), sparkHeight-1-n*(sparkHeight-2)/most)
		words[i] = l.Number(n)
	}
	return &spark{Points: strings.Join(points, " "), Label: strings.Join(words, ", ")}
}
