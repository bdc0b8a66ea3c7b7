package testkit

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// Site is a server on loopback that replays a recording.
type Site struct {
	URL string // base, without a final slash

	t      testing.TB
	server *httptest.Server
	mu     sync.Mutex
	// All guarded by mu.
	entries  []*Entry
	before   func(http.ResponseWriter, *http.Request) bool
	seen     []Seen
	inFlight map[string]int
	most     map[string]int
	lax      bool
}

// Seen is one request that came.
type Seen struct {
	Method, Target, Host string
	Header               http.Header
	Begin, End           time.Time // End is zero while it is in flight
}

// Play serves the recording of folder dir until the test ends, then fails the test
// for entries that nobody asked for.
func Play(t testing.TB, dir string) *Site {
	t.Helper()
	entries, err := ReadRecording(dir)
	if err != nil {
		t.Fatal(err)
	}
	return Serve(t, entries...)
}

// PlayText serves a recording written in the test itself; it has no body files.
func PlayText(t testing.TB, recording string) *Site {
	t.Helper()
	entries, err := ParseRecording("recording", []byte(recording), func(name string) ([]byte, error) {
		t.Fatalf("recording: body: %s: a recording in the text of a test has no files; use text:", name)
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return Serve(t, entries...)
}

// Serve serves entries until the test ends.
func Serve(t testing.TB, entries ...*Entry) *Site {
	t.Helper()
	s := &Site{t: t, entries: entries, inFlight: map[string]int{}, most: map[string]int{}}
	s.server = httptest.NewServer(s)
	s.URL = s.server.URL
	t.Cleanup(func() {
		s.server.CloseClientConnections()
		s.server.Close()
		s.unused()
	})
	return s
}

// Before calls f first for each request. When f returns true it has answered.
func (s *Site) Before(f func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// Lax stops the site from failing the test for unexpected requests and unused
// entries: for tests that break the conversation on purpose.
func (s *Site) Lax() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lax = true
}

// Add puts further entries at the end of the recording.
func (s *Site) Add(entries ...*Entry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.entries = append(s.entries, entries...)
}

// Rewind starts the recording from the beginning and forgets what was seen.
func (s *Site) Rewind() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.entries {
		e.served = 0
	}
	s.seen, s.most = nil, map[string]int{}
}

// Requests are the requests so far, in order of arrival.
func (s *Site) Requests() []Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Seen(nil), s.seen...)
}

// Count is how often target (path and query) was asked for.
func (s *Site) Count(target string) int {
	n := 0
	for _, r := range s.Requests() {
		if r.Target == target {
			n++
		}
	}
	return n
}

// MostAtOnce is the largest number of requests in flight together for one host
// (name or address without the port).
func (s *Site) MostAtOnce(host string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most[host]
}

// LeastGap is the shortest time between the end of one request and the start of
// the next to host; ok is false when fewer than two came.
func (s *Site) LeastGap(host string) (gap time.Duration, ok bool) {
	var last time.Time
	for _, r := range s.Requests() {
		if hostOnly(r.Host) != host {
			continue
		}
		if !last.IsZero() {
			if d := r.Begin.Sub(last); !ok || d < gap {
				gap, ok = d, true
			}
		}
		if last = r.End; last.IsZero() {
			last = time.Now()
		}
	}
	return gap, ok
}

// ServeHTTP answers by the recording.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host := hostOnly(r.Host)
	s.mu.Lock()
	at := len(s.seen)
	s.seen = append(s.seen, Seen{Method: r.Method, Target: r.URL.RequestURI(), Host: r.Host, Header: r.Header.Clone(), Begin: time.Now()})
	s.inFlight[host]++
	s.most[host] = max(s.most[host], s.inFlight[host])
	before := s.before
	s.mu.Unlock()
	// The body is written in full before the end is noted, and the client has it
	// only after that: so the gap that is measured is never longer than the real one.
	buffer := &delayed{ResponseWriter: w}
	defer func() {
		s.mu.Lock()
		if at < len(s.seen) {
			s.seen[at].End = time.Now()
		}
		s.inFlight[host]--
		s.mu.Unlock()
		buffer.flush()
	}()
	if before != nil && before(w, r) {
		return
	}
	s.answer(buffer, r)
}

