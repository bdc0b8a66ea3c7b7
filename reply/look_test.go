package reply

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/mention"
)

// TestTheSiteIsAsked: an answer that arrived unheard is found where the site itself shows it, also
// when no poll reads there; nothing is sent again for that. Three looks that find nothing ask people,
// and then the site is left alone; a look that fails is none.
func TestTheSiteIsAsked(t *testing.T) {
	for _, tt := range []struct {
		name    string
		repeat  Repeat
		arrives bool
		fails   bool
		want    mention.ReplyStatus
		calls   int
	}{
		{"arrived", Twice, true, false, mention.ReplySent, 1},
		{"arrived, and a repeat would do no harm", Replaces, true, false, mention.ReplySent, 1},
		{"lost", Twice, false, false, mention.ReplyUnclear, 1},
		{"arrived, and the site does not show it", Twice, true, true, mention.ReplyUnclear, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, "", tt.repeat)
			w.net.feel(func(int) (bool, int) { return tt.arrives, 0 })
			looks := 0
			e := w.engineFor(func(string) (Way, bool) {
				way := w.net.way()
				way.Look = func(context.Context, mention.Post) ([]Shown, error) {
					looks++
					if tt.fails {
						return nil, errors.New("the site has trouble")
					}
					return w.shown(t.Context(), mention.Post{})
				}
				return way, true
			})
			id := w.complaint()
			if err := e.Write(t.Context(), id, Written{Nth: 1, Account: account, Text: words, By: ira}); err != nil {
				t.Fatal(err)
			}
			for range 60 {
				if err := e.work(t.Context()); err != nil {
					t.Fatal(err)
				}
				w.clock.Add(30 * time.Second)
			}
			r := w.reply(id)
			if r.Status != tt.want || w.net.called() != tt.calls || tt.want == mention.ReplySent && (r.URL != w.net.URL+"/1" || r.RemoteID != "1") {
				t.Errorf("%s %q after %d calls, want %s after %d", r.Status, r.URL, w.net.called(), tt.want, tt.calls)
			}
			if told := w.desk.told[r.ID]; told != tt.want && !tt.fails {
				t.Errorf("the case was told %q", told)
			}
			if !tt.fails && looks > looksEnough {
				t.Errorf("the site was asked %d times", looks)
			}
			if tt.fails && r.Looks != 0 {
				t.Errorf("%d looks that failed were counted", r.Looks)
			}
		})
	}
}

// TestAnothersWordsAreNotTaken: the same words stand there as an answer of yesterday, or as the one to
// another complaint in the same thread; neither is the answer that nobody knows the end of.
func TestAnothersWordsAreNotTaken(t *testing.T) {
	for name, tt := range map[string]struct {
		repeat  Repeat
		id      string
		since   time.Duration // published after the call
		unknown bool          // when it was published
		want    mention.ReplyStatus
	}{
		"it":                             {Twice, "a2", time.Second, false, mention.ReplySent},
		"it, by a clock that is late":    {Twice, "a2", -30 * time.Second, false, mention.ReplySent},
		"it, without a time":             {Twice, "a2", 0, true, mention.ReplySent},
		"older":                          {Twice, "a0", -2 * time.Minute, false, mention.ReplyUnclear},
		"another reply's":                {Twice, "a1", time.Second, false, mention.ReplyUnclear},
		"another reply's, at no time":    {Twice, "a1", 0, true, mention.ReplyUnclear},
		"one that takes another's place": {Replaces, "a1", -2 * time.Minute, false, mention.ReplySent},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "", tt.repeat)
			result := Result{Outcome: Sent, ID: "a1"}
			e := w.engineFor(func(string) (Way, bool) {
				way := w.net.way()
				way.Send = func(context.Context, Message) Result { return result }
				way.Look = func(context.Context, mention.Post) ([]Shown, error) {
					p := mention.Post{ID: tt.id, Text: words, Published: w.clock.Now().Add(tt.since)}
					if tt.unknown {
						p.Published = time.Time{}
					}
					return []Shown{{Post: p, Held: true}}, nil
				}
				return way, true
			})
			var last mention.ID
			for range 2 { // the first is sent as a1, the second is lost
				last = w.complaint()
				if err := e.Write(t.Context(), last, Written{Nth: 1, Account: account, Text: words, By: ira}); err != nil {
					t.Fatal(err)
				}
				if err := e.work(t.Context()); err != nil {
					t.Fatal(err)
				}
				result = Result{Reason: "the line was cut"}
			}
			if tt.repeat == Twice && w.reply(last).Status != mention.ReplyUnclear {
				t.Fatalf("%+v", w.reply(last))
			}
			first := w.reply(last).FirstAt
			w.clock.Add(lookAfter[0] + doubt - w.clock.Now().Sub(first))
			tt.since += first.Sub(w.clock.Now())
			if err := e.work(t.Context()); err != nil {
				t.Fatal(err)
			}
			r := w.reply(last)
			if r.Status != tt.want || r.Status == mention.ReplySent && (r.RemoteID != tt.id || !r.Held) {
				t.Errorf("%s as %q, want %s", r.Status, r.RemoteID, tt.want)
			}
		})
	}
}

