package reply

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestKilledAtEachStep: whatever a network does with a repeat, and wherever the process is
// killed, two answers never stand there, and what became of the answer is never hidden.
func TestKilledAtEachStep(t *testing.T) {
	t.Run("memory", func(t *testing.T) { killAtEachStep(t, func() string { return "" }, 1, 7, false) })
	t.Run("memory, shown by the site alone", func(t *testing.T) { killAtEachStep(t, func() string { return "" }, 1, 7, true) })
	if testing.Short() {
		t.Skip("short: real databases")
	}
	first, last := 3, 3 // in the call
	if os.Getenv("EARSHOT_DRILL") == "full" {
		first, last = 1, 7
	}
	t.Run("sqlite", func(t *testing.T) {
		killAtEachStep(t, func() string { return "sqlite:" + filepath.Join(t.TempDir(), "e.db") }, first, last, false)
	})
	t.Run("postgres", func(t *testing.T) {
		server := testkit.Postgres(t)
		killAtEachStep(t, func() string { return testkit.Database(t, server.URL) }, first, last, false)
	})
}

// moods are the ways a network misbehaves. A call is counted from 1 in each trial.
var moods = map[string]func(call int) (take bool, status int){
	"well":              nil,
	"cut after taking":  func(call int) (bool, int) { return true, map[bool]int{true: 0, false: 200}[call == 1] },
	"cut before taking": func(call int) (bool, int) { return call > 1, map[bool]int{true: 0, false: 200}[call == 1] },
	"500 after taking":  func(call int) (bool, int) { return true, map[bool]int{true: 500, false: 200}[call == 1] },
	"429 first":         func(call int) (bool, int) { return call > 1, map[bool]int{true: 429, false: 200}[call == 1] },
	"refuses":           func(int) (bool, int) { return false, 403 },
	// Taken, but the answer is lost, and then the right is withdrawn.
	"cut, then refuses": func(call int) (bool, int) { return call == 1, map[bool]int{true: 0, false: 403}[call == 1] },
}

// TestWhatWasSeenIsNotRepeated: an answer that a poll saw under an official name ends a call that
// nobody closed, also where a repeat is said to do no harm: the site may be wrong about that.
func TestWhatWasSeenIsNotRepeated(t *testing.T) {
	for _, repeat := range Repeats() {
		w := newWorld(t, "", Repeat(repeat))
		w.net.feel(func(int) (bool, int) { return true, 0 }) // it stands there, and the line is cut
		id := w.complaint()
		e := w.engine(immortal, false)
		if err := e.Write(t.Context(), id, written(w.n)); err != nil {
			t.Fatal(err)
		}
		if err := e.work(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.clock.Add(time.Second)
		w.hear(w.post(w.n+500, "Romashka Support", written(w.n).Text), true)
		w.settleDown(id)
		if r := w.reply(id); r.Status != mention.ReplySent || r.RemoteID == "" || w.net.called() != 1 {
			t.Errorf("%s: it is %s as %q after %d calls", repeat, r.Status, r.RemoteID, w.net.called())
		}
	}
}

// TestCallsOfOneAnswerAreBounded: a site that takes a repeat and is in trouble for hours is called some times, ever more
// seldom; then people must look. One that lets no call be repeated is called once.
func TestCallsOfOneAnswerAreBounded(t *testing.T) {
	for _, repeat := range Repeats() {
		w := newWorld(t, "", Repeat(repeat))
		w.net.feel(func(int) (bool, int) { return false, 500 })
		id := w.complaint()
		if err := w.engine(immortal, false).Write(t.Context(), id, written(w.n)); err != nil {
			t.Fatal(err)
		}
		w.settleDown(id)
		want := maxAttempts
		if w.net.way().Repeat == Twice {
			want = 1
		}
		if r := w.reply(id); r.Status != mention.ReplyUnclear || w.net.called() != want || r.Attempts != want {
			t.Errorf("%s: it is %s after %d calls (%d written down), want %d", repeat, r.Status, w.net.called(), r.Attempts, want)
		}
	}
}

// killAtEachStep tries the steps add, begin, call, end, desk, told, and one more, which
// nobody reaches.
func killAtEachStep(t *testing.T, at func() string, first, last int, shows bool) {
	trials := 0
	for _, repeat := range Repeats() {
		w := newWorld(t, at(), Repeat(repeat))
		w.shows = shows
		for mood, feels := range moods {
			for step := first; step <= last; step++ {
				for _, after := range []bool{false, true} {
					w.trial(fmt.Sprintf("%s, %s, step %d, after %v", repeat, mood, step, after), feels, step, after)
					trials++
				}
			}
		}
	}
	t.Logf("%d trials", trials)
}

// trial writes a reply with an engine that dies, lets another one go on, and looks.
func (w *world) trial(name string, mood func(int) (bool, int), step int, after bool) {
	w.t.Helper()
	w.net.feel(mood)
	id := w.complaint()
	e := w.engine(step, after)
	if err := e.Write(w.t.Context(), id, written(w.n)); err != nil && !errors.Is(err, errDead) {
		w.t.Fatal(err)
	} else if err == nil {
		_ = e.work(w.t.Context()) // dies in it, or not
	}
	w.settleDown(id)
	stands, r := w.net.stands(), w.reply(id)
	if len(stands) > 1 {
		w.t.Errorf("%s: two answers stand there", name)
	}
	if r.ID == "" {
		if step > 1 || after || len(stands) > 0 {
			w.t.Errorf("%s: it is lost, %d stand there", name, len(stands))
		}
		return // who pressed Send was told so
	}
	told := w.desk.told[r.ID]
	switch r.Status {
	case mention.ReplySent:
		if len(stands) != 1 || told != mention.ReplySent {
			w.t.Errorf("%s: sent, the case knows %q, %d stand there", name, told, len(stands))
		}
	case mention.ReplyRefused:
		if len(stands) != 0 || told != mention.ReplyRefused || r.Reason == "" {
			w.t.Errorf("%s: refused %q, the case knows %q, %d stand there", name, r.Reason, told, len(stands))
		}
	case mention.ReplyUnclear:
		if len(stands) != 0 || told != mention.ReplyUnclear || r.Looks < looksEnough {
			w.t.Errorf("%s: unclear after %d looks, the case knows %q, %d stand there", name, r.Looks, told, len(stands))
		}
	default:
		w.t.Errorf("%s: it is %s for ever", name, r.Status)
	}
	if !r.Status.Open() && !r.Told {
		w.t.Errorf("%s: told for ever", name)
	}
	if r.Status == mention.ReplyUnclear { // ends, so that the next trial has the engine alone
		if err := w.engine(immortal, false).Decide(w.t.Context(), id, r.ID, Missing, ira); err != nil {
			w.t.Fatal(err)
		}
	}
}