// delayed keeps the end of an answer back until the end of the request is noted.
type delayed struct {
	http.ResponseWriter
	status int
	body   []byte
	cut    bool
}

func (d *delayed) flush() {
	if d.status == 0 {
		return
	}
	d.ResponseWriter.WriteHeader(d.status)
	_, _ = d.ResponseWriter.Write(d.body)
	if d.cut {
		_ = http.NewResponseController(d.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
}

func (s *Site) answer(w *delayed, r *http.Request) {
	e, hint := s.pick(r)
	if e == nil {
		w.status = http.StatusNotFound
		if hint != "" {
			s.t.Errorf("recording: unexpected request %s %s: %s", r.Method, r.URL.RequestURI(), hint)
		}
		return
	}
	if e.Delay > 0 {
		select {
		case <-time.After(e.Delay):
		case <-r.Context().Done():
			return
		}
	}
	fill := strings.NewReplacer("{{base}}", s.URL, "{{host}}", strings.TrimPrefix(s.URL, "http://"))
	for _, h := range e.Header {
		w.Header().Add(h[0], fill.Replace(h[1]))
	}
	if fresh(e, r) {
		w.status = http.StatusNotModified
		return
	}
	w.status = e.Status
	if r.Method == http.MethodHead || e.Status == http.StatusNotModified || e.Status == http.StatusNoContent {
		return
	}
	w.body = bytes.ReplaceAll(e.Body, []byte("{{base}}"), []byte(s.URL))
	w.body = bytes.ReplaceAll(w.body, []byte("{{host}}"), []byte(strings.TrimPrefix(s.URL, "http://")))
	if e.Gzip {
		w.Header().Set("Content-Encoding", "gzip")
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(w.body)
		_ = z.Close()
		w.body = b.Bytes()
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header()["Content-Type"] = nil // as the recording says: net/http must not guess
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(w.body)))
	if e.Cut >= 0 && e.Cut < len(w.body) {
		w.body, w.cut = w.body[:e.Cut], true
	}
}

// fresh says whether the request's validators are those of the entry.
func fresh(e *Entry, r *http.Request) bool {
	if e.Status != http.StatusOK {
		return false
	}
	if tag := e.header("ETag"); tag != "" {
		return r.Header.Get("If-None-Match") == tag
	}
	at := e.header("Last-Modified")
	return at != "" && r.Header.Get("If-Modified-Since") == at
}

// pick finds the entry for a request and counts it as served. hint is why there
// is none, "" when that is no mistake.
func (s *Site) pick(r *http.Request) (e *Entry, hint string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	exact, last := s.next(r, false)
	if exact == nil && last == nil {
		exact, last = s.next(r, true)
	}
	switch {
	case exact != nil:
		exact.served++
		return exact, ""
	case last != nil && !last.Once:
		last.served++
		return last, ""
	case s.lax, r.URL.Path == "/robots.txt" && last == nil, r.URL.Path == "/favicon.ico":
		return nil, ""
	case last != nil:
		return nil, "its last entry was marked once"
	}
	return nil, "the recording has no such entry"
}

// next is the first unserved entry for r, and the last entry at all.
func (s *Site) next(r *http.Request, prefix bool) (next, last *Entry) {
	for _, e := range s.entries {
		if e.Method != r.Method && !(r.Method == http.MethodHead && e.Method == http.MethodGet) {
			continue
		}
		head, star := strings.CutSuffix(e.Target, "*")
		if prefix != star || star && !strings.HasPrefix(r.URL.RequestURI(), head) || !star && !sameTarget(e.Target, r.URL) {
			continue
		}
		if next == nil && e.served == 0 {
			next = e
		}
		last = e
	}
	return next, last
}

func sameTarget(target string, u *url.URL) bool {
	if target == u.RequestURI() {
		return true
	}
	t, err := url.Parse(target)
	return err == nil && t.Path == u.Path && t.Query().Encode() == u.Query().Encode()
}

func (s *Site) unused() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lax || s.t.Failed() || s.t.Skipped() {
		return
	}
	for _, e := range s.entries {
		if e.served == 0 && !e.Maybe {
			s.t.Errorf("recording: line %d: %s %s was never asked for", e.Line, e.Method, e.Target)
		}
	}
}

func hostOnly(hostport string) string {
	u := url.URL{Host: hostport}
	return u.Hostname()
}
