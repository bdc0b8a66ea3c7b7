package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
)

// steps are the places of the crash protocol up to the posted message.
var steps = []string{"job-taken", "response-read", "committed", "seen-marked", "cursor-stored", "posting-marked", "message-posted", "posted-marked"}

// networks are the ways in which Slack's answer to the first message can fail.
var networks = []struct {
	name  string
	fault *fakeslack.Fault
}{
	{"clean", nil},
	{"429", &fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.RateLimit, After: 2 * time.Second}},
	{"accept then drop", &fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop}},
	{"5xx after accept", &fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.Accept5xx}},
	{"timeout", &fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptSlow, Delay: 15 * time.Second}},
}

// crashComplaints are said while earshot is down; each carries a word to find it
// by. The rest must stay silent.
func crashComplaints() (posts []demosites.Post, words []string) {
	return []demosites.Post{
		{Place: "forum", Author: "maria", Text: "Third week and Romashka Bank has not returned my money. Support ignores me. Aardvark."},
		{Place: "reviews", Author: "tom", Stars: 1, Title: "Never again", Text: "Romashka Bank blocked my card without a word and nobody answers the phone. Bumblebee."},
		{Place: "channel", Author: "ch", Text: "Romashka Bank app is down again, payments fail, support does not answer. Chinchilla."},
		{Place: "forum", Author: "glad", Text: "Love Romashka Bank, great service, thank you so much! Dragonfly."},
		{Place: "forum", Author: "other", Text: "My neighbour's cat was lost, terrible week, awful weather. Elephant."},
	}, []string{"Aardvark", "Bumblebee", "Chinchilla"}
}

// TestCrashMatrix kills the real process at every step, with Slack's network in
// every state, and counts what stands in Slack afterwards: each complaint once.
// EARSHOT_CRASH=full runs every network state at every step; otherwise every step
// with a clean network and every network state at the two steps around the post, and of
// PostgreSQL, where River hands the polls out, one step of a poll.
func TestCrashMatrix(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	full := os.Getenv("EARSHOT_CRASH") == "full"
	redis := redisServer(t)
	for _, seen := range []string{"sqlite", "sqlite and redis", "postgres and redis"} {
		url := ""
		if seen != "sqlite" {
			url = redis // shared: each installation has its own key
		}
		for _, net := range networks {
			for _, step := range steps {
				if net.fault != nil && !full && (step != "posting-marked" && step != "message-posted" || seen == "sqlite") {
					continue
				}
				if seen == "postgres and redis" && !full && (net.fault != nil || step != "committed") {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%s", seen, net.name, step), func(t *testing.T) {
					t.Parallel()
					r := newRig(t, url)
					if seen == "postgres and redis" {
						r.database = testkit.Postgres(t).URL
						r.write(r.watchlist())
					}
					r.crash(step, net.fault)
				})
			}
		}
	}
}

// crash kills the process at the step and counts what stands in Slack afterwards.
func (r *rig) crash(step string, fault *fakeslack.Fault) {
	t := r.t
	t.Helper()
	r.baseline()
	if n := len(r.slack.Messages("#mentions")); n != 0 {
		t.Fatalf("%d messages after the baseline, want silence\n%s", n, r.texts())
	}
	posts, words := crashComplaints()
	for _, p := range posts {
		r.town.Publish(p)
	}
	if fault != nil {
		r.slack.Break(*fault)
	}
	r.start(step).killed(time.Minute)

	p := r.start("")
	within := 90 * time.Second
	if r.database != "" { // River hands the dead process's jobs on in a minute
		within = 2 * time.Minute
	}
	r.until(p, within, "every complaint in Slack", func() bool {
		for _, w := range words {
			if r.count(w) == 0 {
				return false
			}
		}
		return true
	})
	// An attempt in doubt is settled 20 s after it began: wait until a wrong second
	// message would be there too.
	time.Sleep(settleTime(step, fault))
	r.once(p, words...)
	p.stop()

	p = r.start("") // a restart tells nothing again
	time.Sleep(3 * time.Second)
	r.once(p, words...)
	for _, silent := range []string{"Dragonfly", "Elephant", "Baseline"} {
		if n := r.count(silent); n != 0 {
			t.Errorf("%q is in Slack and should not be\n%s", silent, r.texts())
		}
	}
	p.stop()
	if v := r.slack.Violations(); len(v) > 0 {
		t.Errorf("Slack's rules were broken: %v", v)
	}
}

