package main

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestRenamedSource: a source that is given a name, and another name while earshot runs,
// stays the source it was: the answer in a followed thread closes its case, a complaint
// of the time between is told, and nothing is told again.
func TestRenamedSource(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	eachSeen(t, renameOnce)
}

func renameOnce(t *testing.T, redis string) {
	b := &board{}
	site := httptest.NewServer(b)
	t.Cleanup(site.Close)
	r := newRig(t, redis)
	call := func(name string) {
		block := fmt.Sprintf("sources:\n  - {forum: %q, every: 1s%s}\n", site.URL+"/viewforum.php?f=2", name)
		r.write(strings.Replace(r.watchlist(), "sources:\n", block, 1))
	}
	call("")
	now := time.Now().Truncate(time.Second)
	ago := func(minutes int) time.Time { return now.Add(-time.Duration(minutes) * time.Minute) }
	b.say(10, "starter", "Which bank do you use?", ago(300))
	r.baselineOf(5)
	p := r.start("")
	b.say(10, "maria", "Third week and Romashka Bank has not returned my money, support ignores me. Aardvark.", ago(30))
	r.until(p, time.Minute, "the alert", func() bool { return r.count("Aardvark") == 1 })
	p.stop()

	b.say(10, "Romashka Support", "Dear Maria, we are sorry. The money is on its way.", ago(23))
	b.say(11, "tom", "Romashka Bank blocked my card without a word and nobody answers the phone. Bumblebee.", ago(20))
	for thread := 20; thread <= 21; thread++ { // two threads more push Maria's off the list
		b.say(thread, "someone", fmt.Sprintf("The weather in part %d of the town.", thread), ago(1))
	}
	call(", name: town board")
	p = r.start("")
	r.until(p, time.Minute, "the answer in the followed thread", func() bool {
		return shownMessage{r.message("Aardvark")}.has("answered publicly in 7 min")
	})
	r.until(p, time.Minute, "the complaint of the time between", func() bool { return r.count("Bumblebee") == 1 })

	call(", name: the board")
	r.until(p, time.Minute, "the new name", func() bool { return strings.Count(p.log.String(), "watchlist in use") == 2 })
	b.say(12, "olga", "Romashka Bank charged me twice and refuses to refund. Chinchilla.", ago(1))
	r.until(p, time.Minute, "a complaint under the new name", func() bool { return r.count("Chinchilla") == 1 })
	time.Sleep(2 * time.Second)
	r.once(p, "Aardvark", "Bumblebee", "Chinchilla")
	p.stop()
}
