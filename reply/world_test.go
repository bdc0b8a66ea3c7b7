package reply

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

var (
	start = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	ira   = mention.Person{ID: "slack:U0000IRA", Name: "Ira"}
	olha  = mention.Person{ID: "slack:U000OLHA", Name: "Olha"}
)

const account, words = "Romashka Support", "Перепрошуємо, повернемо гроші сьогодні 🙏"

// network is a site that takes answers over HTTP as one of the four classes says.
type network struct {
	*httptest.Server
	repeat Repeat
	within time.Duration
	now    func() time.Time

	mu     sync.Mutex
	posted []string             // the answers that stand there
	keys   map[string]time.Time // when they came
	calls  int
	mood   func(call int) (take bool, status int) // status 0: the line is cut
}

func newNetwork(t *testing.T, repeat Repeat, now func() time.Time) *network {
	n := &network{repeat: repeat, within: time.Hour, now: now, keys: map[string]time.Time{}}
	n.Server = httptest.NewServer(http.HandlerFunc(n.serve))
	t.Cleanup(n.Close)
	return n
}

func (n *network) serve(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls++
	take, status := true, http.StatusOK
	if n.mood != nil {
		take, status = n.mood(n.calls)
	}
	if take {
		if stands := n.take(string(body), r.Header.Get("Idempotency-Key")); !stands && status == http.StatusOK {
			status = http.StatusConflict
		}
	}
	if status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(status)
}

// take lets an answer stand; false when the network says that it stands there already.
func (n *network) take(text, key string) bool {
	switch n.repeat {
	case Replaces:
		n.posted = []string{text}
		return true
	case Key:
		if at, known := n.keys[key]; known && n.now().Before(at.Add(n.within)) {
			return true
		}
		n.keys[key] = n.now()
	case Refuses:
		for _, one := range n.posted {
			if one == text {
				return false
			}
		}
	}
	n.posted = append(n.posted, text)
	return true
}

func (n *network) stands() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return append([]string{}, n.posted...)
}

func (n *network) called() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.calls
}

// feel sets how it answers from now on and forgets what stands there.
func (n *network) feel(mood func(int) (bool, int)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.posted, n.keys, n.calls, n.mood = nil, map[string]time.Time{}, 0, mood
}

func (n *network) way() Way {
	return Way{Account: account, Repeat: n.repeat, Within: n.within, Limit: Limit{Chars, 350}, Send: n.send}
}

func (n *network) send(ctx context.Context, m Message) Result {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, n.URL, strings.NewReader(m.Text))
	if err != nil {
		return Result{Outcome: Refused, Reason: err.Error()}
	}
	req.Header.Set("Idempotency-Key", m.Key)
	// A key makes Go's own transport repeat a call whose line was cut: this is about ours.
	res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		return Result{Reason: "the line was cut"}
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusOK, res.StatusCode == http.StatusConflict && n.repeat == Refuses:
		return Result{Outcome: Sent, URL: n.URL + "/1", ID: "1"}
	case res.StatusCode == http.StatusTooManyRequests:
		return Result{Outcome: NotSent, Reason: "too many requests", Wait: time.Minute}
	case res.StatusCode >= 500:
		return Result{Reason: "the site has trouble"}
	}
	return Result{Outcome: Refused, Reason: "forbidden"}
}

// database is what an engine works with, and what a crawler tells it.
type database interface {
	Outbox
	Reader
	hear(p mention.Post, official bool) error
	look(at time.Time) error
}

// real is a database of one of both engines.
type real struct{ *store.Store }

func (r real) hear(p mention.Post, official bool) error { return r.hearOf(p, official, "Romashka") }

func (r real) hearOf(p mention.Post, official bool, watches ...string) error {
	found := mention.AnalyzedPost{Post: p}
	for _, watch := range watches {
		found.Mentions = append(found.Mentions, mention.Mention{Watch: watch, Official: official, Score: mention.Score{Label: mention.Negative}})
	}
	_, err := r.Ingest(context.Background(), mention.PollResult{Source: "forum", Complete: true, At: p.FetchedAt, Posts: []mention.AnalyzedPost{found}},
		func(_ context.Context, _ *store.Tx, pending []*mention.PendingMention) error {
			for _, d := range pending {
				d.Mention.Severity, d.Case.Status = mention.Normal, mention.Open
			}
			return nil
		})
	return err
}

func (r real) look(at time.Time) error {
	return r.SaveSource(context.Background(), mention.SourceState{Key: "forum", Name: "forum", LastSuccess: at})
}

// world is a database with a network and a clock.
type world struct {
	t     *testing.T
	db    database
	net   *network
	desk  *clerk
	clock *testkit.Clock
	n     int  // of the last complaint
	shows bool // the site itself shows what stands there, and no poll does
}

// clerk remembers what it was told.
type clerk struct {
	mu   sync.Mutex
	told map[string]mention.ReplyStatus // by reply
}

func (c *clerk) ReplyEnded(_ context.Context, r mention.SiteReply) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told[r.ID] = r.Status
	return nil
}