func settleTime(step string, fault *fakeslack.Fault) time.Duration {
	if step == "posting-marked" || step == "message-posted" || fault != nil {
		return 24 * time.Second
	}
	return 3 * time.Second
}

// TestKillLoop publishes complaints while the process is killed at random moments.
func TestKillLoop(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	complaints, kills := 40, 5
	if os.Getenv("EARSHOT_CRASH") == "full" {
		complaints, kills = 200, 20
	}
	t.Parallel()
	r := newRig(t, "")
	r.baseline()
	said := make(chan struct{})
	go func() {
		defer close(said)
		for i := range complaints {
			r.town.Publish(killLoopPost(i))
			time.Sleep(time.Duration(kills) * time.Second * 2 / time.Duration(complaints))
		}
	}()
	for range kills {
		p := r.start("")
		time.Sleep(500*time.Millisecond + time.Duration(rand.Int64N(int64(2*time.Second))))
		p.kill()
	}
	<-said
	p := r.start("")
	r.heardWithin(p, complaints, 5*time.Minute)
	time.Sleep(24 * time.Second)
	for i := range complaints {
		r.once(p, drillWord(i))
	}
	p.stop()
}

// killLoopPost is a complaint unlike the others, so that it is nobody's twin; its drillWord stands in it.
func killLoopPost(i int) demosites.Post {
	what := []string{"has not returned my money for weeks", "blocked my card and nobody answers", "charged a hidden fee I never agreed to", "lost my documents and blames me", "keeps the app down on payday"}
	who := []string{"support sends templates", "the branch refused to talk", "the hotline hangs up", "the manager was rude"}
	return demosites.Post{
		Place: []string{"forum", "reviews", "channel"}[i%3], Author: fmt.Sprintf("user%d", i), Stars: 1, Title: fmt.Sprintf("Case %d", i),
		Text: fmt.Sprintf("%s. Romashka Bank %s, %s. My reference is %d-%d-%d.", drillWord(i), what[i%len(what)], who[(i/5)%len(who)], i*7919, i*104729, i*15485863),
	}
}

// say publishes complaints number from to to-1.
func (r *rig) say(from, to int) {
	for i := from; i < to; i++ {
		r.town.Publish(killLoopPost(i))
	}
}

func drillWord(i int) string { return fmt.Sprintf("Complaint%04dx", i) }

// heard waits until complaints 0 to n-1 stand in Slack.
func (r *rig) heard(p *process, n int) {
	r.t.Helper()
	r.heardWithin(p, n, 3*time.Minute)
}

func (r *rig) heardWithin(p *process, n int, limit time.Duration) {
	r.t.Helper()
	r.until(p, limit, fmt.Sprintf("%d complaints in Slack", n), func() bool {
		for i := range n {
			if r.count(drillWord(i)) == 0 {
				return false
			}
		}
		return true
	})
}

// tally counts what was lost and what was repeated.
func (r *rig) tally(p *process, n int) {
	r.t.Helper()
	lost, repeated := 0, 0
	for i := range n {
		if c := r.count(drillWord(i)); c == 0 {
			lost++
		} else {
			repeated += c - 1
		}
	}
	r.t.Logf("%d complaints: lost %d, repeated %d", n, lost, repeated)
	if lost+repeated > 0 {
		r.t.Errorf("lost %d, repeated %d\n%s\nlog:\n%s", lost, repeated, r.texts(), p.log)
	}
}
