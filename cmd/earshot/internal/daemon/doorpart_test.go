package daemon

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// post is a mail server that takes nothing for "gone@…"; it keeps who got what.
type post struct {
	net.Listener
	gone  string // what it says then
	mu    sync.Mutex
	mails map[string][]string // by the recipient
}

func newPost(t testing.TB, gone string) *post {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{Listener: l, gone: gone, mails: map[string][]string{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { p.serve(c) })
		}
	})
	t.Cleanup(func() { l.Close(); serving.Wait() })
	return p
}

func (p *post) serve(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	in, to := bufio.NewScanner(c), ""
	fmt.Fprint(c, "220 post\r\n")
	for in.Scan() {
		answer := "250 ok"
		switch line := in.Text(); strings.ToUpper(line[:min(len(line), 4)]) {
		case "RCPT":
			if to = line; strings.Contains(line, "gone@") {
				answer = p.gone
			}
		case "DATA":
			fmt.Fprint(c, "354 go on\r\n")
			var mail strings.Builder
			for in.Scan() && in.Text() != "." {
				mail.WriteString(in.Text() + "\n")
			}
			p.mu.Lock()
			p.mails[to] = append(p.mails[to], mail.String())
			p.mu.Unlock()
		case "QUIT":
			answer = "221 bye"
		}
		fmt.Fprint(c, answer+"\r\n")
	}
}

// got counts the mails to one whose text holds the words.
func (p *post) got(who, words string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for to, mails := range p.mails {
		for _, mail := range mails {
			if strings.Contains(to, who) && strings.Contains(mail, words) {
				n++
			}
		}
	}
	return n
}

// TestOneOfADoorIsGone: a colleague whose mailbox is no more keeps no complaint from the others of
// the door, and people are told once whom nothing reaches.
func TestOneOfADoorIsGone(t *testing.T) {
	p, good := newPost(t, "550 5.1.1 no mailbox of this name"), newHook(t, http.StatusOK)
	d := openDoor(t, p, good)
	eventually(t, "nothing waits", func() bool {
		counts, err := d.store.Counts(t.Context(), time.Now())
		return err == nil && counts.Pending+counts.Posting == 0
	})
	eventually(t, "people are told", func() bool { return strings.Contains(strings.Join(good.taken(), " "), "no mailbox of this name") })
	if told := strings.Join(good.taken(), "\n"); strings.Count(told, "door:boss does not reach smtp gone@romashka.example: door boss: smtp gone@romashka.example: 550 (5.1.1 no mailbox") != 1 || strings.Contains(told, "Nothing can be posted") {
		t.Errorf("told %s", told)
	}
	if p.got("ira@", "") != 3 || p.got("oleh@", "") != 3 {
		t.Errorf("mails %v", p.mails)
	}
}

// TestOneOfADoorIsFull: who may be told later is, and the others hear of all that comes meanwhile.
func TestOneOfADoorIsFull(t *testing.T) {
	p := newPost(t, "452 4.2.2 mailbox full")
	d := openDoor(t, p, newHook(t, http.StatusOK))
	counts, err := d.store.Counts(t.Context(), time.Now())
	if err != nil || counts.Pending+counts.Posting != 3 {
		t.Errorf("%+v %v: want three to wait for the full mailbox", counts, err)
	}
}

// noticed keeps what is told of routes.
type noticed struct {
	waitingAlerts
	ids map[mention.AlertID]string
}

func (n noticed) Enqueue(_ context.Context, list ...mention.Alert) error {
	for _, a := range list {
		n.ids[a.ID] = alerts.ReadDetails(a.Payload).Text
	}
	return nil
}

// TestNextOfADoorIsGone: who is not reached beside others of whom people know, or in their place, is told
// of, too; and nobody is woken for a door through which the others hear of everything.
func TestNextOfADoorIsGone(t *testing.T) {
	told, m := noticed{ids: map[mention.AlertID]string{}}, newMetrics()
	r := newRoutes(routesOptions{outbox: told, rules: func() *alerts.Rules { return &alerts.Rules{} }, closed: func(string) bool { return false }, notifierFor: func(string) (alerts.Notifier, bool) { return nil, false },
		metrics: m, log: slog.New(slog.DiscardHandler), now: time.Now, wake: func() {}, hide: func(s string) string { return s }})
	left := func(who ...string) {
		part := &alerts.PartError{Who: strings.Join(who, ", ")}
		for _, one := range who {
			part.Each = append(part.Each, &alerts.RetryError{After: 30 * time.Second, Err: errors.New(one + " left")}) // it is not sent again for him
		}
		r.trouble("door:boss", part)
		r.tellParts(t.Context())
		r.tellParts(t.Context())
	}
	left("ira")
	left("ira", "oleh")
	left("oleh")
	r.forget() // a reload
	left("oleh")
	var many []string
	for i := range 20 {
		many = append(many, fmt.Sprintf("smtp somebody-with-a-name-%d@romashka.example", i))
	}
	left(many...)
	all := strings.Join(slices.Sorted(maps.Values(told.ids)), "\n")
	for _, want := range []string{"reach ira: ira left.", "reach ira, oleh: ira left; oleh left.", "reach oleh: oleh left.", "reach " + strings.Join(many, ", ") + ": "} {
		if len(told.ids) != 4 || !strings.Contains(all, want) {
			t.Errorf("want %q in %s", want, all)
		}
	}
	if trouble := m.inTrouble(); len(trouble) > 0 {
		t.Errorf("woken for %v", trouble)
	}
}

// TestToldPastADatabaseThatIsAway: what goes past it through a door that one has left is told once.
func TestToldPastADatabaseThatIsAway(t *testing.T) {
	p := newPost(t, "550 5.1.1 no mailbox of this name")
	d := open(t, strings.NewReplacer("DB", filepath.Join(t.TempDir(), "e.db"), "MAIL", p.Addr().String()).Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
doors: {boss: "smtp://MAIL/?from=pr@romashka.example&to=ira@romashka.example,gone@romashka.example"}
routes: [{to: boss}]
store: {database: "sqlite:DB"}
`))
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	if !d.tell(t.Context(), partDatabase, "failing", time.Now(), "the database is away") || p.got("ira@", "is away") != 1 {
		t.Errorf("it would be told again; mails %v", p.mails)
	}
}

// openDoor opens a door to three, at one of whom nothing is taken, and sees that the others hear of
// three complaints.
func openDoor(t *testing.T, p *post, good *hook) *Daemon {
	t.Helper()
	d := open(t, strings.NewReplacer("DB", filepath.Join(t.TempDir(), "e.db"), "HOOK", good.URL, "MAIL", p.Addr().String()).Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
webhooks: [{name: ops, url: "HOOK"}]
doors: {boss: "smtp://MAIL/?from=pr@romashka.example&to=ira@romashka.example,gone@romashka.example,oleh@romashka.example"}
routes: [{watch: Romashka, to: boss}, {to: "webhook:ops"}]
store: {database: "sqlite:DB"}
`))
	deliver(t, d)
	for _, id := range []string{"first", "second", "third"} {
		complain(t, d, id)
	}
	for _, who := range []string{"ira@", "oleh@"} {
		for _, id := range []string{"first", "second", "third"} {
			testkit.Eventually(t, who+" hears of the "+id, 20*time.Second, func() bool { return p.got(who, id+" "+id) == 1 })
		}
	}
	return d
}
