package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
)

// soakFault is something that goes wrong around a running daemon, and how people can see it.
type soakFault struct {
	name     string
	begin    func()
	end      func()
	trouble  string         // the part that /healthz names while it lasts; empty for none
	says     *regexp.Regexp // what /healthz says of it
	notice   string         // words of the notice in Slack, with the fault or after it; empty for none
	heard    bool           // complaints reach Slack while it lasts
	needs    time.Duration  // how long it must last until staff are told
	skipWhen string         // why it cannot be had here
}

// soakRow is what was seen of one fault.
type soakRow struct {
	fault, health, metric, slack string
	toldAfter, healedAfter       time.Duration
	during, after                string
}

// TestFaults lets a running daemon live through what goes wrong around it, one thing after
// the other, while complaints are published. At each /healthz, /metrics and Slack say what is
// wrong, and afterwards that it is over; every complaint stands in Slack once.
// EARSHOT_DRILL=full gives each fault five minutes, which makes half an hour.
func TestFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a minute in real time")
	}
	t.Parallel()
	lasts := 3 * time.Second
	if os.Getenv("EARSHOT_DRILL") == "full" {
		lasts = 5 * time.Minute
	}
	f := newFaultRig(t)
	f.baseline()
	f.p = f.start("")
	f.until(f.p, 30*time.Second, "health is ok", func() bool { return f.healthOf().Status == "ok" })
	var rows []soakRow
	for i, fault := range f.faults() {
		if fault.skipWhen != "" {
			t.Logf("%s: %s", fault.name, fault.skipWhen)
			continue
		}
		if fault.needs > lasts && os.Getenv("EARSHOT_DRILL") != "full" {
			fault.notice = "" // told only after longer than this form takes
		}
		rows = append(rows, f.live(i, fault, lasts))
	}
	f.p.stop()
	f.once(f.p, f.published...)
	if v := f.slack.Violations(); len(v) > 0 {
		t.Errorf("Slack was not obeyed: %.300v", v)
	}
	f.table(rows)
}

// faultRig is the rig with everything between the daemon and the world breakable.
type faultRig struct {
	*rig
	p         *process
	redis     *testkit.RedisServer
	sites     *testkit.Proxy
	disk      string // a small disk of its own; empty when none can be had
	published []string
	began     time.Time
}

func newFaultRig(t *testing.T) *faultRig {
	redis := testkit.Redis(t, "--maxmemory-policy", "noeviction")
	f := &faultRig{rig: newRig(t, redis.URL()), redis: redis, began: time.Now()}
	f.sites = testkit.NewProxy(t, strings.TrimPrefix(f.site.URL, "http://"))
	list := strings.ReplaceAll(f.watchlist(), f.site.URL, "http://"+f.sites.Addr)
	if disk := filepath.Join(f.dir, "disk"); os.Mkdir(disk, 0o755) == nil && exec.Command("mount", "-t", "tmpfs", "-o", "size=16m", "none", disk).Run() == nil {
		t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
		f.disk = disk
		list = strings.ReplaceAll(list, filepath.Join(f.dir, "e.db"), filepath.Join(disk, "e.db"))
	}
	f.write(list)
	return f
}

func (f *faultRig) faults() []soakFault {
	good, err := os.ReadFile(f.path())
	if err != nil {
		f.t.Fatal(err)
	}
	full := filepath.Join(f.disk, "full")
	all := []soakFault{
		{name: "Redis killed", begin: f.redis.Stop, end: f.redis.Start, trouble: "redis", heard: true},
		{name: "sites cut off", begin: func() { f.sites.SetDown(true) }, end: func() { f.sites.SetDown(false) }},
		{name: "Slack answers 500", begin: func() {
			f.slack.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.Refuse5xx, Times: -1})
		}, end: f.slack.Heal,
			trouble: "#mentions"},
		{name: "watchlist saved badly", begin: func() { f.write(string(good) + "watchh: []\n") }, end: func() { f.write(string(good)) },
			trouble: "watchlist", says: regexp.MustCompile(`watchh`), notice: "The watchlist that was saved is not in use", heard: true},
		{name: "disk full", trouble: "database", says: regexp.MustCompile(`(?i)full|space`), notice: "Complaints cannot be stored", needs: 40 * time.Second,
			begin: func() { f.shrink(); fill(f.t, full) }, end: func() { _ = os.Remove(full) }},
	}
	if f.disk == "" {
		all[4].skipWhen = "no disk of its own can be mounted here"
	}
	return all
}

