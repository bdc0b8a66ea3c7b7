package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestMetricsAreDocumented: docs/metrics.md has a row for every metric of ours and for no
// other, with the help that /metrics gives.
func TestMetricsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(earshot_[a-z_]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		documented[m[1]] = true
	}
	text := fmt.Sprintf(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{feed: "http://127.0.0.1:1/rss", name: news}, {wordpress: "http://127.0.0.1:1/", name: blog, reply: {as: support, key: "abcd"}}]
store: {database: "sqlite:%s", redis: "redis://127.0.0.1:1/0"}
`, filepath.Join(t.TempDir(), "e.db"))
	d := open(t, text)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = d.engine.Run(ctx) }()
	defer func() { stop(); <-done }()
	d.poll(ctx, d.inUse.Load())
	eventually(t, "a source that is polled", func() bool { return len(d.monitor.Status()) > 0 })
	m := mention.Mention{HeardAt: time.Now(), Post: mention.Post{Source: "news", Published: time.Now().Add(-time.Minute)}}
	d.metrics.accepted(alerts.Message{Alert: mention.Alert{Kind: mention.Complaint}, Mention: m}, time.Now())
	d.metrics.accepted(alerts.Message{Alert: mention.Alert{Kind: mention.Fallback, Route: "door:night"}}, time.Now())
	d.metrics.trouble("slack", errors.New("away"))
	d.metrics.slackCalled("auth.test", slack.Done)

	answered := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (earshot_[a-z_]+) `).FindAllStringSubmatch(scrape(d), -1) {
		answered[m[1]] = true
		if !documented[m[1]] {
			t.Errorf("%s is not in docs/metrics.md", m[1])
		}
	}
	if want := `earshot_answers{network="wordpress",outcome="reached"} 0`; !strings.Contains(scrape(d), want) {
		t.Errorf("/metrics lacks %s", want)
	}
	for name := range documented {
		if !answered[name] {
			t.Errorf("docs/metrics.md has %s, which /metrics does not answer", name)
		}
	}
	if problems, err := promlint.New(strings.NewReader(scrape(d))).Lint(); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
}

// TestEveryTroubleHasItsRunbook: each part that /healthz may name stands in the runbooks and in the metrics'
// page, and what is no way out has its own alert, or none.
func TestEveryTroubleHasItsRunbook(t *testing.T) {
	read := func(path string) string {
		text, err := os.ReadFile(filepath.Join(testkit.Root(t), path))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	parts := map[string]bool{"slack": true, "notify": true} // ways out, named where they are told of
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?m)^\tpart[A-Z]\w* += "([a-z]+)"`)
	for _, path := range files {
		for _, m := range named.FindAllStringSubmatch(read("cmd/earshot/internal/daemon/"+path), -1) {
			parts[m[1]] = true
		}
	}
	if len(parts) < 10 {
		t.Fatalf("parts %v: is the pattern still right?", parts)
	}
	_, table, _ := strings.Cut(read("docs/runbooks.md"), "## What `trouble` names\n")
	table, _, _ = strings.Cut(table, "\n## ")
	metrics, rules := read("docs/metrics.md"), read("deploy/prometheus/rules.yaml")
	_, row, _ := strings.Cut(metrics, "| `earshot_trouble` |")
	row, _, _ = strings.Cut(row, "\n")
	others := regexp.MustCompile(`part!~"([^"]+)"`).FindStringSubmatch(rules)
	if others == nil {
		t.Fatal("no rule for the ways out")
	}
	for part := range parts {
		if !strings.Contains(table, "`"+part+"`") {
			t.Errorf("docs/runbooks.md does not say what to do about %s", part)
		}
		if !strings.Contains(row, "`"+part+"`") {
			t.Errorf("docs/metrics.md does not name %s", part)
		}
		if wayOut := part == "slack" || part == "notify"; slices.Contains(strings.Split(others[1], "|"), part) == wayOut {
			t.Errorf("%s is alerted as a way out: %v", part, !wayOut)
		}
	}
}

