package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Numbers is what reports are made of.
type Numbers interface {
	// Times returns the clocks of the cases heard from since (inclusive) to until (exclusive).
	Times(ctx context.Context, since, until time.Time) ([]mention.Times, error)
	// ReplyTimes returns the clocks of the answers that were let go in that time.
	ReplyTimes(ctx context.Context, since, until time.Time) ([]mention.ReplyTimes, error)
	// TimesOf is Times of the cases that this person has or had last.
	TimesOf(ctx context.Context, personID string, since, until time.Time) ([]mention.Times, error)
}

// reportPage is the page of reports.
type reportPage struct {
	frame
	Span         string // from when to when, in the team's zone: all see the same numbers
	Periods      []link
	Period       string // the word of the address, empty when it has days
	From, To     string // the days of the address
	Selects      []choice
	CSV          string
	Tiles        []tile
	Waits        []waitRow
	Days, Hours  chart
	Tables       []reportTable
	Unanswered   int
	Waiting      string // the address of those who wait
	NothingHeard bool
	Nameless     string // that names are erased
}

// tile is one headline number, beside that of the period before.
type tile struct{ Name, Value, Was string }

// waitRow is one part of the wait, with bars of at most barWidth.
type waitRow struct {
	Name, Median, P90, Was string
	MedianBar, P90Bar      int
}

const barWidth = 200

// reportAsk is what the address of a report says.
type reportAsk struct {
	period, from, to, watch, source string
}

// The words of period, which are those of report --since too, and how they are called.
var reportPeriods = []struct{ word, key string }{
	{"7d", "web.report.7d"}, {"week", "web.report.week"}, {"4w", "web.report.4w"}, {"month", "web.report.month"}, {"13w", "web.report.13w"},
}

// usualPeriod is that of an address without one, as of the command.
const usualPeriod = "7d"

// entries are the keys of a report in the order in which its address has them.
func (ask *reportAsk) entries() []entry {
	return []entry{{"from", &ask.from, nil}, {"period", &ask.period, nil}, {"source", &ask.source, nil}, {"to", &ask.to, nil}, {"watch", &ask.watch, nil}}
}

func readReport(values url.Values) (ask reportAsk, err error) {
	if err := readAddress(values, ask.entries()); err != nil {
		return reportAsk{}, err
	}
	switch {
	case ask.from != "":
		ask.period = ""
	case ask.to != "":
		return reportAsk{}, badInput("web.report.no_from")
	case ask.period == "":
		ask.period = usualPeriod
	}
	return ask, nil
}

// scope is what is counted, for people in this zone.
func (ask reportAsk) scope(now time.Time, zone *time.Location) (report.Scope, error) {
	since := ask.from
	if since == "" {
		since = ask.period
	}
	from, to, err := report.Period(since, ask.to, now, zone)
	var wrong *report.PeriodError
	switch {
	case !errors.As(err, &wrong):
	case wrong.Part == "since" && ask.from == "":
		err = badKey("period", ask.period)
	case wrong.Part == "since":
		err = badKey("from", ask.from)
	case wrong.Part == "":
		err = badInput("web.report.backwards")
	default:
		err = badKey("to", ask.to)
	}
	return report.Scope{Since: from, Until: to, Zone: zone, Watch: ask.watch, Source: ask.source, Now: now}, err
}

// query is the address's query.
func (ask reportAsk) query() string {
	if ask.period == usualPeriod {
		ask.period = ""
	}
	return writeAddress(ask.entries())
}

func (ask reportAsk) path() string { return asked("/reports", ask.query()) }

// countsAtOnce bounds the reports that are counted at a time; others wait. Each holds every case
// of its period and of the one before.
const countsAtOnce = 2

// counted is what the address asks for.
func (in *Inbox) counted(r *http.Request, v visit) (ask reportAsk, now, before report.Report, err error) {
	if ask, err = readReport(r.URL.Query()); err != nil {
		return ask, now, before, err
	}
	scope, err := ask.scope(v.now, v.team)
	if err != nil {
		return ask, now, before, err
	}
	scope.Reply, scope.Network, scope.NamesSince = in.opt.ReplyWithin, in.opt.Network, v.now.Add(-in.opt.Retention())
	select {
	case in.count <- struct{}{}:
		defer func() { <-in.count }()
	case <-r.Context().Done():
		return ask, now, before, errBusy
	}
	cases, err := in.opt.Numbers.Times(r.Context(), scope.Begin(), scope.Until)
	if err != nil {
		return ask, now, before, err
	}
	sent, err := in.opt.Numbers.ReplyTimes(r.Context(), scope.Since, scope.Until)
	if err != nil {
		return ask, now, before, err
	}
	now, before = report.Compare(cases, scope)
	now.Sent = report.CountSent(sent, scope)
	return ask, now, before, nil
}

