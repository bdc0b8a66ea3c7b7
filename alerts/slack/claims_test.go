package slack_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// claimers is how many people press.
const claimers = 10

// TestEveryClaimHasOneWinner lets ten people press Claim on the same complaints at
// once, half of them through the socket and half as signed requests to another
// notifier on the same database: every complaint has one owner, and every loser is
// told who that is, once. EARSHOT_CLAIMS=full does it for 1,000 complaints.
func TestEveryClaimHasOneWinner(t *testing.T) {
	// atOnce presses are on their way together: all people's on ten complaints, in the full form more
	// than Slack would ever deliver.
	complaints, atOnce := 100, 10*claimers
	switch {
	case os.Getenv("EARSHOT_CLAIMS") == "full":
		complaints, atOnce = 1000, 40*claimers
	case testing.Short() || testkit.Race:
		complaints, atOnce = 20, 2*claimers
	}
	people := make([]fakeslack.Person, claimers)
	for i := range people {
		people[i] = fakeslack.Person{ID: fmt.Sprintf("U000000%03d", i), Handle: fmt.Sprintf("p%d", i), Name: fmt.Sprintf("Person%d", i)}
	}
	// The alerts go nowhere: what is shown here is who decides.
	w := newWorld(t, worldOptions{fake: fakeslack.Options{People: people}, rules: alerts.Rules{Otherwise: "console"}, patient: true})
	address, client := secondDoor(t, w, atOnce)
	ids := hearMany(w, complaints)
	place, err := w.slack.Post(t.Context(), alerts.Message{Alert: mention.Alert{ID: "n1", Kind: mention.Notice, Route: "#mentions"}, Details: alerts.Details{Text: "hello"}, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the socket", func() bool { return w.fake.Connections() > 0 })

	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	began := time.Now()
	for _, id := range ids {
		for _, who := range rand.Perm(claimers) {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				c := fakeslack.Click{Channel: place.Channel, TS: place.TS, Action: "claim", User: people[who].ID, Value: string(id)}
				d, err := press(w.fake, client, address, c, who%2 == 0)
				if err != nil {
					t.Errorf("%s by %s: %v", id, c.User, err)
				}
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
			})
		}
	}
	all.Wait()
	pressed := time.Since(began)
	losers := complaints * (claimers - 1)
	deadline := time.Now().Add(2 * time.Minute)
	for len(w.fake.Ephemerals()) < losers && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	told := time.Since(began)
	checkWinners(t, w, ids, people)
	slices.Sort(took)
	t.Logf("%d claims on %d complaints in %s: one winner each, %d losers told within %s; acknowledged p50 %s, p99 %s, slowest %s",
		len(took), complaints, pressed.Round(time.Millisecond), losers, told.Round(time.Millisecond), took[len(took)/2], took[len(took)*99/100], took[len(took)-1])
}

// press goes through one of the two doors and says how long the acknowledgement took.
func press(fake *fakeslack.Server, client *http.Client, address string, c fakeslack.Click, socket bool) (time.Duration, error) {
	if socket {
		return fake.Press(c)
	}
	status, took, err := fake.PressHTTP(client, address, fakeslack.SigningSecret, c)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d", status)
	}
	return took, err
}

// patientDesk decides also what is asked of it for longer than a click may take: how many a
// machine decides in ten seconds is no matter of who wins.
type patientDesk struct{ slack.Desk }

func (d patientDesk) Do(ctx context.Context, id mention.ID, a mention.Action) (mention.Case, error) {
	return d.Desk.Do(context.WithoutCancel(ctx), id, a)
}

// secondDoor is another process's notifier on the same database: signed requests.
func secondDoor(t *testing.T, w *world, atOnce int) (address string, client *http.Client) {
	t.Helper()
	client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	n := slack.New(slack.Options{BotToken: fakeslack.BotToken, SigningSecret: fakeslack.SigningSecret, APIURL: w.fake.URL(), HTTP: client,
		Desk: patientDesk{desk.NewDesk(w.store, nil, time.Now, func() {})}, Reader: w.store, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	server := httptest.NewServer(n.Interactions())
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { _ = n.Run(ctx) })
	t.Cleanup(func() {
		client.CloseIdleConnections()
		server.Close()
		stop()
		done.Wait()
		client.CloseIdleConnections()
	})
	return server.URL, client
}

func hearMany(w *world, n int) (ids []mention.ID) {
	w.t.Helper()
	var batch []mention.Mention
	for i := range n {
		m := complaint(fmt.Sprint(i), fmt.Sprintf("Скарга %d: %s", i, strings.Repeat(fmt.Sprintf("слово%d ", i*7919), 5)))
		ids = append(ids, mention.MentionID(m.Post.Key(), m.Watch))
		batch = append(batch, m)
	}
	w.hear(batch...)
	return ids
}

// checkWinners compares who has each complaint with what the losers were told.
func checkWinners(t *testing.T, w *world, ids []mention.ID, people []fakeslack.Person) {
	t.Helper()
	// A winner is named as the case records it: by the full name, or by the handle
	// that came with the click when Slack was slow to say the name.
	wins, byName := map[string]int{}, map[string]int{}
	for _, id := range ids {
		_, c, err := w.store.Mention(t.Context(), id)
		if err != nil || c.Status != mention.Claimed || c.Version != 2 {
			t.Fatalf("%s: case %+v, %v; want claimed once", id, c, err)
		}
		wins[c.Owner.ID]++
		byName[c.Owner.Name]++
	}
	told, named := map[string]int{}, map[string]int{}
	for _, e := range w.fake.Ephemerals() {
		name, _, ok := strings.Cut(e.Text, " took it ")
		if !ok {
			t.Errorf("%s was told %q", e.User, e.Text)
		}
		told["slack:"+e.User]++
		named[name]++
	}
	for _, p := range people {
		id := "slack:" + p.ID
		if told[id] != len(ids)-wins[id] {
			t.Errorf("%s has %d of %d and was told %d times that somebody else was faster", p.Name, wins[id], len(ids), told[id])
		}
	}
	for name, n := range byName {
		if want := n * (len(people) - 1); named[name] != want {
			t.Errorf("%s has %d and was named to %d losers, want %d", name, n, named[name], want)
		}
	}
}

// TestToldAtTheClicksOwnAddress: where earshot is not in the channel any more, who came second is told
// at the press's own address, and what colleagues are called is text there too.
func TestToldAtTheClicksOwnAddress(t *testing.T) {
	people := []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira <!here> & Co"}, {ID: oleh, Handle: "oleh", Name: "Oleh"}}
	w := newWorld(t, worldOptions{fake: fakeslack.Options{People: people}})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	w.fake.Break(fakeslack.Fault{Method: "chat.postEphemeral", Kind: fakeslack.Code, Error: "not_in_channel", Times: -1})
	for _, who := range []string{ira, oleh} {
		w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", Value: buttonValue(t, m), User: who})
	}
	if e := w.answered(1); e.User != oleh || !strings.HasPrefix(e.Text, "Ira &lt;!here&gt; &amp; Co took it") {
		t.Errorf("told %+v", e)
	}
	// Of what is sent from a window as well, which says no address itself.
	w.window(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "more", Chosen: "snooze_for:" + buttonValue(t, m), User: oleh})
	w.submit(oleh, in("length", "selected_option", chosen("hour")))
	if e := w.answered(2); e.User != oleh || !strings.Contains(e.Text, "&amp; Co") {
		t.Errorf("told %+v", e)
	}
}
