package daemon

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/mention"
)

// answersFor is over how long the metrics count the answers that went out from here.
const answersFor = 30 * 24 * time.Hour

var (
	descAnswers     = prometheus.NewDesc("earshot_answers", "Answers that people sent from earshot in the last 30 days, by what became of them.", []string{"network", "outcome"}, nil)
	descAnswersSeen = prometheus.NewDesc("earshot_answers_seen_median_seconds", "From Send to the poll that saw the answer, the median of the last 30 days; 0 when none was seen.", []string{"network"}, nil)
)

// answerCollector counts at each scrape what became of the answers, as reports do.
type answerCollector struct {
	times    func(ctx context.Context, since, until time.Time) ([]mention.ReplyTimes, error)
	network  func(source string) string
	networks func() []string  // that can be answered now
	now      func() time.Time // the database's clock
}

// Describe implements prometheus.Collector.
func (c *answerCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- descAnswers
	ch <- descAnswersSeen
}

// Collect implements prometheus.Collector.
func (c *answerCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTimeout)
	defer cancel()
	now := c.now()
	scope := report.Scope{Since: now.Add(-answersFor), Until: now.Add(time.Hour), Network: c.network} // what is written meanwhile counts
	all, err := c.times(ctx, scope.Since, scope.Until)
	if err != nil {
		return // a scrape without these lines says as much
	}
	rows := map[string]report.Sent{}
	for _, name := range c.networks() {
		rows[name] = report.Sent{}
	}
	for _, row := range report.CountSent(all, scope) {
		rows[row.Network] = row
	}
	for name, row := range rows {
		for outcome, n := range map[string]int{"reached": row.Reached, "refused": row.Refused, "unknown": row.Unknown, "under_way": row.UnderWay, "seen": row.Seen} {
			ch <- prometheus.MustNewConstMetric(descAnswers, prometheus.GaugeValue, float64(n), name, outcome)
		}
		ch <- prometheus.MustNewConstMetric(descAnswersSeen, prometheus.GaugeValue, row.ToSeen.Median.Seconds(), name)
	}
}

// networkOf is what the network of a source is called, by the watchlist in use.
func (d *Daemon) networkOf(source string) string { return d.config().KindOf(source) }

// answeredNetworks are the networks that the watchlist in use lets be answered.
func (d *Daemon) answeredNetworks() (names []string) {
	for _, src := range d.config().Sources {
		if src.Reply != nil {
			names = append(names, src.Kind)
		}
	}
	return names
}
