package slack_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// workspace is a Slack with many people, as far as looking for some of them goes.
type workspace struct {
	mu     sync.Mutex
	pages  int // of users.list
	slow   time.Duration
	limit  int // the most that a page was asked for
	read   int
	posts  int            // chat.postMessage and chat.update
	posted string         // the last body
	refuse atomic.Bool    // usergroups.list and users.list answer missing_scope
	again  map[int]bool   // pages that were answered with 429 before
	people map[int]string // handle of the one person, by page
}

func (s *workspace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	method := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	if method == "users.list" {
		time.Sleep(s.slow)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch method {
	case "usergroups.list", "users.list":
		if s.refuse.Load() {
			fmt.Fprint(w, `{"ok":false,"error":"missing_scope","needed":"usergroups:read"}`)
			return
		}
		if method == "usergroups.list" {
			fmt.Fprint(w, `{"ok":true,"usergroups":[{"id":"S0000GROUP","handle":"on-call","users":["U000000IRA"]},
				{"id":"S000000OLD","handle":"support","users":["U000000IRA"],"date_delete":1},{"id":"S0000EMPTY","handle":"empty","users":[]}]}`)
			return
		}
		page, _ := strconv.Atoi(r.FormValue("cursor"))
		if page%7 == 3 && !s.again[page] {
			s.again[page] = true
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		s.read++
		s.limit, _ = strconv.Atoi(r.FormValue("limit"))
		next := ""
		if page+1 < s.pages {
			next = strconv.Itoa(page + 1)
		}
		handle := s.people[page]
		if handle == "" {
			handle = fmt.Sprintf("person%d", page)
		}
		fmt.Fprintf(w, `{"ok":true,"members":[{"id":"U0000%04d","name":%q,"profile":{"display_name":"P %d"}}],"response_metadata":{"next_cursor":%q}}`, page, handle, page, next)
	case "users.lookupByEmail":
		if r.FormValue("email") == "ira@example.org" {
			fmt.Fprint(w, `{"ok":true,"user":{"id":"U000000IRA","name":"ira"}}`)
			return
		}
		fmt.Fprint(w, `{"ok":false,"error":"users_not_found"}`)
	default:
		s.posted, s.posts = string(body), s.posts+1
		fmt.Fprint(w, `{"ok":true,"channel":"C1","ts":"1.2"}`)
	}
}

// unknowns keeps what was told of people nobody knows.
type unknowns struct {
	mu  sync.Mutex
	all []error
}

func (u *unknowns) told(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all = append(u.all, err)
}

func (u *unknowns) last() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.all) == 0 {
		return nil
	}
	return u.all[len(u.all)-1]
}

// inProcess is a network without sockets, so that time can be virtual.
type inProcess struct{ server http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := httptest.NewRecorder()
	p.server.ServeHTTP(answer, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return answer.Result(), nil
}

// serveNames runs a notifier against the workspace until the test ends.
func serveNames(t *testing.T, s *workspace, log io.Writer, names ...string) (*slack.Notifier, *unknowns) {
	t.Helper()
	s.again = map[int]bool{}
	u := &unknowns{}
	n := slack.New(slack.Options{BotToken: "xoxb-1", APIURL: "http://slack.example/", HTTP: &http.Client{Transport: inProcess{s}},
		Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now, Unknown: u.told})
	n.Names(names, nil)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = n.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	return n, u
}

func naming(notify string) alerts.Message {
	m := alerts.Message{Alert: mention.Alert{ID: "a", Kind: mention.Complaint, Route: "#x", Notify: notify, Severity: mention.Critical}, Mention: complaint("1", refund), Now: time.Now()}
	m.Alert.Channel, m.Alert.TS = "C1", "1.2"
	return m
}

// pings posts and updates a message for notify and returns the id it pings.
func pings(t *testing.T, n *slack.Notifier, s *workspace, notify string) string {
	t.Helper()
	if _, err := n.Post(t.Context(), naming(notify)); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	body := s.posted
	s.mu.Unlock()
	for _, id := range []string{"U00000029", "U00000007", "U000000IRA", "S0000GROUP"} {
		if strings.Contains(body, id) {
			return id
		}
	}
	return ""
}

// TestNamesInABigWorkspace looks for people in the background, page by page and as
// slowly as Slack wants, and no message waits for it.
func TestNamesInABigWorkspace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &workspace{pages: 30, people: map[int]string{29: "oncall-pr", 7: "Second.Person"}}
		log := &logbook{}
		n, u := serveNames(t, s, log, "@oncall-pr", "@second.person", "@on-call", "ira@example.org", "@nobody", "nobody@example.org", "U12345678")
		eventually(t, "the search", func() bool { return u.last() != nil })
		for notify, want := range map[string]string{"@oncall-pr": "U00000029", "@second.person": "U00000007", "@on-call": "S0000GROUP", "ira@example.org": "U000000IRA", "@nobody": "", "@never-asked-for": ""} {
			if got := pings(t, n, s, notify); got != want {
				t.Errorf("%s pings %q, want %q", notify, got, want)
			}
		}
		if s.limit != 1000 || s.read != 30 {
			t.Errorf("%d pages of %d were read, want 30 of 1000, each once", s.read, s.limit)
		}
		said := u.last().Error()
		if !strings.Contains(said, `"@nobody"`) || !strings.Contains(said, `"nobody@example.org"`) || strings.Contains(said, "oncall-pr") {
			t.Errorf("told: %s", said)
		}
		if log.count("nobody@example.org") != 1 {
			t.Errorf("the log says it %d times", log.count("nobody@example.org"))
		}
	})
}

