package reply

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

func fresh(t *testing.T, repeat Repeat) *world { return newWorld(t, "", repeat) }

// run lets an engine work that nobody kills, until nothing is due.
func (w *world) run(e *Engine) {
	w.t.Helper()
	for range 3 {
		if err := e.work(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
	}
}

// TestSentAtOnce: of many who press Send at once, and of engines that work at once, one
// sends; who comes later with an old page sends nothing either.
func TestSentAtOnce(t *testing.T) {
	w := fresh(t, Twice)
	id := w.complaint()
	var all sync.WaitGroup
	outcomes := make(chan error, 6)
	for n := range cap(outcomes) {
		all.Go(func() {
			e := w.engine(immortal, false)
			one := written(1)
			one.By.ID = fmt.Sprint("slack:U", n)
			outcomes <- e.Write(t.Context(), id, one)
			if err := e.work(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	close(outcomes)
	won := 0
	for err := range outcomes {
		if err == nil {
			won++
		} else if !errors.Is(err, mention.ErrReplyOpen) {
			t.Error(err)
		}
	}
	e := w.engine(immortal, false)
	w.run(e)
	if got := w.net.called(); won != 1 || got != 1 {
		t.Errorf("%d won, %d calls", won, got)
	}
	old := written(1)
	old.Text += " Ще раз."
	if err := e.Write(t.Context(), id, old); !errors.Is(err, mention.ErrReplyOpen) {
		t.Errorf("with an old page: %v", err)
	}
	next := written(2)
	next.Nth = 2
	if err := e.Write(t.Context(), id, next); err != nil {
		t.Errorf("with a new one: %v", err)
	}
}

// TestWithdrawnIsNotSent: who presses Send once more, on an old page, after the very words were
// withdrawn or refused, is not told that they are on their way.
func TestWithdrawnIsNotSent(t *testing.T) {
	w := fresh(t, Twice)
	id := w.complaint()
	e := w.engine(immortal, false)
	if err := errors.Join(e.Write(t.Context(), id, written(1)), e.Write(t.Context(), id, written(1))); err != nil {
		t.Fatal(err)
	}
	if err := e.Decide(t.Context(), id, w.reply(id).ID, Withdraw, ira); err != nil {
		t.Fatal(err)
	}
	if err := e.work(t.Context()); err != nil || w.desk.told[w.reply(id).ID] != "" {
		t.Errorf("who took it back is told that it was not published: %v", err)
	}
	if err := e.Write(t.Context(), id, written(1)); !errors.Is(err, mention.ErrReplyOpen) {
		t.Errorf("on a page of before: %v", err)
	}
	next := written(1)
	next.Nth = 2
	if err := e.Write(t.Context(), id, next); err != nil {
		t.Errorf("anew: %v", err)
	}
}

// TestLimits: what is one longer than a network takes is refused before anything is sent,
// and what just fits arrives as it is, whatever it is made of.
func TestLimits(t *testing.T) {
	w := fresh(t, Replaces)
	family := "👩‍👩‍👧‍👦" // one grapheme, 7 code points, 25 bytes
	for name, tt := range map[string]struct {
		limit Limit
		fits  string
		more  string // one more
	}{
		"chars":            {Limit{Chars, 350}, strings.Repeat("ї", 350), "ї"},
		"bytes":            {Limit{Bytes, 4096}, strings.Repeat("ї", 2048), "a"},
		"graphemes":        {Limit{Graphemes, 300}, strings.Repeat(family, 300), family},
		"flags":            {Limit{Graphemes, 2}, "🇺🇦🇧🇬", "🇺🇦"},
		"combining":        {Limit{Graphemes, 3}, "и\u0306е\u0301г", "а"},
		"chars of a face":  {Limit{Chars, 7}, family, "!"},
		"bidi":             {Limit{Chars, 500}, "שלום \u202eabc\u202c \u2066world\u2069", strings.Repeat("a", 500)},
		"markup":           {Limit{Chars, 500}, `<script>alert("1")</script> & <b>bold</b> {{me}} 'quoted'`, strings.Repeat("a", 500)},
		"ten kilobytes":    {Limit{Bytes, 10 << 10}, strings.Repeat("Добър ден.\n", 10<<10)[:10<<10-1] + "!", "!"},
		"no limit but our": {Limit{}, strings.Repeat("a", mention.MaxReply), "a"},
	} {
		id := w.complaint()
		way := w.net.way()
		way.Limit = tt.limit
		e := w.engineFor(func(string) (Way, bool) { return way, true })
		long := Written{Nth: 1, Account: account, Text: tt.fits + tt.more, By: ira}
		var length *LengthError
		if err := e.Write(t.Context(), id, long); !errors.As(err, &length) || length.Have <= length.Limit.Max || !strings.Contains(err.Error(), string(length.Limit.Unit)+", the site takes ") {
			t.Errorf("%s: one more: %v", name, err)
		}
		for _, empty := range []string{"", " \n\t", "\u200b\u2060\u202e"} {
			if err := e.Write(t.Context(), id, Written{Nth: 1, Account: account, Text: empty, By: ira}); !errors.As(err, &length) || !strings.Contains(err.Error(), "needs words") {
				t.Errorf("%s: nothing: %v", name, err)
			}
		}
		long.Text = tt.fits
		if err := e.Write(t.Context(), id, long); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		w.run(e)
		if got := w.net.stands(); len(got) != 1 || got[0] != tt.fits {
			t.Errorf("%s: it arrived as %.60q", name, got)
		}
	}
}

// TestKeyForgotten: a network knows a key for a while; after that a repeat would be a second
// answer, and the thread is asked instead.
func TestKeyForgotten(t *testing.T) {
	w := fresh(t, Key)
	w.net.within = 2 * time.Minute
	w.net.feel(moods["cut after taking"])
	id := w.complaint()
	e := w.engine(3, true) // dies in the call
	if err := e.Write(t.Context(), id, written(1)); err != nil {
		t.Fatal(err)
	}
	_ = e.work(t.Context()) // dies
	w.clock.Add(3 * time.Minute)
	next := w.engine(immortal, false)
	w.run(next)
	if r := w.reply(id); r.Status != mention.ReplyUnclear || w.net.called() != 1 {
		t.Errorf("%s after %d calls", r.Status, w.net.called())
	}
	w.settleDown(id)
	if r := w.reply(id); r.Status != mention.ReplySent || r.URL == "" || len(w.net.stands()) != 1 {
		t.Errorf("%s at %q, %d stand there", r.Status, r.URL, len(w.net.stands()))
	}
}

// TestOwn: who wrote an answer by the id that a proxy gave does not approve it by that of Slack.
func TestOwn(t *testing.T) {
	for _, c := range []struct {
		wrote, decides, email string
		own                   bool
	}{
		{"slack:U1", "slack:U1", "", true},
		{"slack:U1", "slack:U2", "", false},
		{"proxy:Ivan@romashka.example", "slack:U1", "ivan@romashka.example", true},
		{"proxy:ivan@romashka.example", "slack:U2", "olha@romashka.example", false},
		{"proxy:ivan@romashka.example", "slack:U2", "", true}, // it may be Ivan
		{"proxy:ivan", "slack:U2", "", false},
	} {
		if got := Own(mention.SiteReply{By: mention.Person{ID: c.wrote}}, mention.Person{ID: c.decides}, c.email); got != c.own {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestApprove: what another person must read is sent when another person says so, once, and
// never when it was withdrawn.
func TestApprove(t *testing.T) {
	w := fresh(t, Twice)
	way := w.net.way()
	way.Approve = true
	e := w.engineFor(func(string) (Way, bool) { return way, true })
	id := w.complaint()
	words := written(1)
	if err := e.Write(t.Context(), id, words); !errors.Is(err, ErrChanged) {
		t.Errorf("written to be sent at once: %v", err)
	}
	words.Approve = true
	if err := e.Write(t.Context(), id, words); err != nil {
		t.Fatal(err)
	}
	w.run(e)
	r := w.reply(id)
	for _, wrong := range []struct {
		v  Verdict
		by mention.Person
	}{{Approve, ira}, {Stands, olha}, {Missing, olha}, {"send", olha}} {
		if err := e.Decide(t.Context(), id, r.ID, wrong.v, wrong.by); !errors.Is(err, mention.ErrReplyOpen) {
			t.Errorf("%s by %s: %v", wrong.v, wrong.by.Name, err)
		}
	}
	if w.net.called() != 0 {
		t.Error("sent before it was approved")
	}
	if err := e.Decide(t.Context(), id, r.ID, Approve, olha); err != nil {
		t.Fatal(err)
	}
	w.run(e)
	if r = w.reply(id); r.Status != mention.ReplySent || r.By != ira || r.ApprovedBy != olha || w.net.called() != 1 {
		t.Errorf("%s by %s, approved by %s, %d calls", r.Status, r.By.Name, r.ApprovedBy.Name, w.net.called())
	}
	if err := e.Decide(t.Context(), id, r.ID, Withdraw, ira); !errors.Is(err, mention.ErrReplyOpen) {
		t.Errorf("withdrawn after it was sent: %v", err)
	}
	id = w.complaint()
	if err := e.Write(t.Context(), id, words); err != nil {
		t.Fatal(err)
	}
	if err := e.Decide(t.Context(), id, w.reply(id).ID, Withdraw, ira); err != nil {
		t.Fatal(err)
	}
	if err := e.Decide(t.Context(), id, w.reply(id).ID, Approve, olha); !errors.Is(err, mention.ErrReplyOpen) {
		t.Errorf("approved after it was withdrawn: %v", err)
	}
	w.run(e)
	if r = w.reply(id); r.Status != mention.ReplyRefused || r.Reason != Withdrawn || w.net.called() != 1 {
		t.Errorf("%s: %s, %d calls", r.Status, r.Reason, w.net.called())
	}
}

// TestApprovedLater: an answer is of the time when a colleague let it out, in every attempt: a network
// that takes our word for it would show it as older than it is.
func TestApprovedLater(t *testing.T) {
	w := fresh(t, Key)
	way := w.net.way()
	way.Approve = true
	var at []time.Time
	way.Send = func(_ context.Context, m Message) Result {
		if at = append(at, m.At); len(at) == 1 {
			return Result{Reason: "the line was cut"}
		}
		return Result{Outcome: Sent, ID: "1"}
	}
	e := w.engineFor(func(string) (Way, bool) { return way, true })
	id := w.complaint()
	words := written(1)
	words.Approve = true
	if err := e.Write(t.Context(), id, words); err != nil {
		t.Fatal(err)
	}
	w.clock.Add(26 * time.Hour)
	let := w.clock.Now()
	if err := e.Decide(t.Context(), id, w.reply(id).ID, Approve, olha); err != nil {
		t.Fatal(err)
	}
	w.run(e)
	w.clock.Add(time.Minute)
	w.run(e)
	if len(at) != 2 || !at[0].Equal(let) || !at[1].Equal(let) {
		t.Errorf("sent as of %v, want %v twice", at, let)
	}
}

// TestPostGoneMeanwhile: what waits for a pause or a colleague does not go out under a post that is
// gone from the site by then.
func TestPostGoneMeanwhile(t *testing.T) {
	w := fresh(t, Twice)
	w.net.feel(moods["429 first"])
	id := w.complaint()
	e := w.engine(immortal, false)
	if err := e.Write(t.Context(), id, written(1)); err != nil {
		t.Fatal(err)
	}
	w.run(e)
	gone := w.post(w.n, "Olena", "")
	gone.Deleted = true
	w.hear(gone, false)
	w.settleDown(id)
	if r := w.reply(id); r.Status != mention.ReplyRefused || r.Reason != PostGone || w.desk.told[r.ID] != mention.ReplyRefused || len(w.net.stands()) != 0 {
		t.Errorf("it is %s %q, %d stand there", r.Status, r.Reason, len(w.net.stands()))
	}
}

// TestWayChanges: nothing goes out as another account than the one that was shown, or at all
// when the watchlist does not let it any more.
func TestWayChanges(t *testing.T) {
	w := fresh(t, Twice)
	way, can := w.net.way(), true
	e := w.engineFor(func(string) (Way, bool) { return way, can })
	for reason, change := range map[string]func(){Account: func() { way.Account = "Another" }, NoWay: func() { can = false }} {
		way, can = w.net.way(), true
		id := w.complaint()
		if err := e.Write(t.Context(), id, written(w.n)); err != nil {
			t.Fatal(err)
		}
		change()
		if err := e.Write(t.Context(), id, written(w.n)); !errors.Is(err, ErrNoWay) {
			t.Errorf("written after the change: %v", err)
		}
		w.run(e)
		if r := w.reply(id); r.Status != mention.ReplyRefused || r.Reason != reason || w.desk.told[r.ID] != mention.ReplyRefused || w.net.called() != 0 {
			t.Errorf("%s: %s %q, %d calls", reason, r.Status, r.Reason, w.net.called())
		}
	}
}

// TestGivenUp: a site that never has room is tried for two hours, and then people are told.
func TestGivenUp(t *testing.T) {
	w := fresh(t, Twice)
	w.net.feel(func(int) (bool, int) { return false, 429 })
	id := w.complaint()
	e := w.engine(immortal, false)
	if err := e.Write(t.Context(), id, written(1)); err != nil {
		t.Fatal(err)
	}
	w.settleDown(id)
	r := w.reply(id)
	if took := r.EndedAt.Sub(r.MadeAt); r.Status != mention.ReplyRefused || r.Reason != "too many requests" || took < time.Hour || took > giveUp {
		t.Errorf("%s %q after %v", r.Status, r.Reason, took)
	}
}

// TestGivenUpAfterAPause: a site that asks for a day's pause when an earlier call may have arrived is
// not waited for either: the thread is looked at, and then people are asked.
func TestGivenUpAfterAPause(t *testing.T) {
	w := fresh(t, Replaces)
	id := w.complaint()
	e := w.engine(immortal, false)
	calls := 0
	way := e.opt.Way
	e.opt.Way = func(source string) (Way, bool) {
		out, ok := way(source)
		out.Send = func(context.Context, Message) Result {
			if calls++; calls == 1 {
				return Result{Reason: "the line was cut"}
			}
			return Result{Outcome: NotSent, Reason: "too many requests", Wait: 24 * time.Hour}
		}
		return out, ok
	}
	if err := e.Write(t.Context(), id, written(1)); err != nil {
		t.Fatal(err)
	}
	for range 240 {
		w.run(e)
		w.clock.Add(30 * time.Second)
		w.poll()
	}
	if r := w.reply(id); r.Status != mention.ReplyUnclear || w.desk.told[r.ID] != mention.ReplyUnclear || calls != 2 {
		t.Errorf("two hours later it is %s, the case knows %q, %d calls", r.Status, w.desk.told[r.ID], calls)
	}
}

// TestGivenUpWhileDown: what waited while earshot was down for longer than that does not go out
// when it comes back.
func TestGivenUpWhileDown(t *testing.T) {
	w := fresh(t, Twice)
	id := w.complaint()
	e := w.engine(immortal, false)
	if err := e.Write(t.Context(), id, written(1)); err != nil {
		t.Fatal(err)
	}
	w.clock.Add(giveUp + time.Minute)
	w.run(e)
	if r := w.reply(id); r.Status != mention.ReplyRefused || r.Reason != Late || w.desk.told[r.ID] != mention.ReplyRefused || w.net.called() != 0 {
		t.Errorf("it is %s %q after %d calls", r.Status, r.Reason, w.net.called())
	}
}

// TestSettledMeanwhile: what a site wants later does not go out any more when the complaint was
// answered on the site by hand meanwhile, or dismissed: two answers would stand there.
func TestSettledMeanwhile(t *testing.T) {
	for _, status := range []mention.Status{mention.Replied, mention.Dismissed} {
		w := fresh(t, Twice)
		w.net.feel(moods["429 first"])
		id := w.complaint()
		e := w.engine(immortal, false)
		if err := e.Write(t.Context(), id, written(1)); err != nil {
			t.Fatal(err)
		}
		w.run(e)
		w.db.(*memory).status = status
		w.settleDown(id)
		if r := w.reply(id); r.Status != mention.ReplyRefused || r.Reason != Settled || w.desk.told[r.ID] != mention.ReplyRefused || len(w.net.stands()) != 0 {
			t.Errorf("%s: it is %s %q, %d stand there", status, r.Status, r.Reason, len(w.net.stands()))
		}
	}
}

// TestSettledInDoubt: nobody knows whether a call arrived, and the complaint is answered by hand meanwhile. No class of networks
// makes the call once more: two answers would stand there, or this one in the place of that by hand. People are asked.
func TestSettledInDoubt(t *testing.T) {
	for _, repeat := range Repeats() {
		for _, status := range []mention.Status{mention.Replied, mention.Dismissed} {
			w := fresh(t, Repeat(repeat))
			w.net.feel(moods["cut before taking"])
			id := w.complaint()
			e := w.engine(immortal, false)
			if err := e.Write(t.Context(), id, written(1)); err != nil {
				t.Fatal(err)
			}
			w.run(e)
			w.db.(*memory).status = status
			w.settleDown(id)
			if r := w.reply(id); r.Status != mention.ReplyUnclear || w.desk.told[r.ID] != mention.ReplyUnclear || w.net.called() != 1 || len(w.net.stands()) != 0 {
				t.Errorf("%s, %s: it is %s %q after %d calls, %d stand there", repeat, status, r.Status, r.Reason, w.net.called(), len(w.net.stands()))
			}
		}
	}
}

// TestAnotherWatchWaits: what a colleague lets go for one watch goes out although it was written for
// another one, whose case was closed while it waited for that; and not where no case of its post waits.
func TestAnotherWatchWaits(t *testing.T) {
	hers, his := mention.MentionID(mention.Post{Source: "forum", ID: "1"}.Key(), "Romashka"), mention.MentionID(mention.Post{Source: "forum", ID: "1"}.Key(), "Bazar")
	for _, tt := range []struct {
		closed []mention.ID
		want   mention.ReplyStatus
	}{{[]mention.ID{hers}, mention.ReplySent}, {[]mention.ID{hers, his}, mention.ReplyRefused}} {
		w := newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "e.db"), Twice)
		e := w.engine(immortal, false)
		send := e.opt.Way
		e.opt.Way = func(source string) (Way, bool) { w, ok := send(source); w.Approve = true; return w, ok }
		db := w.db.(real)
		if err := db.hearOf(w.post(1, "Olena", "Romashka and Bazar lost my parcel"), false, "Romashka", "Bazar"); err != nil {
			t.Fatal(err)
		}
		words := written(1)
		words.Approve = true
		if err := e.Write(t.Context(), hers, words); err != nil {
			t.Fatal(err)
		}
		for _, id := range tt.closed {
			_, err := db.UpdateCase(t.Context(), id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
				return nil, nil, c.Apply(mention.Action{Verb: mention.Dismiss, Reason: mention.NotUs, By: ira, At: w.clock.Now()})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := e.Decide(t.Context(), his, w.reply(his).ID, Approve, olha); err != nil {
			t.Fatal(err)
		}
		w.run(e)
		if r := w.reply(his); r.Status != tt.want || len(w.net.stands()) > 0 != (tt.want == mention.ReplySent) {
			t.Errorf("%d cases closed: it is %s %q, %d stand there", len(tt.closed), r.Status, r.Reason, len(w.net.stands()))
		}
	}
}

// TestWhoWasFirst: whoever loses is told whose answer is open; and a complaint is whose it is,
// but what is open is everybody's to decide about.
func TestWhoWasFirst(t *testing.T) {
	w := fresh(t, Twice)
	e := w.engine(immortal, true)
	id := w.complaint()
	if err := e.Write(t.Context(), id, written(1)); err != nil {
		t.Fatal(err)
	}
	late := written(1)
	late.By = mention.Person{ID: "olha", Name: "Olha"}
	var open *OpenError
	if err := e.Write(t.Context(), id, late); !errors.As(err, &open) || !errors.Is(err, mention.ErrReplyOpen) || open.First.By != written(1).By {
		t.Errorf("the second: %v %+v", err, open)
	}
	c := mention.Case{Status: mention.Claimed, Owner: written(1).By}
	var taken *mention.TakenError
	if err := Theirs(c, mention.SiteReply{}, late.By); !errors.As(err, &taken) || taken.By != c.Owner {
		t.Errorf("somebody else's: %v", err)
	}
	if err := Theirs(c, mention.SiteReply{Status: mention.ReplyDraft}, late.By); err != nil {
		t.Errorf("what is open: %v", err)
	}
	if Theirs(c, mention.SiteReply{}, c.Owner) != nil || Theirs(mention.Case{Status: mention.Open}, mention.SiteReply{}, late.By) != nil {
		t.Error("one's own, or nobody's")
	}
	if c.Status = mention.Replied; Theirs(c, mention.SiteReply{Status: mention.ReplyDraft}, c.Owner) == nil {
		t.Error("one that is answered")
	}
}

func TestSameWords(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"Вибачте, Олено!\nПовернемо.", "«вибачте», Олено! Повернемо", true},
		{"a <3 b", "a &lt;3 b", false},
		{"🙏", "🙏", true},
		{"", "", false},
		{"...", "!!!", false},
		{"one", "one two", false},
	} {
		if (mention.SiteReply{Text: tt.a}).Says(tt.b) != tt.same {
			t.Errorf("%q and %q: want %v", tt.a, tt.b, tt.same)
		}
	}
}
