package daemon

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// meters are what the daemon counts and measures while it works: reloads, calls of Slack
// and Redis, how long complaints wait. Every label has a fixed set of values.
type meters struct {
	reloads    *prometheus.CounterVec
	reloadedAt prometheus.Gauge
	reloadedOK prometheus.Gauge
	slack      *prometheus.CounterVec
	redis      prometheus.Histogram
	redisFails prometheus.Counter
	waits      *prometheus.HistogramVec
}

// The steps between which complaints wait.
const (
	waitHeard   = "published_heard"
	waitPosted  = "heard_posted"
	waitClaimed = "posted_claimed"
	waitReplied = "claimed_replied"
)

// waitBuckets are in seconds: seconds for machines, minutes to a week for people.
var waitBuckets = []float64{1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400, 259200, 604800}

// redisBuckets are in seconds, from a Redis next door to one that hangs.
var redisBuckets = []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}

func newMeters() *meters {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "earshot_" + name, Help: help}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: "earshot_" + name, Help: help})
	}
	m := &meters{
		reloads:    counter("watchlist_reloads_total", "Changed watchlists since the start, by what became of them: taken, refused.", "outcome"),
		reloadedAt: gauge("watchlist_last_reload_timestamp_seconds", "When a watchlist was last taken or refused; the start counts."),
		reloadedOK: gauge("watchlist_last_reload_successful", "1 while the watchlist in use is the one that was saved last."),
		slack:      counter("slack_calls_total", "Calls of Slack's Web API, by method and outcome: ok, refused, limited, failed, unreachable.", "method", "outcome"),
		redis: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "earshot_redis_request_seconds", Help: "How long Redis takes for a request; a pipeline is one.", Buckets: redisBuckets,
		}),
		redisFails: prometheus.NewCounter(prometheus.CounterOpts{Name: "earshot_redis_errors_total", Help: "Requests to Redis that failed."}),
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "earshot_wait_seconds", Help: "How long complaints wait between two steps: published_heard, heard_posted, posted_claimed, claimed_replied.", Buckets: waitBuckets,
		}, []string{"step"}),
	}
	for _, outcome := range []string{"taken", "refused"} {
		m.reloads.WithLabelValues(outcome)
	}
	for _, step := range []string{waitHeard, waitPosted, waitClaimed, waitReplied} {
		m.waits.WithLabelValues(step)
	}
	return m
}

func (m *meters) register(r *prometheus.Registry) {
	r.MustRegister(m.reloads, m.reloadedAt, m.reloadedOK, m.slack, m.redis, m.redisFails, m.waits)
}

// build says in a metric what runs.
func (m *meters) build(r *prometheus.Registry, version, revision string) {
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "earshot_build_info", Help: "1, with what runs in its labels."}, []string{"version", "revision", "goversion"})
	info.WithLabelValues(version, revision, runtime.Version()).Set(1)
	r.MustRegister(info)
}

// reloaded is told that a watchlist was taken, or refused.
func (m *meters) reloaded(ok bool, at time.Time) {
	outcome := "refused"
	if ok {
		outcome = "taken"
	}
	m.reloads.WithLabelValues(outcome).Inc()
	m.inUse(ok, at)
}

// inUse is told since when the watchlist in use is the one that was saved last, or not.
func (m *meters) inUse(ok bool, at time.Time) {
	m.reloadedAt.Set(unixOrZero(at))
	m.reloadedOK.Set(boolean(ok))
}

func (m *meters) slackCalled(method string, outcome slack.Outcome) {
	m.slack.WithLabelValues(method, string(outcome)).Inc()
}

func (m *meters) redisAsked(took time.Duration, err error) {
	m.redis.Observe(took.Seconds())
	if err != nil {
		m.redisFails.Inc()
	}
}

// waited notes one wait. Clocks of sites may be wrong: what was not before, did not wait.
func (m *meters) waited(step string, from, to time.Time) {
	if from.IsZero() || to.IsZero() || from.After(to) {
		return
	}
	m.waits.WithLabelValues(step).Observe(to.Sub(from).Seconds())
}

// ingested notes the waits that end with a poll: what was heard, and which complaints are
// answered on the site.
func (m *meters) ingested(drafts []*mention.PendingMention) {
	for _, d := range drafts {
		for _, a := range d.Alerts {
			if ofComplaint(a.Kind) && d.Previous == nil && !d.Mention.Post.DateOnly {
				m.waited(waitHeard, d.Mention.Post.Published, d.Mention.HeardAt)
			}
		}
		for _, c := range d.Also {
			answered := func(e mention.Event) bool { return e.MentionID == c.MentionID && e.Kind == "answered" }
			if slices.ContainsFunc(d.Events, answered) {
				m.waited(waitReplied, c.ClaimedAt, c.RepliedAt)
			}
		}
	}
}

// ofComplaint reports whether an alert is the message that a complaint has of its own: of the same words
// elsewhere it is a reply under the first, and reports count its waits like those of all others.
func ofComplaint(kind mention.AlertKind) bool {
	return kind == mention.Complaint || kind == mention.Duplicate
}

// measuredCases are the store's cases as the desk changes them, with the waits that end by
// what people do.
type measuredCases struct {
	desk.Cases
	meters *meters
}

// UpdateCase implements desk.Cases.
func (c measuredCases) UpdateCase(ctx context.Context, id mention.ID, change func(*mention.Case) ([]mention.Event, []mention.Alert, error)) (mention.Case, error) {
	var before mention.Case
	after, err := c.Cases.UpdateCase(ctx, id, func(now *mention.Case) ([]mention.Event, []mention.Alert, error) {
		before = *now
		return change(now)
	})
	if err != nil {
		return after, err
	}
	switch {
	case before.Status == mention.Open && after.Status == mention.Claimed:
		since := after.ReopenedAt
		if a, ok, err := c.AlertOf(ctx, id); err == nil && ok && a.PostedAt.After(since) { // the wait is worth no error
			since = a.PostedAt
		}
		c.meters.waited(waitClaimed, since, after.ClaimedAt)
	case before.Status == mention.Claimed && after.Status == mention.Replied:
		c.meters.waited(waitReplied, after.ClaimedAt, after.RepliedAt)
	}
	return after, nil
}

// freeEvery is how long an answer about the disk is good: a scrape asks often.
const freeEvery = 10 * time.Second

// storeCollector reads how Redis and the database's disk stand at each scrape.
type storeCollector struct {
	redis    func() error // nil: no Redis is used
	database string

	mu    sync.Mutex
	asked time.Time
	free  int64
	err   error
}

var (
	descRedisUp = prometheus.NewDesc("earshot_redis_up", "1 while Redis answers; absent when the watchlist names none.", nil, nil)
	descFree    = prometheus.NewDesc("earshot_database_free_bytes", "What the disk of the SQLite database has left; absent for PostgreSQL.", nil, nil)
)

// Describe implements prometheus.Collector.
func (c *storeCollector) Describe(ch chan<- *prometheus.Desc) { ch <- descRedisUp; ch <- descFree }

// Collect implements prometheus.Collector.
func (c *storeCollector) Collect(ch chan<- prometheus.Metric) {
	if c.redis != nil {
		ch <- prometheus.MustNewConstMetric(descRedisUp, prometheus.GaugeValue, boolean(c.redis() == nil))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.asked) > freeEvery {
		c.asked = time.Now()
		c.free, c.err = store.FreeSpace(c.database)
	}
	if c.err == nil {
		ch <- prometheus.MustNewConstMetric(descFree, prometheus.GaugeValue, float64(c.free))
	}
}
