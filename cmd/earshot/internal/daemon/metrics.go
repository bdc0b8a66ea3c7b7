package daemon

import (
	"context"
	"maps"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// metrics are what the daemon tells about itself: how every source stands, how
// long complaints wait, what lies in the outbox. /healthz reads from it too.
type metrics struct {
	registry *prometheus.Registry
	latency  *prometheus.HistogramVec
	late     *prometheus.HistogramVec
	posted   *prometheus.CounterVec
	doors    *prometheus.CounterVec
	*meters

	mu       sync.Mutex
	troubles map[string]error // routes and parts that do not work, with the reason
	polled   map[string]bool  // the sources in use
}

// latencyBuckets are in seconds, from "at once" to "an hour late".
var latencyBuckets = []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 60, 300, 900, 3600}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "earshot_alert_latency_seconds", Help: "From the poll that saw the post to the channel's acceptance of the message.", Buckets: latencyBuckets,
		}, []string{"source"}),
		late: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "earshot_published_posted_seconds", Help: "From the time the site shows to the channel's acceptance of the message.", Buckets: waitBuckets,
		}, []string{"source"}),
		posted:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "earshot_messages_total", Help: "Messages accepted by their channel."}, []string{"kind"}),
		doors:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "earshot_door_messages_total", Help: "Messages that the service behind a door accepted."}, []string{"door"}),
		meters:   newMeters(),
		troubles: map[string]error{},
	}
	m.meters.register(m.registry)
	m.registry.MustRegister(m.latency, m.late, m.posted, m.doors, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// handler answers a scrape.
func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// accepted is told of every message that a channel took.
func (m *metrics) accepted(msg alerts.Message, at time.Time) {
	m.posted.WithLabelValues(string(msg.Alert.Kind)).Inc()
	if name, isDoor := alerts.DoorOf(msg.Alert.Route); isDoor && (msg.Alert.ThreadOf == "" || msg.Alert.Kind == mention.Escalation) {
		m.doors.WithLabelValues(name).Inc()
	}
	if source := msg.Mention.Post.Source; source != "" && ofComplaint(msg.Alert.Kind) {
		heard := alerts.Heard(msg.Mention, msg.Case)
		m.mu.Lock()
		if m.polled[source] {
			m.latency.WithLabelValues(source).Observe(at.Sub(heard).Seconds())
			p := msg.Mention.Post
			if heard.Equal(msg.Mention.HeardAt) && !p.DateOnly && !p.Published.IsZero() && !p.Published.After(heard) { // else nobody waited, or not since then
				m.late.WithLabelValues(source).Observe(at.Sub(p.Published).Seconds())
			}
		}
		m.mu.Unlock()
		m.waited(waitPosted, heard, at)
	}
}

// keep is told which sources are in use. What was measured of others goes: their names would stay for
// the life of the process, one more with every change of the watchlist.
func (m *metrics) keep(sources []string) {
	polled := make(map[string]bool, len(sources))
	for _, name := range sources {
		polled[name] = true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for name := range m.polled {
		if !polled[name] {
			m.latency.DeleteLabelValues(name)
			m.late.DeleteLabelValues(name)
		}
	}
	m.polled = polled
}

// trouble is told when a route or a part stops working, and with nil when it works again.
func (m *metrics) trouble(route string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		delete(m.troubles, route)
		return
	}
	m.troubles[route] = err
}

// inTrouble is what trouble was told of, with the reasons.
func (m *metrics) inTrouble() map[string]error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.troubles)
}

// counter is the part of the store that counts what lies where.
type counter interface {
	Counts(ctx context.Context, now time.Time) (mention.Counts, error)
}

// sourceCollector reads how the sources stand at each scrape, so a source that left
// the watchlist leaves the metrics too; and what lies in the outbox, and what is wrong. now is
// the database's clock, by which all of that was stored.
type sourceCollector struct {
	sources  func() []monitor.SourceStatus
	db       counter
	troubles func() map[string]string
	replicas func() (delivers bool, n int)
	now      func() time.Time
}

