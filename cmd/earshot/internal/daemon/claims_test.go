package daemon

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestClaimsOfReplicas: ten people press Claim on the same complaints at once, through the
// signed doors of two replicas: each has one owner, and every loser is told who that is.
// EARSHOT_DRILL=full does it for 1,000 complaints.
func TestClaimsOfReplicas(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	const claimers = 10
	// Each press must be decided within the desk's 10 s, on a busy machine too.
	complaints, atOnce := 40, 2*claimers
	if os.Getenv("EARSHOT_DRILL") == "full" {
		complaints, atOnce = 1000, 10*claimers
	}
	people := make([]fakeslack.Person, claimers)
	for i := range people {
		people[i] = fakeslack.Person{ID: fmt.Sprintf("U000000%03d", i), Handle: fmt.Sprintf("p%d", i), Name: fmt.Sprintf("Person%d", i)}
	}
	fake, err := fakeslack.Start(fakeslack.Options{People: people})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	list := strings.NewReplacer("DB", testkit.Postgres(t).URL, "BOT", fakeslack.BotToken, "SIGN", fakeslack.SigningSecret, "URL", fake.URL()).Replace(`contact: a@example.com
watch: [{name: Romashka, terms: [Romashka]}]
sources: [{name: news, push: {token: "0123456789012345678901234567890123456789"}}]
routes: [{to: console}]
slack: {bot_token: "BOT", signing_secret: "SIGN", api_url: "URL"}
store: {database: "DB"}
web: {listen: "127.0.0.1:0"}
`)
	a, b := replicaOf(t, "a", "1", list, 0), replicaOf(t, "b", "1", list, 0)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: atOnce}}
	var doors []string
	for _, r := range []*replica{a, b} {
		door := httptest.NewServer(http.HandlerFunc(r.notifiers.interactions))
		t.Cleanup(door.Close)
		doors = append(doors, door.URL)
	}
	t.Cleanup(client.CloseIdleConnections)
	var ids []mention.ID
	for i := range complaints {
		in := complaint(fmt.Sprintf("post-%d", i))
		if _, err := a.ledger().Ingest(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, mention.MentionID(in.Posts[0].Post.Key(), "Romashka"))
	}
	slack, _ := a.notifiers.notifierFor("#mentions")
	place, err := slack.Post(t.Context(), alerts.Message{Alert: mention.Alert{ID: "n1", Kind: mention.Notice, Route: "#mentions"}, Details: alerts.Details{Text: "hello"}, Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	began := time.Now()
	for _, id := range ids {
		for i, who := range rand.Perm(claimers) {
			slots <- struct{}{}
			all.Go(func() {
				defer func() { <-slots }()
				click := fakeslack.Click{Channel: place.Channel, TS: place.TS, Action: "claim", User: people[who].ID, Value: string(id)}
				if status, _, err := fake.PressHTTP(client, doors[i%2], fakeslack.SigningSecret, click); err != nil || status != http.StatusOK {
					t.Errorf("%s by %d: %d, %v", id, who, status, err)
				}
			})
		}
	}
	all.Wait()
	losers := complaints * (claimers - 1)
	for end := time.Now().Add(2 * time.Minute); len(fake.Ephemerals()) < losers && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	told := map[string]int{}
	for _, e := range fake.Ephemerals() {
		name, _, ok := strings.Cut(e.Text, " took it ")
		if !ok {
			t.Errorf("told %q", e.Text)
		}
		told[name]++
	}
	for _, id := range ids {
		_, c, err := b.store.Mention(t.Context(), id)
		if err != nil || c.Status != mention.Claimed || c.Version != 2 {
			t.Fatalf("%s: %+v, %v; want claimed once", id, c, err)
		}
		told[c.Owner.Name] -= claimers - 1
	}
	for name, n := range told {
		if n != 0 {
			t.Errorf("%s was named to %d losers too many", name, n)
		}
	}
	t.Logf("%d claims on %d complaints through two replicas in %s: one winner each, %d losers told", complaints*claimers, complaints, time.Since(began).Round(time.Millisecond), losers)
}
