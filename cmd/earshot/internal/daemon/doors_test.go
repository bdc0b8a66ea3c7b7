package daemon

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// chat is a Mattermost that keeps what it was told.
type chat struct {
	*httptest.Server
	mu     sync.Mutex
	answer int
	texts  []string
}

func newChat(t testing.TB) *chat {
	t.Helper()
	c := &chat{answer: http.StatusOK}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var said struct{ Text string }
		_ = json.Unmarshal(body, &said)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.answer == http.StatusOK {
			c.texts = append(c.texts, said.Text)
		}
		w.WriteHeader(c.answer)
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *chat) says(answer int) { c.mu.Lock(); defer c.mu.Unlock(); c.answer = answer }

func (c *chat) told() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.texts...)
}

func (c *chat) address() string {
	return "mattermost://bot@" + c.Listener.Addr().String() + "/tokentokentokentokentoken?disabletls=yes"
}

func doorList(dir string, slack *fakeslack.Server, c *chat, more string) string {
	return strings.NewReplacer("DB", filepath.Join(dir, "e.db"), "URL", slack.URL(), "CHAT", c.address()).Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
doors: {night: "CHAT"}
slack: {bot_token: "`+fakeslack.BotToken+`", api_url: "URL"}
store: {database: "sqlite:DB"}
web: {listen: "127.0.0.1:0", public_url: "https://earshot.example", inbox: true, login: {slack: {client_id: a, client_secret: bbbb}}}
`) + more
}

// TestFallback: while Slack takes nothing, what waits is told through the other door, each
// complaint once whoever looks and however often earshot starts; when Slack is back, it is
// there too and says so, and what the door had not told yet is not told any more.
func TestFallback(t *testing.T) {
	slack, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer slack.Close()
	dir, c := t.TempDir(), newChat(t)
	d := open(t, doorList(dir, slack, c, "fallback: night\nroutes: [{to: \"#mentions\"}]\n"))
	defer d.notifiers.client.CloseIdleConnections()
	send(t, d) // the looks are the test's own: what was told is known to one at a time
	slack.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.Code, Error: "account_inactive", Times: -1})
	complain(t, d, "first")
	r := d.lease.delivery().routes
	eventually(t, "Slack refuses", func() bool { _, bad := r.snapshot()["#mentions"]; return bad })
	since := func(ago time.Duration) breakage {
		b := r.snapshot()["#mentions"]
		b.since = time.Now().Add(-ago)
		return b
	}
	look := func(ago time.Duration) {
		t.Helper()
		if err := r.fallBack(t.Context(), "#mentions", since(ago)); err != nil {
			t.Fatal(err)
		}
	}
	complaints := func() (n int) {
		for _, text := range c.told() {
			if strings.Contains(text, "#mentions cannot be reached") {
				n++
			}
		}
		return n
	}
	look(9 * time.Minute)
	if n := complaints(); n != 0 {
		t.Errorf("told %d after nine minutes", n)
	}
	look(11 * time.Minute)
	eventually(t, "it is told by the door, and that is known", func() bool {
		counts, err := d.store.Counts(t.Context(), time.Now())
		return err == nil && counts.Pending+counts.Posting == 1 && complaints() == 1 // Slack's is left
	})
	clear(r.told) // as after a restart
	look(12 * time.Minute)
	look(13 * time.Minute)
	c.says(http.StatusUnauthorized)
	complain(t, d, "second")
	look(14 * time.Minute)
	eventually(t, "the door is asked for the second", func() bool {
		counts, err := d.store.Counts(t.Context(), time.Now())
		return err == nil && counts.Pending+counts.Posting >= 3
	})
	slack.Heal()
	d.lease.delivery().sender.Reload()
	eventually(t, "both stand in Slack, and that is known", func() bool {
		counts, err := d.store.Counts(t.Context(), time.Now())
		return err == nil && counts.Pending+counts.Posting <= 1 && len(slack.Messages("#mentions")) >= 2 // the door's is left
	})
	// The door refuses still, so what does not wait any more was left untold: an answer that changes now may
	// meet a request that left before Slack was back.
	reloaded(t, d, doorList(dir, slack, c, "fallback: night\nroutes: [{to: \"#mentions\"}]\nlanguage: en\n")) // forgets the door's pause
	emptyOutbox(t, d)
	c.says(http.StatusOK)
	look(15 * time.Minute)
	emptyOutbox(t, d)
	if n := complaints(); n != 1 {
		t.Errorf("the door told %d complaints, want the first alone: %q", n, c.told())
	}
	if text := c.told()[0]; !strings.Contains(text, "first first") || !strings.Contains(text, "https://earshot.example/case/") {
		t.Errorf("told: %s", text)
	}
	for _, m := range slack.Messages("#mentions") {
		first, says := strings.Contains(m.Text, "first first"), strings.Contains(m.Text, "Told by night")
		if complaint := first || strings.Contains(m.Text, "second second"); complaint && first != says {
			t.Errorf("in Slack: %s", m.Text)
		}
	}
	if v := slack.Violations(); len(v) > 0 {
		t.Error(v)
	}
}

// TestLoudestFirst: what is critical is told first, and a summary not at all.
func TestLoudestFirst(t *testing.T) {
	slack, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer slack.Close()
	d := open(t, doorList(t.TempDir(), slack, newChat(t), "fallback: night\nroutes: [{to: \"#mentions\"}]\n"))
	at := time.Now().Add(-time.Hour)
	var list []mention.Alert
	for _, s := range []mention.Severity{mention.Low, mention.Critical, mention.Normal, mention.High} {
		list = append(list, mention.Alert{ID: mention.AlertID(s.String()), Kind: mention.Escalation, Route: "#mentions", Severity: s, CreatedAt: at, Payload: alerts.Details{Text: "x"}.Encode()})
	}
	list = append(list, mention.Alert{ID: "digest", Kind: mention.Digest, Route: "#mentions", Severity: mention.Normal, CreatedAt: at, Payload: alerts.Details{Text: "x", Summary: &alerts.Summary{}}.Encode()})
	if err := d.store.Enqueue(t.Context(), list...); err != nil {
		t.Fatal(err)
	}
	r := d.lease.delivery().routes
	if err := r.fallBack(t.Context(), "#mentions", breakage{err: &alerts.RefusedError{Code: "x"}, since: at}); err != nil {
		t.Fatal(err)
	}
	due, err := d.store.DueAlerts(t.Context(), time.Now(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, a := range due {
		if a.Kind == mention.Fallback {
			order = append(order, a.Severity.String()+" "+a.Route)
		}
	}
	if got := strings.Join(order, ", "); got != "critical door:night, high door:night, normal door:night, low door:night" {
		t.Error(got)
	}
}

// TestDoorAsRoute: a route may be a door, and a notice about Slack goes through it.
func TestDoorAsRoute(t *testing.T) {
	slack, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer slack.Close()
	c := newChat(t)
	d := open(t, doorList(t.TempDir(), slack, c, "routes: [{to: night}]\n"))
	deliver(t, d)
	complain(t, d, "third")
	eventually(t, "the door tells", func() bool { return len(c.told()) == 1 })
	if text := c.told()[0]; !strings.Contains(text, "third third") || strings.Contains(text, "cannot be reached") {
		t.Error(text)
	}
	if len(slack.Messages("#mentions")) != 0 {
		t.Error("Slack got it too")
	}
}

// TestDoorMistakes: addresses that the service does not take are mistakes of the watchlist
// with their place, and no message shows them.
func TestDoorMistakes(t *testing.T) {
	text := `contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
doors:
  bird: "pigeon://hunter22hunter22@example"
  short: "telegram://hunter22hunter22@telegram"
  crowd: "telegram://hunter22hunter22@telegram?chats=` + strings.Repeat("-1001,", 21) + `"
fallback: bird
routes: [{severity: low, to: crowd}, {severity: high, to: "shoutrrr:discord://hunter22hunter22"}, {to: short}]
`
	cfg, err := config.Parse("watchlist.yaml", []byte(text), lookup, watchlist.Kinds())
	_, err = watchlist.Check(cfg, err)
	if err == nil {
		t.Fatal("no mistake was found")
	}
	said := err.Error()
	for _, want := range []string{`watchlist.yaml:5:9: bird: earshot does not know the service "pigeon"`, "known: discord, ", "watchlist.yaml:6:10: short: the address of this door is not complete", `write it like "telegram://TOKEN@telegram?chats=ID"`, "watchlist.yaml:7:10: crowd: more than 20 recipients in one door", "make a second door of the rest"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(said, "hunter22") || t.Failed() {
		t.Error(said)
	}
}
