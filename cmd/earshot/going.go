package main

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/earshot/earshot/tune"
)

// goingEvery is how long a command is silent at most while it works: who waits less than that is not told.
const goingEvery = 5 * time.Second

// going says now and then on stderr how far long work is: what it prints on stdout is for others to read.
type going struct {
	to   io.Writer
	now  func() time.Time
	last time.Time // when something was said, or when it began
}

func newGoing(to io.Writer, now func() time.Time) *going { return &going{to, now, now()} }

// say says it, if nothing was said for a while.
func (g *going) say(text func() string) {
	if now := g.now(); now.Sub(g.last) >= goingEvery {
		g.last = now
		fmt.Fprintln(g.to, text())
	}
}

// counting says how many things are done, in the text of the key.
func (s speech) counting(key string, g *going) func(int) {
	return func(n int) { g.say(func() string { return s.Text(key, "n", s.Number(n)) }) }
}

// tuning says how far a plan is.
func (s speech) tuning(g *going) func(tune.Step, int) {
	return func(step tune.Step, n int) {
		g.say(func() string {
			switch step {
			case tune.TryingWords:
				return s.Plural("tune.going.words", n)
			case tune.TryingPhrases:
				return s.Plural("tune.going.ignore", n)
			}
			return s.Text("tune.going.weights", "n", strconv.Itoa(n), "of", strconv.Itoa(tune.Lessons))
		})
	}
}