// reportCSV is the report as a table, the same as report --csv prints.
func (in *Inbox) reportCSV(w http.ResponseWriter, r *http.Request, v visit) error {
	_, now, _, err := in.counted(r, v)
	if err != nil {
		return err
	}
	beginTable(w, "earshot-report-"+now.Since.Format(time.DateOnly))
	_ = now.CSV(w) // the asker is gone if this fails
	return nil
}

// reports shows how long people waited.
func (in *Inbox) reports(w http.ResponseWriter, r *http.Request, v visit) error {
	ask, now, before, err := in.counted(r, v)
	if err != nil {
		return err
	}
	l := v.lang
	places := in.opt.Places()
	out := reportPage{frame: v.frame("reports", l.Text("web.reports")), Period: ask.period, From: ask.from, To: ask.to, CSV: "/reports.csv?" + ask.query(),
		Span: l.Text("report.period", "from", l.DateTime(now.Since), "to", l.Time("time.date_time_zone", now.Until)), Unanswered: now.Unanswered, NothingHeard: now.Heard == 0, Nameless: now.Nameless(l),
		Selects: []choice{v.choice("watch", ask.watch, places.Watches, asItIs), v.choice("source", ask.source, places.Sources, asItIs)}}
	for _, p := range reportPeriods {
		to := reportAsk{period: p.word, watch: ask.watch, source: ask.source}
		out.Periods = append(out.Periods, link{Name: l.Text(p.key), Path: to.path(), Here: to == ask})
	}
	out.Waiting = ask.inbox(filter{}, now).path()
	out.Tiles = tiles(l, now, before)
	out.Waits = waitRows(l, now, before)
	out.Days, out.Hours = dayChart(l, now), hourChart(l, now)
	out.Tables = reportTables(l, ask, now)
	return in.show(w, http.StatusOK, "reports", out)
}

// inbox is the list that a number was counted from, as near as its days come.
func (ask reportAsk) inbox(f filter, now report.Report) filter {
	f.From, f.To = now.Since.Format(time.DateOnly), now.Until.Add(-time.Nanosecond).Format(time.DateOnly)
	if f.Watch == "" {
		f.Watch = ask.watch
	}
	if f.Source == "" {
		f.Source = ask.source
	}
	return f
}

func tiles(l i18n.Lang, now, before report.Report) (out []tile) {
	add := func(name, value, was string) {
		out = append(out, tile{text.Capital(strings.TrimSpace(name)), value, l.Text("web.report.was", "was", was)})
	}
	number := func(name string, n, was int) { add(name, l.Number(n), l.Number(was)) }
	number(l.Text("report.complaints_heard"), now.Heard, before.Heard)
	number(l.Text("report.answered"), now.Answered, before.Answered)
	if now.Kept.Of+before.Kept.Of > 0 {
		add(l.Text("report.kept"), now.Kept.Words(l), before.Kept.Words(l))
	}
	number(l.Text("report.unanswered"), now.Unanswered, before.Unanswered)
	number(l.Text("report.proved"), now.Proved, before.Proved)
	number(l.Text("report.dismissed"), now.Dismissed, before.Dismissed)
	return out
}

// waitRows are the parts of the wait. Bars are as long as the waits, the longest is whole.
func waitRows(l i18n.Lang, now, before report.Report) (out []waitRow) {
	longest := max(now.Hear.P90, now.Claim.P90, now.Answer.P90, now.Overall.P90)
	bar := func(d time.Duration) int {
		if d <= 0 {
			return 0
		}
		return max(1, int(float64(d)/float64(longest)*barWidth))
	}
	for _, each := range []struct {
		key       string
		now, then report.Spread
	}{{"report.hear", now.Hear, before.Hear}, {"report.claim", now.Claim, before.Claim}, {"report.answer", now.Answer, before.Answer}, {"report.overall", now.Overall, before.Overall}} {
		out = append(out, waitRow{Name: l.Text(each.key), Median: each.now.MedianWords(l), P90: each.now.P90Words(l), Was: together(each.then.Words(l)), MedianBar: bar(each.now.Median), P90Bar: bar(each.now.P90)})
	}
	return out
}

// together keeps the parts of an enumeration whole: it may break after a comma alone.
func together(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, " ", "\u00a0"), ",\u00a0", ", ")
}
