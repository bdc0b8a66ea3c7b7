package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/internal/testkit"
)

// The soak: the real binary polls two thousand feeds on a thousand hosts, which
// another process serves and watches: how many requests a host sees at once, and
// how far apart. Run it with
//
//	go test ./cmd/earshot -run TestSoak -v -soak 2m
const (
	soakHosts   = 1000
	soakPerHost = 2
	soakGap     = time.Second
	soakItems   = 20
)

// soakBody is one host's feed; version changes it.
func soakBody(host, version int) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link><description>d</description>`)
	for i := range soakItems {
		b.WriteString(testkit.FeedItem(host*soakItems + i + version))
	}
	b.WriteString(`</channel></rss>`)
	return b.Bytes()
}

// soakSites serves the feeds until stdin closes, then prints what it saw. The
// feeds of every tenth host change every 20 s, the others never.
func soakSites() {
	type seen struct {
		mu       sync.Mutex
		active   int
		most     int
		last     time.Time
		leastGap time.Duration
		requests int
	}
	hosts := make([]seen, soakHosts)
	began := time.Now()
	ports := make([]string, soakHosts)
	for h := range soakHosts {
		l, err := net.Listen("tcp", fmt.Sprintf("127.1.%d.%d:0", h/250+1, h%250+1))
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		ports[h] = l.Addr().String()
		s := &hosts[h]
		s.leastGap = time.Hour
		still := soakBody(h, 0)
		go func() {
			_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s.mu.Lock()
				s.requests++
				s.active++
				s.most = max(s.most, s.active)
				if !s.last.IsZero() {
					s.leastGap = min(s.leastGap, time.Since(s.last))
				}
				s.mu.Unlock()
				defer func() {
					s.mu.Lock()
					s.active--
					s.last = time.Now()
					s.mu.Unlock()
				}()
				if r.URL.Path == "/robots.txt" {
					http.NotFound(w, r)
					return
				}
				body := still
				if h%10 == 0 {
					body = soakBody(h, int(time.Since(began)/(20*time.Second)))
				}
				w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
				_, _ = w.Write(body)
			}))
		}()
	}
	fmt.Println(strings.Join(ports, " "))
	_, _ = io.Copy(io.Discard, os.Stdin)
	report := soakReport{LeastGap: time.Hour}
	for h := range hosts {
		s := &hosts[h]
		s.mu.Lock()
		report.MostAtOnce, report.LeastGap, report.Requests = max(report.MostAtOnce, s.most), min(report.LeastGap, s.leastGap), report.Requests+s.requests
		s.mu.Unlock()
	}
	_ = json.NewEncoder(os.Stdout).Encode(report)
}

type soakReport struct {
	MostAtOnce int
	LeastGap   time.Duration
	Requests   int
}

func TestSoak(t *testing.T) {
	if *soakTime == 0 {
		t.Skip("soak: run it with -soak 2m")
	}
	sites := exec.Command(os.Args[0])
	sites.Env = append(os.Environ(), "EARSHOT_SOAK_SITES=1")
	in, err := sites.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := sites.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := sites.Start(); err != nil {
		t.Fatal(err)
	}
	out := bufio.NewReaderSize(stdout, 1<<20)
	line, err := out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, dir: t.TempDir()}
	var y strings.Builder
	y.WriteString("contact: soak@example.com\nwatch: [{name: Ромашка, terms: [Ромашка Банк]}]\nsources:\n")
	for _, host := range strings.Fields(line) {
		for i := range soakPerHost {
			fmt.Fprintf(&y, "  - {feed: \"http://%s/feed%d\", every: 10s}\n", host, i)
		}
	}
	fmt.Fprintf(&y, "fetch: {gap: %s, allow_private: [127.0.0.0/8]}\nstore: {database: \"sqlite:%s\"}\nweb: {listen: \"127.0.0.1:0\"}\n", soakGap, filepath.Join(r.dir, "s.db"))
	r.write(y.String())
	p := r.start("")
	polls := func() (n float64) {
		for _, l := range strings.Split(metricsText(t, p), "\n") {
			if strings.HasPrefix(l, "earshot_source_polls_total{") {
				v, _ := strconv.ParseFloat(l[strings.LastIndexByte(l, ' ')+1:], 64)
				n += v
			}
		}
		return n
	}
	time.Sleep(30 * time.Second) // the baseline of all
	began, firstPolls, firstCPU, firstRSS := time.Now(), polls(), processCPU(t, p), processMemory(t, p, "VmRSS")
	time.Sleep(*soakTime)
	took, n, used := time.Since(began), polls()-firstPolls, processCPU(t, p)-firstCPU
	t.Logf("%d sources on %d hosts: %.0f polls/s, %.2f ms CPU a poll, RSS %d MiB (%+d in %s), peak %d MiB", soakHosts*soakPerHost, soakHosts,
		n/took.Seconds(), float64(used.Microseconds())/1000/n, processMemory(t, p, "VmRSS"), processMemory(t, p, "VmRSS")-firstRSS, took.Round(time.Second), processMemory(t, p, "VmHWM"))
	p.stop()
	_ = in.Close()
	var saw soakReport
	if err := json.NewDecoder(out).Decode(&saw); err != nil {
		t.Fatal(err)
	}
	_ = sites.Wait()
	t.Logf("the hosts saw %d requests, at most %d at once, least gap %s (promised %s)", saw.Requests, saw.MostAtOnce, saw.LeastGap, soakGap)
	if saw.MostAtOnce > 1 {
		t.Error("a host saw two requests at once")
	}
	if saw.LeastGap < soakGap {
		t.Errorf("a host saw two requests %s apart, promised was %s", saw.LeastGap, soakGap)
	}
	body := soakBody(1, 0)
	bare := testing.Benchmark(func(b *testing.B) {
		for b.Loop() {
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
	t.Logf("bare gofeed on the same bytes: %.2f ms", float64(bare.NsPerOp())/1e6)
}

// processCPU is the processor time the process has used.
func processCPU(t *testing.T, p *process) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		t.Skip("no /proc here")
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * time.Second / 100 // USER_HZ is 100 on Linux
}

// processMemory is a line of /proc/PID/status in MiB.
func processMemory(t *testing.T, p *process, what string) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skip("no /proc here")
	}
	m := regexp.MustCompile(what + `:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		t.Fatalf("no %s in\n%s", what, status)
	}
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}
