package river

import (
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestServerGoneWithoutAWord: the machine of the database is gone, and its address is soon
// another's. Polls go on there, and a source that is new by then is polled too.
func TestServerGoneWithoutAWord(t *testing.T) {
	through, way := testkit.ProxyTo(t, testkit.Database(t, postgres(t).URL))
	e := shared(t, through)
	s := newSite(10*time.Millisecond, 50*time.Millisecond)
	list := s.sources(3, 1, 500*time.Millisecond)
	e.run()
	defer e.halt()
	e.apply(t, list...)
	testkit.Eventually(t, "polls", time.Minute, func() bool { return s.total() > 6 })
	if err := way.Lose(); err != nil {
		t.Fatal(err)
	}
	back := s.total()
	testkit.Eventually(t, "polls again", time.Minute, func() bool { return s.total() > back+6 })
	e.apply(t, append(list, s.source("new", "new", time.Hour))...)
	testkit.Eventually(t, "a new source is polled", time.Minute, func() bool { return s.count("new") == 1 })
}
