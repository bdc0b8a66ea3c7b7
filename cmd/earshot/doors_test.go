package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/testkit/chromium"
)

// TestThreeDoors: the binary, a Slack and two browsers. All three press Claim at once: one has
// the complaint, and within two seconds the message and both lists show him: the fastest of
// at least three rounds, for others use the machine too. A small form is web's test of the name.
func TestThreeDoors(t *testing.T) {
	if os.Getenv("EARSHOT_DRILL") != "full" {
		t.Skip("runs the binary and two browsers: EARSHOT_DRILL=full")
	}
	for name, database := range map[string]func() string{"sqlite": func() string { return "" }, "postgres": func() string { return testkit.Database(t, testkit.Postgres(t).URL) }} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "")
			r.database = database()
			site := fmt.Sprintf("127.0.0.1:%d", testkit.FreePort(t))
			r.write(strings.Replace(r.watchlist(), `web: {listen: "127.0.0.1:0"}`, `web: {listen: "`+site+`", proxy: {header: X-User, from: ["127.0.0.1/32"]}}`, 1))
			r.baseline()
			p := r.start("")
			browser := chromium.Open(t)
			best := time.Hour
			wins := map[string]int{}
			for round := 0; round < 3 || round < 10 && best > 2*time.Second; round++ {
				winner, took := r.threePress(p, browser, "http://"+site, fmt.Sprintf("Kangaroo%d", round))
				wins[winner]++
				best = min(best, took)
			}
			t.Logf("fastest %s; won: %v", best.Round(time.Millisecond), wins)
			if best > 2*time.Second {
				t.Errorf("it took %s until all three show the winner", best)
			}
			p.stop()
			if v := r.slack.Violations(); len(v) > 0 {
				t.Errorf("Slack's rules were broken: %v", v)
			}
		})
	}
}

// threePress has a complaint claimed by three people at once, and returns who has it and how
// long it took until all three places show it.
func (r *rig) threePress(p *process, browser context.Context, site, word string) (winner string, took time.Duration) {
	r.t.Helper()
	r.town.Publish(demosites.Post{Place: "forum", Author: "maria" + word, Text: "Romashka Bank charged me twice and refuses to refund. " + word + "."})
	r.until(p, time.Minute, "the alert", func() bool { return r.count(word) == 1 && r.slack.Connections() > 0 })
	people := []string{"Anna", "Borys"}
	row := `[...document.querySelectorAll(".row")].find(e => e.innerText.includes("` + word + `"))`
	tabs := make([]context.Context, len(people))
	for i, who := range people {
		ctx, stop := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
		r.t.Cleanup(stop)
		if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
			r.t.Fatal(err)
		}
		if _, err := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"X-User": who}}); err != nil {
			r.t.Fatal(err)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(site+"/inbox")); err != nil {
			r.t.Fatal(err)
		}
		r.until(p, time.Minute, who+" sees it", func() bool { return holdsIn(ctx, row+" && window.htmx") })
		tabs[i] = ctx
	}
	m := r.message(word)
	pressed := make(chan error, 3)
	go func() {
		_, err := r.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: "U0000IRA"})
		pressed <- err
	}()
	for _, ctx := range tabs {
		go func() {
			_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](row+`.querySelector("[data-key=KeyC]")?.click() === undefined`))
			pressed <- err
		}()
	}
	for range 3 {
		if err := <-pressed; err != nil {
			r.t.Fatal(err)
		}
	}
	began := time.Now()
	r.until(p, time.Minute, "a winner in Slack", func() bool { return shownMessage{r.message(word)}.has(" has it") })
	for _, who := range append(people, "Ira") {
		if (shownMessage{r.message(word)}).has(who + " has it") {
			winner = who
		}
	}
	for i, ctx := range tabs {
		r.until(p, time.Minute, people[i]+" sees that "+winner+" has it", func() bool { return holdsIn(ctx, row+`.innerText.includes("`+winner+` has it")`) })
	}
	return winner, time.Since(began)
}

// holdsIn reports whether an expression holds in a page; one that is just being left says no.
func holdsIn(ctx context.Context, expression string) bool {
	yes, err := chromium.Eval[bool](ctx, "Boolean("+expression+")")
	return err == nil && yes
}