var (
	descLastSuccess = sourceDesc("last_success_timestamp_seconds", "When the source was last read.")
	descLastNew     = sourceDesc("last_new_timestamp_seconds", "When the source last had a new post.")
	descFailures    = sourceDesc("failures", "Failed polls in a row.")
	descPolls       = sourceDesc("polls_total", "Polls since the start.")
	descPosts       = sourceDesc("posts_total", "New posts since the start.")
	descSuspended   = sourceDesc("suspended", "1 while the source is left alone because it refused.")
	descNotStored   = sourceDesc("not_stored", "1 while posts of the source were read and cannot be stored.")
	descState       = prometheus.NewDesc("earshot_source_state", "1 for the state the source is in: as in sources of /healthz.", []string{"source", "state"}, nil)
	descTrouble     = prometheus.NewDesc("earshot_trouble", "1 for every part that does not work: as in trouble of /healthz.", []string{"part"}, nil)
	descDeliverer   = prometheus.NewDesc("earshot_deliverer", "1 for the replica that brings the messages out.", nil, nil)
	descReplicas    = prometheus.NewDesc("earshot_replicas", "Replicas at work on the database, as this one sees them.", nil, nil)
	descOutbox      = prometheus.NewDesc("earshot_outbox", "Alerts by state.", []string{"state"}, nil)
	descOutboxAge   = prometheus.NewDesc("earshot_outbox_oldest_seconds", "How long the alert waits that is due and waits longest; 0 when none does.", nil, nil)
	descCases       = prometheus.NewDesc("earshot_cases", "Cases that wait for somebody: open are those that nobody has taken or snoozed and whose post is not gone.", []string{"state"}, nil)
	descCasesAge    = prometheus.NewDesc("earshot_cases_oldest_open_seconds", "How long the one of the open cases waits that waits longest; 0 when there is none.", nil, nil)
)

func sourceDesc(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("earshot_source_"+name, help, []string{"source"}, nil)
}

// Describe implements prometheus.Collector.
func (c *sourceCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descLastSuccess, descLastNew, descFailures, descPolls, descPosts, descSuspended, descNotStored, descState, descTrouble, descDeliverer, descReplicas, descOutbox, descOutboxAge, descCases, descCasesAge} {
		ch <- d
	}
}

// collectTimeout bounds what a scrape may wait for the database.
const collectTimeout = 2 * time.Second

// Collect implements prometheus.Collector.
func (c *sourceCollector) Collect(ch chan<- prometheus.Metric) {
	now := c.now()
	for _, s := range c.sources() {
		gauge := func(d *prometheus.Desc, v float64) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, s.Name)
		}
		gauge(descLastSuccess, unixOrZero(s.LastSuccess))
		gauge(descLastNew, unixOrZero(s.LastNew))
		gauge(descFailures, float64(s.Failures))
		gauge(descNotStored, boolean(s.NotStored != ""))
		gauge(descSuspended, boolean(s.SuspendedUntil.After(now)))
		ch <- prometheus.MustNewConstMetric(descState, prometheus.GaugeValue, 1, s.Name, string(s.StateAt(now)))
		ch <- prometheus.MustNewConstMetric(descPolls, prometheus.CounterValue, float64(s.Polls), s.Name)
		ch <- prometheus.MustNewConstMetric(descPosts, prometheus.CounterValue, float64(s.NewPosts), s.Name)
	}
	for part := range c.troubles() {
		ch <- prometheus.MustNewConstMetric(descTrouble, prometheus.GaugeValue, 1, part)
	}
	delivers, n := c.replicas()
	ch <- prometheus.MustNewConstMetric(descDeliverer, prometheus.GaugeValue, boolean(delivers))
	ch <- prometheus.MustNewConstMetric(descReplicas, prometheus.GaugeValue, float64(n))
	ctx, cancel := context.WithTimeout(context.Background(), collectTimeout)
	defer cancel()
	counts, err := c.db.Counts(ctx, now)
	if err != nil {
		return // a scrape without these lines says as much
	}
	ch <- prometheus.MustNewConstMetric(descOutboxAge, prometheus.GaugeValue, ageOrZero(counts.OldestPending, now))
	ch <- prometheus.MustNewConstMetric(descCasesAge, prometheus.GaugeValue, ageOrZero(counts.OldestOpen, now))
	for state, n := range map[string]int{"pending": counts.Pending, "posting": counts.Posting} {
		ch <- prometheus.MustNewConstMetric(descOutbox, prometheus.GaugeValue, float64(n), state)
	}
	for state, n := range map[string]int{"open": counts.Open, "claimed": counts.Claimed} {
		ch <- prometheus.MustNewConstMetric(descCases, prometheus.GaugeValue, float64(n), state)
	}
}

func ageOrZero(since, now time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, now.Sub(since).Seconds())
}

func unixOrZero(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