// TestNamesAreNeverLookedUpInAnAttempt: posting and updating ask Slack for nobody, and
// wait for the search at a start only a little.
func TestNamesAreNeverLookedUpInAnAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &workspace{pages: 1000, slow: 20 * time.Millisecond, people: map[int]string{}}
		n, _ := serveNames(t, s, io.Discard, "@oncall-pr")
		began := time.Now()
		if got := pings(t, n, s, "@oncall-pr"); got != "" {
			t.Errorf("pings %q", got)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("the first message waited %s", took)
		}
		began = time.Now()
		pings(t, n, s, "@oncall-pr")
		if err := n.Update(t.Context(), naming("@oncall-pr")); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("two more messages took %s while the search went on", took)
		}
	})
}

// TestNamesOfAReload are looked for at once, and what was not found before is forgotten.
func TestNamesOfAReload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &workspace{pages: 3, people: map[int]string{2: "oncall-pr"}}
		n, u := serveNames(t, s, io.Discard, "@nobody")
		eventually(t, "a warning", func() bool { return u.last() != nil })
		n.Names([]string{"@on-call", "ira@example.org"}, nil)
		if got := pings(t, n, s, "ira@example.org"); got != "U000000IRA" {
			t.Errorf("right after the reload it pings %q", got)
		}
		eventually(t, "all is well", func() bool { return u.last() == nil })
	})
}

// TestNamesCannotBeLookedUp says why nobody is pinged.
func TestNamesCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &workspace{pages: 1}
		s.refuse.Store(true)
		_, u := serveNames(t, s, io.Discard, "@oncall-pr")
		eventually(t, "a warning", func() bool { return u.last() != nil })
		if said := u.last().Error(); !strings.Contains(said, "missing_scope") || !strings.Contains(said, `"@oncall-pr"`) {
			t.Errorf("told: %s", said)
		}
	})
}

// TestMembers: who is in the groups by which people may something is known, by handle and by id, and that a
// group is empty, disabled or nowhere is told; while Slack does not say, who was in it before still is.
func TestMembers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &workspace{pages: 1}
		n, u := serveNames(t, s, io.Discard)
		n.Names([]string{"@on-call"}, []string{"@On-Call", "S0000GROUP"})
		eventually(t, "the members", func() bool { return len(n.Members("@On-Call")) > 0 })
		for _, group := range []string{"@On-Call", "S0000GROUP"} {
			if got := n.Members(group); !slices.Equal(got, []string{"U000000IRA"}) {
				t.Errorf("in %s are %q", group, got)
			}
		}
		s.refuse.Store(true)
		time.Sleep(2 * time.Hour)
		if said := fmt.Sprint(u.last()); !strings.Contains(said, `roles and allow: who is in "@On-Call", "S0000GROUP" cannot be looked up`) || !strings.Contains(said, "missing_scope") {
			t.Errorf("told: %s", said)
		}
		if len(n.Members("@On-Call")) != 1 {
			t.Error("who was in the group is forgotten while Slack does not answer")
		}
		s.refuse.Store(false)
		n.Names(nil, []string{"@support", "@empty", "@nowhere", "@on-call"})
		eventually(t, "the members", func() bool { return len(n.Members("@on-call")) > 0 })
		eventually(t, "the warning", func() bool { return strings.Contains(fmt.Sprint(u.last()), "there is no user group") })
		if said := u.last().Error(); !strings.Contains(said, `"@empty", "@nowhere", "@support"`) {
			t.Errorf("told: %s", said)
		}
		for _, group := range []string{"@support", "@empty", "@nowhere", "@On-Call"} {
			if got := n.Members(group); len(got) > 0 {
				t.Errorf("in %s are %q", group, got)
			}
		}
	})
}

// TestNamesThatPingNobody: a colleague who left, a group without people and one that is disabled are
// told, also where the watchlist names them by id; who is there is not, and nobody waits for an id.
func TestNamesThatPingNobody(t *testing.T) {
	t.Parallel()
	fake, err := fakeslack.Start(fakeslack.Options{
		People: []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira"}, {ID: oleh, Handle: "oleh", Name: "Oleh", Deactivated: true},
			{ID: "U0000OLENA", Handle: "olena", Name: "Olena Koval", Undisplayed: true}, {ID: "U00000NINA", Handle: "nina", Name: "Nina"}},
		Groups: []fakeslack.Group{{ID: "S000ONCALL", Handle: "oncall", Users: []string{ira}}, {ID: "S0000EMPTY", Handle: "empty"},
			{ID: "S000000OLD", Handle: "old", Users: []string{ira}, Disabled: true}, {ID: "S00000OLD2", Handle: "ira", Disabled: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	n := slack.New(slack.Options{BotToken: fakeslack.BotToken, APIURL: fake.URL(), HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	left, empty, nobody := "was deactivated", "nobody is in the user group", "is called"
	want := map[string]string{
		ira: "", "@ira": "", "S000ONCALL": "", "@oncall": "", "ira@romashka.example": "", "@Olena Koval": "", "@Nina": "", "S00ELSEWHERE": "", // of the whole organisation, maybe
		oleh: left, "@oleh": left, "oleh@romashka.example": nobody, "U0000GHOST": nobody, "@ghost": nobody,
		"S0000EMPTY": empty, "@empty": empty, "S000000OLD": empty, "@old": empty,
	}
	for _, p := range n.Probe(t.Context(), nil, slices.Collect(maps.Keys(want)), nil) {
		said := fmt.Sprint(p.Err)
		if p.Name != "" && (want[p.Name] == "" && p.Err != nil || !strings.Contains(said, want[p.Name])) {
			t.Errorf("%s: %s, want %q", p.Name, said, want[p.Name])
		}
	}
}
