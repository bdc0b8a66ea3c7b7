package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// The drill of several replicas: real processes on one PostgreSQL and one Redis, each with
// its own way to the database, and one thing after the other happens to them.

// replicas are processes of one installation.
type replicas struct {
	*rig
	pg       *testkit.PostgresServer
	redis    *testkit.RedisServer
	hosts    *hosts // that are polled beside the town
	members  []*member
	extra    string // more lines of the newest watchlist
	versions int
}

// member is one replica: a folder with its watchlist, and a process while it runs.
type member struct {
	*rig
	listen string
	way    *testkit.Proxy // to PostgreSQL
	p      *process
}

func newReplicas(t *testing.T, n int, sites *hosts) *replicas {
	redis := testkit.Redis(t, "--maxmemory-policy", "noeviction")
	f := &replicas{rig: newRig(t, redis.URL()), pg: testkit.Postgres(t), redis: redis, hosts: sites}
	u, err := url.Parse(f.pg.URL)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		own := *f.rig
		own.dir = t.TempDir()
		m := &member{rig: &own, listen: fmt.Sprintf("127.0.0.1:%d", testkit.FreePort(t)), way: testkit.NewProxy(t, u.Host)}
		f.members = append(f.members, m)
		f.give(m)
	}
	return f
}

// give writes the newest watchlist for a replica.
func (f *replicas) give(m *member) {
	f.t.Helper()
	u, err := url.Parse(f.pg.URL)
	if err != nil {
		f.t.Fatal(err)
	}
	u.Host = m.way.Addr
	list := strings.NewReplacer(
		"sqlite:"+filepath.Join(f.dir, "e.db"), u.String(),
		"127.0.0.1:0", m.listen,
		"sources:\n", "sources:\n"+f.hosts.sources(),
		"gap: 0s", "gap: "+f.hosts.gap.String(),
	).Replace(f.watchlist())
	m.write(list + f.extra)
}

// begin starts one replica, and the others when it has a baseline of every source.
func (f *replicas) begin() {
	f.t.Helper()
	first, sources := f.members[0], 4+len(f.hosts.addresses)*feedsPerHost
	first.p = first.start("")
	f.until(first.p, 2*time.Minute, "the baseline of every source", func() bool { return strings.Count(first.p.log.String(), "msg=posts ") >= sources })
	f.startAll()
}

func (f *replicas) startAll() {
	for _, m := range f.members {
		if m.p == nil {
			m.p = m.start("")
		}
	}
}

// delivers reports whether the replica says that it does.
func (m *member) delivers() bool {
	if m.p == nil {
		return false
	}
	client := http.Client{Timeout: 2 * time.Second} // one that stands still never answers
	res, err := client.Get("http://" + m.listen + "/metrics")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(res.Body)
	client.CloseIdleConnections()
	return strings.Contains(string(text), "\nearshot_deliverer 1\n")
}

// deliverer waits until a replica but this one delivers, and says how long that took. The full
// drill claims 12 s; the small one shares its machine with other tests.
func (f *replicas) deliverer(but *member) (m *member, took time.Duration) {
	f.t.Helper()
	within := time.Minute
	if os.Getenv("EARSHOT_DRILL") == "full" {
		within = 12 * time.Second
	}
	for began := time.Now(); time.Since(began) < within; time.Sleep(50 * time.Millisecond) {
		for _, m := range f.members {
			if m != but && m.delivers() {
				return m, time.Since(began)
			}
		}
	}
	var logs strings.Builder
	for i, m := range f.members {
		if m.p != nil {
			fmt.Fprintf(&logs, "--- replica %d\n%s\n", i, m.p.log)
		}
	}
	f.t.Fatalf("nobody delivers within %s\n%s", within, &logs)
	return nil, 0
}