// slow is a database that is slow to say whose an answer is.
type slow struct{ database }

func (s slow) AnswerTaken(ctx context.Context, r mention.SiteReply, remoteID string) (bool, error) {
	taken, err := s.database.AnswerTaken(ctx, r, remoteID)
	time.Sleep(50 * time.Millisecond)
	return taken, err
}

// TestOneAnswerIsOneReplys: two replies in the same words are looked for at the same time, and one of
// them stands there: the other complaint is not answered by it.
func TestOneAnswerIsOneReplys(t *testing.T) {
	w := newWorld(t, "", Twice)
	e := New(Options{Outbox: slow{w.db}, Reader: w.db, Desk: w.desk, Log: slog.New(slog.DiscardHandler), Now: w.clock.Now, Way: func(string) (Way, bool) {
		way := w.net.way()
		way.Send = func(context.Context, Message) Result { return Result{Reason: "the line was cut"} }
		way.Look = func(context.Context, mention.Post) ([]Shown, error) {
			return []Shown{{Post: mention.Post{ID: "a1", Text: words}}}, nil
		}
		return way, true
	}})
	var ids []mention.ID
	for range 2 {
		id := w.complaint()
		if err := e.Write(t.Context(), id, Written{Nth: 1, Account: account, Text: words, By: ira}); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	w.run(e)
	w.clock.Add(lookAfter[0])
	w.run(e)
	if a, b := w.reply(ids[0]).Status, w.reply(ids[1]).Status; (a == mention.ReplySent) == (b == mention.ReplySent) {
		t.Errorf("they are %s and %s", a, b)
	}
}

// TestFreshDoesNotWaitForLooks: many answers are looked for on a site that says nothing; one that is
// written meanwhile goes out at once. The site is asked ever more seldom.
func TestFreshDoesNotWaitForLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "", Twice)
		w.net.Close() // nothing is sent to it here
		var looks atomic.Int64
		lost := true
		e := New(Options{Outbox: w.db, Reader: w.db, Desk: w.desk, Log: slog.New(slog.DiscardHandler), Now: time.Now, Way: func(string) (Way, bool) {
			return Way{Account: account, Repeat: Twice,
				Send: func(context.Context, Message) Result {
					if lost {
						return Result{Reason: "the line was cut"}
					}
					return Result{Outcome: Sent, ID: "a1"}
				},
				Look: func(ctx context.Context, _ mention.Post) ([]Shown, error) {
					looks.Add(1)
					<-ctx.Done()
					return nil, ctx.Err()
				}}, true
		}})
		write := func() mention.ID {
			id := w.complaint()
			if err := e.Write(t.Context(), id, Written{Nth: 1, Account: account, Text: words, By: ira}); err != nil {
				t.Fatal(err)
			}
			return id
		}
		for range 3 * abreast {
			write()
		}
		if err := e.workOnce(t.Context(), untried); err != nil {
			t.Fatal(err)
		}
		lost = false
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { e.Run(ctx); close(done) }()
		time.Sleep(lookAfter[0] + workEvery + time.Second)
		if looks.Load() == 0 {
			t.Fatal("nothing is looked for")
		}
		id := write()
		time.Sleep(time.Millisecond)
		if r := w.reply(id); r.Status != mention.ReplySent {
			t.Errorf("a fresh answer is %s while others are looked for", r.Status)
		}
		time.Sleep(10 * time.Hour)
		before := looks.Load()
		time.Sleep(10 * time.Hour)
		if n := looks.Load() - before; n == 0 || n > 3*abreast*45 {
			t.Errorf("a site that is down was asked %d times in ten hours", n)
		}
		stop()
		<-done
	})
}

// TestFreshDoesNotWaitForASilentSite: a site that answers no call keeps the answers to no other
// waiting, however many go there.
func TestFreshDoesNotWaitForASilentSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "", Twice)
		w.net.Close() // nothing is sent to it here
		e := New(Options{Outbox: w.db, Reader: w.db, Desk: w.desk, Log: slog.New(slog.DiscardHandler), Now: time.Now, Way: func(source string) (Way, bool) {
			return Way{Account: account, Repeat: Twice, Send: func(ctx context.Context, m Message) Result {
				if source == "silent" {
					<-ctx.Done()
					return Result{Reason: "the site took too long to answer"}
				}
				return Result{Outcome: Sent, ID: "a1"}
			}}, true
		}})
		write := func(source string) mention.ID {
			w.n++
			p := w.post(w.n, "Olena", "Romashka lost my parcel")
			p.Source = source
			w.hear(p, false)
			id := mention.MentionID(p.Key(), "Romashka")
			if err := e.Write(t.Context(), id, Written{Nth: 1, Account: account, Text: words, By: ira}); err != nil {
				t.Fatal(err)
			}
			return id
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { e.Run(ctx); close(done) }()
		for range abreast + 1 {
			write("silent")
		}
		time.Sleep(time.Second)
		id := write("another")
		time.Sleep(time.Millisecond)
		if r := w.reply(id); r.Status != mention.ReplySent {
			t.Errorf("an answer to another site is %s", r.Status)
		}
		stop()
		<-done
	})
}