// shrink makes SQLite's journal empty: it keeps the size of its longest hour, and what is
// written into that needs no room on the disk.
func (f *faultRig) shrink() {
	f.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(f.disk, "e.db"))
	if err != nil {
		f.t.Fatal(err)
	}
	defer db.Close()
	f.until(f.p, 30*time.Second, "the journal is empty", func() bool {
		var busy, frames, done int
		err := db.QueryRow(`PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &frames, &done)
		return err == nil && busy == 0 && frames == 0
	})
}

// fill writes until the disk takes no more.
func fill(t testing.TB, path string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 1 << 20; size >= 1; size >>= 1 {
		for {
			if _, err := file.Write(make([]byte, size)); err != nil {
				break
			}
		}
	}
}

// publish lets somebody complain, and returns the words.
func (f *faultRig) publish(what string) string {
	words := fmt.Sprintf("Romashka Bank charged me twice and refuses to refund, case %d, %s.", len(f.published)+1, what)
	place := []string{"forum", "reviews"}[len(f.published)%2]
	f.town.Publish(demosites.Post{Place: place, After: time.Since(f.began), Author: fmt.Sprint("author ", len(f.published)), Stars: 1, Text: words})
	f.published = append(f.published, words)
	return words
}

// live goes through one fault and reports what could be seen of it.
func (f *faultRig) live(i int, fault soakFault, lasts time.Duration) soakRow {
	f.t.Helper()
	row := soakRow{fault: fault.name, health: "ok", metric: "-", slack: "-"}
	began := time.Now()
	fault.begin()
	words := f.publish("while " + fault.name)
	f.publish("twice while " + fault.name)
	if fault.trouble != "" {
		f.until(f.p, 30*time.Second, fault.name+" is told on /healthz", func() bool {
			h := f.healthOf()
			row.health = fmt.Sprintf("%s: %s: %s", h.Status, fault.trouble, h.Trouble[fault.trouble])
			return h.Status != "ok" && h.Trouble[fault.trouble] != "" && (fault.says == nil || fault.says.MatchString(h.Trouble[fault.trouble]))
		})
		row.toldAfter = time.Since(began)
		row.metric = f.metricOf(fault.trouble)
		if row.metric == "" {
			f.t.Errorf("%s: no metric tells of it", fault.name)
		}
	}
	if fault.trouble == "" { // the sources themselves say so
		f.until(f.p, 30*time.Second, fault.name+" is told by every source", func() bool {
			h, failing := f.healthOf(), 0
			for _, s := range h.Sources {
				if s.State == "failing" {
					failing++
					row.health = fmt.Sprintf("%s; %d of %d sources %s: %s", h.Status, failing, len(h.Sources), s.State, s.Error)
				}
			}
			return failing == len(h.Sources)
		})
		row.toldAfter = time.Since(began)
		row.metric = f.failuresOf("forum")
	}
	if fault.heard {
		f.until(f.p, 30*time.Second, fault.name+": a complaint is heard meanwhile", func() bool { return f.count(words) == 1 })
		row.during = "told at once"
	}
	for time.Since(began) < lasts {
		time.Sleep(min(time.Until(began.Add(lasts)), 10*time.Second))
		if lasts > time.Minute {
			f.publish("still " + fault.name)
		}
	}
	if fault.notice != "" {
		f.until(f.p, 90*time.Second, fault.name+": staff are told in Slack", func() bool { return f.count(fault.notice) >= 1 || fault.trouble == "#mentions" })
		row.slack = f.line(fault.notice)
	}
	healed := time.Now()
	fault.end()
	var h healthAnswer
	defer func() {
		if f.t.Failed() {
			f.t.Logf("%s: health %+v", fault.name, h)
		}
	}()
	f.until(f.p, 2*time.Minute, fault.name+" is over: health is ok, all are told", func() bool {
		h = f.healthOf()
		return h.Status == "ok" && f.allTold()
	})
	row.healedAfter = time.Since(healed)
	row.after = fmt.Sprintf("%d of %d once", len(f.published), len(f.published))
	return row
}

func (f *faultRig) allTold() bool {
	texts := f.texts()
	for _, words := range f.published {
		if strings.Count(texts, words) == 0 {
			return false
		}
	}
	return true
}

// line is the message in Slack with these words.
func (f *faultRig) line(words string) string {
	for _, m := range f.slack.Messages("#mentions") {
		if strings.Contains(m.Text, words) {
			return m.Text
		}
	}
	return "-"
}

type healthAnswer struct {
	Status  string
	Trouble map[string]string
	Sources []struct{ Name, State, Error string }
}

func (f *faultRig) healthOf() (h healthAnswer) {
	f.t.Helper()
	if !webAddress.MatchString(f.p.log.String()) {
		return h
	}
	body := webPageWithin(f.t, f.p, "healthz", answersIn)
	if err := json.Unmarshal([]byte(body), &h); err != nil {
		f.t.Fatal(err, body)
	}
	return h
}

// metricOf is the line of /metrics that names a part in trouble.
func (f *faultRig) metricOf(part string) string {
	for _, line := range strings.Split(metricsText(f.t, f.p), "\n") {
		if strings.HasPrefix(line, "earshot_trouble") && strings.Contains(line, fmt.Sprintf("%q", part)) && strings.HasSuffix(line, " 1") {
			return line
		}
	}
	return ""
}

// failuresOf is the line of /metrics that counts the failed polls of a source.
func (f *faultRig) failuresOf(source string) string {
	for _, line := range strings.Split(metricsText(f.t, f.p), "\n") {
		if strings.HasPrefix(line, fmt.Sprintf("earshot_source_failures{source=%q}", source)) && !strings.HasSuffix(line, " 0") {
			return line
		}
	}
	f.t.Errorf("no metric says that %s fails", source)
	return ""
}

// table prints what was seen, one fault a row.
func (f *faultRig) table(rows []soakRow) {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "\n%s\n  health  %s (after %s)\n  metric  %s\n  Slack   %s\n  then    %s; ok again %s after it ended; %s", r.fault, r.health, r.toldAfter.Round(time.Millisecond),
			r.metric, r.slack, orDash(r.during), r.healedAfter.Round(time.Millisecond), r.after)
	}
	f.t.Log(b.String())
	var notices []string
	for _, m := range f.slack.Messages("#mentions") {
		if !strings.Contains(m.Text, "charged me twice") {
			notices = append(notices, m.Text)
		}
	}
	sort.Strings(notices)
	f.t.Logf("other messages:\n%s", strings.Join(notices, "\n"))
}

func orDash(s string) string {
	if s == "" {
		return "told afterwards"
	}
	return s
}