// drills are what happens, in turn. Each ends with all replicas running.
var drills = []struct {
	name string
	do   func(f *replicas) (took time.Duration)
}{
	{"the deliverer is killed", func(f *replicas) time.Duration {
		m, _ := f.deliverer(nil)
		m.p.kill()
		m.p = nil
		_, took := f.deliverer(m)
		return took
	}},
	{"the watchlist changes on one first", func(f *replicas) time.Duration {
		was, _ := f.deliverer(nil)
		f.versions++
		f.extra = fmt.Sprintf("replies: [{lang: en, text: \"Version %d\"}]\n", f.versions)
		first := f.members[f.versions%len(f.members)]
		if first == was {
			first = f.members[(f.versions+1)%len(f.members)]
		}
		f.give(first)
		is, took := f.deliverer(was)
		if is != first {
			f.t.Error("a replica delivers by an old watchlist")
		}
		for _, m := range f.members {
			f.give(m)
		}
		return took
	}},
	{"the deliverer stands still for 30 s", func(f *replicas) time.Duration {
		m, _ := f.deliverer(nil)
		_ = m.p.cmd.Process.Signal(syscall.SIGSTOP)
		_, took := f.deliverer(m)
		time.Sleep(30*time.Second - took)
		_ = m.p.cmd.Process.Signal(syscall.SIGCONT)
		return took
	}},
	{"PostgreSQL restarts", func(f *replicas) time.Duration {
		f.pg.Stop()
		time.Sleep(3 * time.Second)
		f.pg.Start()
		_, took := f.deliverer(nil)
		return took
	}},
	{"Redis is killed and forgets all", func(f *replicas) time.Duration {
		f.redis.Stop()
		time.Sleep(3 * time.Second)
		f.redis.Start()
		if _, err := f.redis.Do("FLUSHALL"); err != nil {
			f.t.Error(err)
		}
		_, took := f.deliverer(nil)
		return took
	}},
	{"the deliverer is cut off PostgreSQL", func(f *replicas) time.Duration {
		m, _ := f.deliverer(nil)
		m.way.SetDown(true)
		_, took := f.deliverer(m)
		time.Sleep(5 * time.Second)
		m.way.SetDown(false)
		return took
	}},
	{"a replica is killed that does not deliver", func(f *replicas) time.Duration {
		was, _ := f.deliverer(nil)
		for _, m := range f.members {
			if m != was {
				m.p.kill()
				m.p = nil
				break
			}
		}
		_, took := f.deliverer(nil)
		return took
	}},
}

// TestReplicas: complaints come all the time while things happen to three replicas; each
// stands in Slack once. EARSHOT_DRILL=full does 20 rounds of all drills; otherwise two.
func TestReplicas(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	rounds, every := 2, 2*time.Second
	if os.Getenv("EARSHOT_DRILL") == "full" {
		rounds = 20
	}
	f := newReplicas(t, 3, newHosts(t, 2, 10, 300*time.Millisecond, 2*time.Second))
	f.begin()

	var words []string
	stop := make(chan struct{})
	var said sync.WaitGroup
	said.Go(func() {
		for i := 0; ; i++ {
			if post := killLoopPost(i); i%2 == 0 {
				f.town.Publish(post)
			} else {
				f.hosts.publish(i, post.Text)
			}
			words = append(words, drillWord(i))
			select {
			case <-stop:
				return
			case <-time.After(every):
			}
		}
	})
	var longest time.Duration
	for i := range rounds {
		drill := drills[i%len(drills)]
		took := drill.do(f)
		longest = max(longest, took)
		t.Logf("round %d, %s: a deliverer after %s", i+1, drill.name, took.Round(10*time.Millisecond))
		f.startAll()
	}
	close(stop)
	said.Wait()
	f.settle(words, rounds > 2)
	f.hosts.keptPromises(t)
	t.Logf("%d complaints in %d rounds; the longest time without a deliverer %s", len(words), rounds, longest.Round(10*time.Millisecond))
	for _, m := range f.members {
		m.p.stop()
	}
}

// settle waits until all complaints stand in Slack and nothing is in doubt, and counts.
func (f *replicas) settle(words []string, full bool) {
	f.t.Helper()
	last := f.members[len(f.members)-1].p
	f.until(last, 2*time.Minute, "every complaint in Slack", func() bool {
		for _, w := range words {
			if f.count(w) == 0 {
				return false
			}
		}
		return true
	})
	if full {
		time.Sleep(24 * time.Second) // an attempt in doubt would be settled by now
	}
	repeated, marked := 0, 0
	for _, w := range words {
		n := 0
		for _, m := range f.slack.Messages("#mentions") {
			if !strings.Contains(m.Text, w) && !strings.Contains(string(m.Blocks), w) {
				continue
			}
			if n++; n > 1 && strings.Contains(m.Text+string(m.Blocks), "may be a repeat") {
				marked++
			} else if n > 1 {
				repeated++
				f.t.Errorf("%s stands in Slack %d times", w, n)
			}
		}
	}
	if repeated > 0 {
		for i, m := range f.members {
			f.t.Logf("--- replica %d\n%s", i, m.p.log)
		}
	}
	f.t.Logf("lost 0, repeated %d, marked as a possible repeat %d", repeated, marked)
	if v := f.slack.Violations(); len(v) > 0 {
		f.t.Errorf("Slack's rules were broken: %v", v)
	}
}