// newWorld has a database at this address; one in memory when it is empty.
func newWorld(t *testing.T, at string, repeat Repeat) *world {
	w := &world{t: t, clock: testkit.NewClock(start), desk: &clerk{told: map[string]mention.ReplyStatus{}}}
	w.net = newNetwork(t, repeat, w.clock.Now)
	if at == "" {
		w.db = &memory{posts: map[mention.ID]mention.Post{}, answers: map[string][]mention.Post{}}
		return w
	}
	db, err := store.Open(t.Context(), store.Options{Database: at, Log: slog.New(slog.DiscardHandler), Now: w.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	w.db = real{db}
	return w
}

// mortal is a database and a desk that one engine works with until it dies: at a step, before
// or after it was taken. Nothing that engine does then reaches them.
type mortal struct {
	w     *world
	steps int // left
	after bool
}

var errDead = errors.New("the process was killed")

// step takes one step, unless death comes first.
func (m *mortal) step(do func() error) error {
	m.steps--
	if m.steps < 0 || m.steps == 0 && !m.after {
		return errDead
	}
	err := do()
	if m.steps == 0 {
		return errDead
	}
	return err
}

func (m *mortal) AddReply(ctx context.Context, r mention.SiteReply) error {
	return m.step(func() error { return m.w.db.AddReply(ctx, r) })
}

func (m *mortal) ChangeReply(ctx context.Context, before, after mention.SiteReply, by mention.Person) (moved bool, err error) {
	err = m.step(func() error { moved, err = m.w.db.ChangeReply(ctx, before, after, by); return err })
	return moved, err
}

func (m *mortal) OpenReplies(ctx context.Context, now time.Time) ([]mention.SiteReply, error) {
	return m.w.db.OpenReplies(ctx, now)
}

func (m *mortal) RepliesOf(ctx context.Context, id mention.ID) ([]mention.SiteReply, error) {
	return m.w.db.RepliesOf(ctx, id)
}

func (m *mortal) AnswerTaken(ctx context.Context, r mention.SiteReply, remoteID string) (bool, error) {
	return m.w.db.AnswerTaken(ctx, r, remoteID)
}

func (m *mortal) ReplyEnded(ctx context.Context, r mention.SiteReply) error {
	return m.step(func() error { return m.w.desk.ReplyEnded(ctx, r) })
}

// work takes every reply one step further.
func (e *Engine) work(ctx context.Context) error {
	return errors.Join(e.workOnce(ctx, untried), e.workOnce(ctx, begun))
}

// workOnce takes each of these replies one step further, and waits for that.
func (e *Engine) workOnce(ctx context.Context, these func(mention.SiteReply) bool) error {
	var mu sync.Mutex
	var failed []error
	l := newLine(these, func(err error) {
		mu.Lock()
		defer mu.Unlock()
		failed = append(failed, err)
	})
	e.workAt(ctx, l)
	l.work.Wait()
	return errors.Join(failed...)
}

// immortal takes more steps than any test.
const immortal = 1 << 30

func (w *world) engine(steps int, after bool) *Engine {
	m := &mortal{w: w, steps: steps, after: after}
	return New(Options{Outbox: m, Reader: w.db, Desk: m, Way: func(string) (Way, bool) {
		way := w.net.way()
		send := way.Send
		way.Send = func(ctx context.Context, msg Message) (res Result) {
			// A call that is cut by death may have arrived: its answer is never read.
			if err := m.step(func() error { res = send(ctx, msg); return nil }); err != nil {
				return Result{Reason: err.Error()}
			}
			return res
		}
		if w.shows {
			way.Look = w.shown
		}
		return way, true
	}, Log: slog.New(slog.DiscardHandler), Now: w.clock.Now})
}

// engineFor is an engine that nobody kills, which answers by this way.
func (w *world) engineFor(way func(source string) (Way, bool)) *Engine {
	return New(Options{Outbox: w.db, Reader: w.db, Desk: w.desk, Way: way, Log: slog.New(slog.DiscardHandler), Now: w.clock.Now})
}

// complaint is a new case.
func (w *world) complaint() mention.ID {
	w.t.Helper()
	w.n++
	p := w.post(w.n, fmt.Sprint("Olena ", w.n), fmt.Sprint("Romashka lost my parcel number ", w.n))
	w.hear(p, false)
	return mention.MentionID(p.Key(), "Romashka")
}

func (w *world) post(n int, author, text string) mention.Post {
	return mention.Post{Source: "forum", Kind: mention.Forum, ID: fmt.Sprint(n), URL: fmt.Sprintf("https://forum.example/p/%d", n),
		ThreadURL: fmt.Sprintf("https://forum.example/t/%d", w.n), Author: author, Published: w.clock.Now(), Text: text, FetchedAt: w.clock.Now()}
}

func (w *world) hear(p mention.Post, official bool) {
	w.t.Helper()
	if err := w.db.hear(p, official); err != nil {
		w.t.Fatal(err)
	}
}

// shown is what the site itself shows under a post.
func (w *world) shown(context.Context, mention.Post) (shown []Shown, err error) {
	for _, text := range w.net.stands() {
		shown = append(shown, Shown{Post: mention.Post{ID: fmt.Sprint(w.n), URL: w.net.URL + "/1", Text: text}})
	}
	return shown, nil
}

// poll reads the thread: what stands on the network is heard, by its official author.
func (w *world) poll() {
	w.t.Helper()
	if w.shows {
		return
	}
	for i, text := range w.net.stands() {
		w.hear(w.post(w.n*1000+i, account, "«"+strings.ReplaceAll(text, ", ", ",\n")+"»"), true)
	}
	if err := w.db.look(w.clock.Now()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) reply(id mention.ID) mention.SiteReply {
	w.t.Helper()
	all, err := w.db.RepliesOf(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(all) == 0 {
		return mention.SiteReply{}
	}
	return all[len(all)-1]
}

// settleDown lets an engine that nobody kills work, and the crawler poll, until the reply
// needs no more of them.
func (w *world) settleDown(id mention.ID) {
	w.t.Helper()
	e := w.engine(immortal, false)
	for range 400 {
		if err := e.work(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		if r := w.reply(id); r.Told || r.ID == "" || r.Status == mention.ReplyUnclear && r.Looks >= looksEnough {
			return
		}
		w.clock.Add(31 * time.Second)
		w.poll()
	}
}

func written(n int) Written {
	return Written{Nth: 1, Account: account, Text: fmt.Sprint(words, " №", n), By: ira}
}