// TestGoneSourceLeavesTheMetrics: also what is counted of a source goes with it, whatever is told of it
// afterwards, and what rests has no lines.
func TestGoneSourceLeavesTheMetrics(t *testing.T) {
	text := fmt.Sprintf(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{feed: "http://127.0.0.1:1/rss", name: news}, {feed: "http://127.0.0.1:1/old", name: old}, {feed: "http://127.0.0.1:1/rests", name: rests}]
store: {database: "sqlite:%s"}
`, filepath.Join(t.TempDir(), "e.db"))
	d := open(t, text)
	tell := func() {
		for _, source := range []string{"news", "old", "rests"} {
			m := mention.Mention{HeardAt: time.Now(), Post: mention.Post{Source: source}}
			d.metrics.accepted(alerts.Message{Alert: mention.Alert{Kind: mention.Complaint}, Mention: m}, time.Now())
		}
	}
	tell()
	without := strings.Replace(text, `, {feed: "http://127.0.0.1:1/old", name: old}`, "", 1)
	n, err := d.prepare(t.Context(), check(t, strings.Replace(without, "name: rests", "name: rests, enabled: false", 1)))
	if err != nil {
		t.Fatal(err)
	}
	defer n.client.Close()
	d.commit(n)
	tell()
	for line := range strings.Lines(scrape(d)) {
		if strings.Contains(line, `source="old"`) || strings.Contains(line, `source="rests"`) {
			t.Errorf("still there: %s", line)
		}
	}
	if want := `earshot_alert_latency_seconds_count{source="news"} 2`; !strings.Contains(scrape(d), want) {
		t.Errorf("/metrics lacks %s", want)
	}
}

func TestWaits(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	before := func(d time.Duration) time.Time { return now.Add(-d) }
	m, registry := newMeters(), prometheus.NewRegistry()
	m.register(registry)
	sum := func(step string) string {
		_, text := ask(t, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}), "/metrics")
		var out []string
		for line := range strings.Lines(text) {
			if strings.Contains(line, step) && strings.HasPrefix(line, "earshot_wait") && !strings.Contains(line, "_bucket") {
				out = append(out, strings.Fields(line)[1])
			}
		}
		return strings.Join(out, " of ")
	}
	complaint := func(published time.Time) *mention.PendingMention {
		return &mention.PendingMention{Mention: mention.Mention{HeardAt: now, Post: mention.Post{Published: published}}, Alerts: []mention.Alert{{Kind: mention.Complaint}}}
	}
	edited, quiet := complaint(before(time.Hour)), complaint(before(time.Hour))
	edited.Previous, quiet.Alerts = &mention.Mention{}, nil
	answer := &mention.PendingMention{
		Events: []mention.Event{{MentionID: "a", Kind: "answered"}, {MentionID: "never claimed", Kind: "answered"}},
		Also: []mention.Case{
			{MentionID: "a", Status: mention.Replied, ClaimedAt: before(300 * time.Second), RepliedAt: now},
			{MentionID: "never claimed", Status: mention.Replied, RepliedAt: now},
			{MentionID: "of something else", Status: mention.Claimed, ClaimedAt: before(time.Hour), RepliedAt: now},
		},
	}
	day := complaint(before(12 * time.Hour))
	day.Mention.Post.DateOnly = true // its first moment, not that of the post
	m.ingested([]*mention.PendingMention{complaint(before(60 * time.Second)), complaint(time.Time{}), complaint(now.Add(time.Hour)), day, edited, quiet, answer})
	if got := sum(waitHeard); got != "60 of 1" {
		t.Errorf("published to heard: %s", got)
	}
	if got := sum(waitReplied); got != "300 of 1" {
		t.Errorf("claimed to replied: %s", got)
	}
	again := complaint(before(30 * time.Second))
	again.Alerts[0].Kind = mention.Duplicate
	if m.ingested([]*mention.PendingMention{again}); sum(waitHeard) != "90 of 2" { // reports count it, too
		t.Errorf("published to heard, the same words elsewhere: %s", sum(waitHeard))
	}

	cases := &oneCase{c: mention.Case{Status: mention.Open}, posted: before(20 * time.Second)}
	desk := measuredCases{cases, m}
	press := func(change func(c *mention.Case)) {
		t.Helper()
		if _, err := desk.UpdateCase(t.Context(), "a", func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
			change(c)
			return nil, nil, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	claim := func(c *mention.Case) { c.Status, c.ClaimedAt = mention.Claimed, now }
	press(claim)
	press(claim) // handed over: nobody waited
	press(func(c *mention.Case) { c.Status, c.RepliedAt = mention.Replied, now.Add(100*time.Second) })
	press(func(c *mention.Case) {
		c.Status, c.ReopenedAt, c.RepliedAt = mention.Open, before(5*time.Second), time.Time{}
	})
	press(claim)
	if got := sum(waitClaimed); got != "25 of 2" {
		t.Errorf("posted to claimed: %s", got)
	}
	if got := sum(waitReplied); got != "400 of 2" {
		t.Errorf("claimed to replied: %s", got)
	}
	if _, err := desk.UpdateCase(t.Context(), "a", func(*mention.Case) ([]mention.Event, []mention.Alert, error) {
		return nil, nil, mention.ErrNothingToDo
	}); !errors.Is(err, mention.ErrNothingToDo) {
		t.Error(err)
	}
}

// TestPraiseThatBecameAComplaint: it was no complaint before the poll that saw the edit, so its message is not
// weeks late.
func TestPraiseThatBecameAComplaint(t *testing.T) {
	now, m := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), newMetrics()
	m.keep([]string{"forum"})
	m.accepted(alerts.Message{Alert: mention.Alert{Kind: mention.Complaint}, Case: mention.Case{OpenedAt: now.Add(-3 * time.Second)},
		Mention: mention.Mention{HeardAt: now.AddDate(0, 0, -20), Post: mention.Post{Source: "forum"}}}, now)
	m.accepted(alerts.Message{Alert: mention.Alert{Kind: mention.Duplicate}, Mention: mention.Mention{HeardAt: now.Add(-4 * time.Second), Post: mention.Post{Source: "forum"}}}, now)
	m.accepted(alerts.Message{Alert: mention.Alert{Kind: mention.Escalation}, Mention: mention.Mention{HeardAt: now.Add(-time.Hour), Post: mention.Post{Source: "forum"}}}, now)
	_, text := ask(t, m.handler(), "/metrics")
	for _, want := range []string{`earshot_alert_latency_seconds_sum{source="forum"} 7`, `earshot_wait_seconds_sum{step="heard_posted"} 7`} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("/metrics lacks %s", want)
		}
	}
}

// TestHowLateASourceIs: from the site's own moment to the message in its channel, of each source; what has no
// moment, or was none of a complaint then, does not count.
func TestHowLateASourceIs(t *testing.T) {
	now, m := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC), newMetrics()
	m.keep([]string{"forum", "gone"})
	tell := func(source string, c mention.Case, heard time.Duration, p mention.Post) {
		p.Source = source
		m.accepted(alerts.Message{Alert: mention.Alert{Kind: mention.Complaint}, Case: c, Mention: mention.Mention{HeardAt: now.Add(-heard), Post: p}}, now)
	}
	at := func(before time.Duration) mention.Post { return mention.Post{Published: now.Add(-before)} }
	day := at(12 * time.Hour)
	day.DateOnly = true
	tell("forum", mention.Case{}, 10*time.Second, at(100*time.Second))
	tell("forum", mention.Case{}, 10*time.Second, day)
	tell("forum", mention.Case{}, 10*time.Second, mention.Post{})
	tell("forum", mention.Case{}, 10*time.Second, at(-time.Hour))                                      // its clock is ahead
	tell("forum", mention.Case{OpenedAt: now.Add(-time.Minute)}, 20*24*time.Hour, at(21*24*time.Hour)) // praise until its edit
	tell("gone", mention.Case{}, time.Second, at(time.Minute))
	m.keep([]string{"forum"})
	_, text := ask(t, m.handler(), "/metrics")
	for _, want := range []string{`earshot_published_posted_seconds_sum{source="forum"} 100`, `earshot_published_posted_seconds_count{source="forum"} 1`} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	if strings.Contains(text, `source="gone"`) {
		t.Error("a source that is gone is still there")
	}
}

// oneCase is a store of one case.
type oneCase struct {
	c      mention.Case
	posted time.Time
}

func (o *oneCase) UpdateCase(_ context.Context, _ mention.ID, change func(*mention.Case) ([]mention.Event, []mention.Alert, error)) (mention.Case, error) {
	next := o.c
	if _, _, err := change(&next); err != nil {
		return o.c, err
	}
	o.c = next
	return o.c, nil
}

func (o *oneCase) AlertOf(context.Context, mention.ID) (mention.Alert, bool, error) {
	return mention.Alert{PostedAt: o.posted}, true, nil
}
func (o *oneCase) Storms(context.Context, time.Time) ([]mention.Alert, error) { return nil, nil }
func (o *oneCase) StormCases(context.Context, string, time.Time, time.Time, time.Time) ([]mention.StormCase, error) {
	return nil, nil
}
func (o *oneCase) Alert(context.Context, mention.AlertID) (mention.Alert, bool, error) {
	return mention.Alert{}, false, nil
}

func TestReloadsAreCounted(t *testing.T) {
	dir := t.TempDir()
	text := reloadList(t, dir, "Alpha", ".post")
	d := open(t, text)
	line := func(name string) string {
		for l := range strings.Lines(scrape(d)) {
			if rest, ok := strings.CutPrefix(l, name+" "); ok {
				return strings.TrimSpace(rest)
			}
		}
		return "absent"
	}
	taken, refused, ok := `earshot_watchlist_reloads_total{outcome="taken"}`, `earshot_watchlist_reloads_total{outcome="refused"}`, "earshot_watchlist_last_reload_successful"
	want := func(list ...string) {
		t.Helper()
		if got := []string{line(taken), line(refused), line(ok)}; !slices.Equal(got, list) {
			t.Errorf("taken, refused, successful: %v, want %v", got, list)
		}
	}
	want("0", "0", "1")
	d.Refused(t.Context(), errors.New("x"))
	want("0", "1", "0")
	stopping, stop := context.WithCancel(t.Context())
	stop()
	if err := d.Reload(stopping, check(t, text)); err != nil {
		t.Fatal(err)
	}
	want("1", "1", "1")
	if got := line("earshot_watchlist_last_reload_timestamp_seconds"); got == "absent" || got == "0" {
		t.Error(got)
	}
	if got := line("earshot_database_free_bytes"); got == "absent" || got == "0" {
		t.Errorf("free: %s", got)
	}
	if got := line("earshot_redis_up"); got != "absent" {
		t.Errorf("redis without one: %s", got)
	}
}

// TestMetricsGoByTheDatabasesClock: on a machine whose clock is wrong nothing waits for longer, or
// shorter, than it does.
func TestMetricsGoByTheDatabasesClock(t *testing.T) {
	for _, ahead := range []time.Duration{-time.Hour, time.Hour} {
		d := open(t, strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1))
		d.clock.ahead.Store(int64(ahead))
		a := alerts.NewNotice("news", "quiet", d.now(), "News is quiet.", "#m")
		a.CreatedAt = d.now().Add(-time.Minute)
		if err := d.store.Enqueue(t.Context(), a); err != nil {
			t.Fatal(err)
		}
		found := regexp.MustCompile(`(?m)^earshot_outbox_oldest_seconds (\S+)$`).FindStringSubmatch(scrape(d))
		if found == nil {
			t.Fatal("no such metric")
		}
		if age, err := strconv.ParseFloat(found[1], 64); err != nil || age < 59 || age > 90 {
			t.Errorf("the database's clock is %s ahead: the oldest waits %s s, want 60", ahead, found[1])
		}
	}
}
