package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// account is as whom the sites of these tests are answered.
const account = "Ромашка <Support> & Co"

// sites takes the answers of a world. The name of a source says how it is answered, and how
// that ends.
type sites struct {
	mu    sync.Mutex
	taken map[string][]string // by source
	free  bool                // nobody need approve any more
	gone  bool                // nothing can be answered any more
}

// sitesOf are the sources of the tests.
var sitesOf = map[string]struct {
	way reply.Way
	end reply.Result
}{

	"short":   {reply.Way{Repeat: reply.Twice, Limit: reply.Limit{Unit: reply.Chars, Max: 50}}, reply.Result{Outcome: reply.Sent, URL: "https://forum.example/p/99"}},
	"long":    {reply.Way{Repeat: reply.Twice, Limit: reply.Limit{Unit: reply.Chars, Max: 5000}}, reply.Result{Outcome: reply.Sent}},
	"approve": {reply.Way{Repeat: reply.Twice, Approve: true}, reply.Result{Outcome: reply.Refused, Reason: "the topic is closed"}},
	"second":  {reply.Way{Repeat: reply.Twice, Approve: true}, reply.Result{Outcome: reply.Sent}},
	"cut off": {reply.Way{Repeat: reply.Twice}, reply.Result{Reason: "the line was cut"}},
	"one":     {reply.Way{Repeat: reply.Replaces}, reply.Result{Outcome: reply.Sent}},
	"Ira's":   {reply.Way{Repeat: reply.Twice, Allow: []string{"ira@romashka.example"}}, reply.Result{Outcome: reply.Sent}},
}

func (s *sites) all(source string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken[source])
}

func (s *sites) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// engine sends to the sites.
func (s *sites) engine(w *world, log *slog.Logger) *reply.Engine {
	send := func(_ context.Context, m reply.Message) reply.Result {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.taken[m.Post.Source] = append(s.taken[m.Post.Source], m.Text)
		return sitesOf[m.Post.Source].end
	}
	return reply.New(reply.Options{Outbox: w.store, Reader: w.store, Desk: w.desk, Log: log, Now: time.Now, Changed: func() { w.sender.Wake() }, Way: func(source string) (reply.Way, bool) {
		is, ok := sitesOf[source]
		is.way.Account, is.way.Send = account, send
		s.mu.Lock()
		defer s.mu.Unlock()
		is.way.Approve = is.way.Approve && !s.free
		ok = ok && !s.gone
		return is.way, ok
	}})
}

// maria has not the role, petro is nobody that Slack tells about.
const maria, petro = "U00MARIA", "U00PETRO"

// answerable is a world with sites; Ira's Slack speaks Ukrainian.
func answerable(t *testing.T, opt worldOptions) (*world, *sites) {
	t.Helper()
	s := &sites{taken: map[string][]string{}}
	opt.sites = s
	opt.listed = func(list []string, _ mention.Person, email string) bool { return slices.Contains(list, email) }
	opt.roles = func(p mention.Person, _ string) slack.Roles {
		return slack.Roles{Dismiss: true, Mute: true, Sources: true, Reply: p.ID != "slack:"+maria}
	}
	opt.fake.People = []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira", Locale: "uk-UA"}, {ID: oleh, Handle: "oleh", Name: "Oleh"}, {ID: maria, Handle: "maria", Name: "Maria"}, {ID: petro, Handle: "petro", Name: "Petro"}}
	return newWorld(t, opt), s
}

// alert lets somebody complain at a source, and returns the message about it.
func (w *world) alert(source, words string) (found fakeslack.Message) {
	w.t.Helper()
	m := complaint(fmt.Sprint(len(w.fake.Messages(""))), words)
	m.Post.Source, m.Post.ThreadURL = source, ""
	w.hear(m)
	eventually(w.t, "a message about "+text.Cut(words, 40), func() bool {
		for _, one := range w.fake.Messages("") {
			if strings.Contains(one.Text, words[:20]) {
				found = one
			}
		}
		return found.TS != ""
	})
	w.quiet()
	return found
}

// asks presses Answer and returns the window.
func (w *world) asks(m fakeslack.Message, user string) json.RawMessage {
	w.t.Helper()
	return json.RawMessage(w.window(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "answer", User: user}))
}

// says sends words in a window and returns what becomes of it.
func (w *world) says(view json.RawMessage, user, words string) fakeslack.Submitted {
	w.t.Helper()
	values := in("answer", "value", words)
	if w.opt.http {
		srv := httptest.NewServer(w.slack.Interactions())
		defer srv.Close()
		out, err := w.fake.SubmitHTTP(srv.Client(), srv.URL, fakeslack.SigningSecret, view, user, values)
		if err != nil {
			w.t.Fatal(err)
		}
		return out
	}
	out, err := w.fake.SubmitView(view, user, values)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// stands waits until the last reply of a case is so, and the message says it.
func (w *world) stands(m fakeslack.Message, status mention.ReplyStatus, words string) mention.SiteReply {
	w.t.Helper()
	var last mention.SiteReply
	id := mention.ID(buttonValue(w.t, m))
	eventually(w.t, "the reply is "+string(status), func() bool {
		all, err := w.store.RepliesOf(context.Background(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		last = reply.Last(all)
		return last.Status == status && (last.Told || status.Open())
	})
	eventually(w.t, "the message says "+words, func() bool {
		now, _ := w.fake.Message(m.Channel, m.TS)
		return shows(now, words)
	})
	return last
}

// exactlyShown reports whether a window shows a text in one element, to the letter.
func exactlyShown(t *testing.T, raw json.RawMessage, words string) bool {
	t.Helper()
	var view struct {
		Blocks []struct {
			BlockID  string `json:"block_id"`
			Elements []struct{ Elements []struct{ Type, Text string } }
		}
	}
	if err := json.Unmarshal(raw, &view); err != nil {
		t.Fatal(err)
	}
	for _, b := range view.Blocks {
		if b.BlockID == "exactly" {
			e := b.Elements[0].Elements
			return len(e) == 1 && e[0].Type == "text" && e[0].Text == words
		}
	}
	return false
}
