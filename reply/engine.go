package reply

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// Outbox keeps the replies.
type Outbox interface {
	// AddReply writes a draft down; mention.ErrReplyOpen when the post has one that holds its place
	// (mention.SiteReply.Holds), or one of that number.
	AddReply(ctx context.Context, r mention.SiteReply) error
	// ChangeReply moves a reply from before to after; false when it stands elsewhere by now.
	ChangeReply(ctx context.Context, before, after mention.SiteReply, by mention.Person) (bool, error)
	// OpenReplies returns the replies that have a step before them that is due.
	OpenReplies(ctx context.Context, now time.Time) ([]mention.SiteReply, error)
	// RepliesOf returns the replies to the post of a case, the first one first.
	RepliesOf(ctx context.Context, id mention.ID) ([]mention.SiteReply, error)
	// AnswerTaken reports whether another reply of r's account is the answer of this id on the site.
	AnswerTaken(ctx context.Context, r mention.SiteReply, remoteID string) (bool, error)
}

// Reader reads what was heard.
type Reader interface {
	Mention(ctx context.Context, id mention.ID) (mention.Mention, mention.Case, error)
	// AnswersSeen returns what official authors wrote in the mention's thread, to nobody else, and
	// was published and heard since then, and when that thread was last read; zero when it never was.
	AnswersSeen(ctx context.Context, id mention.ID, since time.Time) ([]mention.Post, time.Time, error)
	// PostWaits reports whether the mention's post waits for an answer under any of the watches
	// that it names.
	PostWaits(ctx context.Context, id mention.ID) (bool, error)
}

// Desk takes down what became of a reply. To be told the same again changes nothing.
type Desk interface {
	// ReplyEnded: it was sent, or refused; or it is unclear, and people must look.
	ReplyEnded(ctx context.Context, r mention.SiteReply) error
}

// Options are what an engine is made of. All but Changed are required.
type Options struct {
	Outbox Outbox
	Reader Reader
	Desk   Desk
	// Way is how the source of this name is answered; false: not at all.
	Way func(source string) (Way, bool)
	Log *slog.Logger
	Now func() time.Time // the database's clock
	// Changed is told when people can see a change that the desk is not told of; nil: nobody
	// is. It must not block.
	Changed func()
}

// The times of the protocol.
const (
	// callWithin bounds one call, with the wait for the host's turn.
	callWithin = 40 * time.Second
	// doubt is how long after its begin a call that nobody closed is over for sure.
	doubt = callWithin + 5*time.Second
	// keySafe is how much earlier than the network forgets a key the last repeat begins.
	keySafe = 5 * time.Second
	// giveUp is how long an answer that nobody takes is kept trying: later it is not the
	// answer any more that its author meant.
	giveUp = 2 * time.Hour
	// maxAttempts bounds the calls of one reply.
	maxAttempts = 8
	// looksEnough is how many looks at the thread of an unclear reply find nothing before people
	// are asked. lookRarest is the longest pause after one that told nothing.
	looksEnough = 3
	lookRarest  = 15 * time.Minute
	// lookWithin bounds one look at the site itself.
	lookWithin = 10 * time.Second
	// workEvery is how often the outbox is looked through without being woken.
	workEvery = 10 * time.Second
	// abreast bounds how many replies to one source are on their way at the same time, and as many
	// more are looked for.
	abreast = 4
)

// lookAfter is the pause before each look that counts. The list of a site may lag behind what it took:
// people who are asked too early would send a second answer.
var lookAfter = [looksEnough]time.Duration{30 * time.Second, 5 * time.Minute, lookRarest}

// Reasons of ours, beside what sites say.
const (
	NoWay     = "the watchlist does not let this source be answered any more"
	Account   = "the account in the watchlist is another one now"
	Withdrawn = "withdrawn"
	NotThere  = "it does not stand there"
	Interrupt = "earshot was interrupted while it was sending"
	TooLong   = "the site takes shorter answers now"
	Late      = "it could not be sent within two hours"
	PostGone  = "the post is not there any more"
	Settled   = "the complaint waits for no answer any more"
)

// ErrNoWay means that the source cannot be answered from here.
var ErrNoWay = errors.New(NoWay)

// Engine brings replies out. It may be used by several goroutines.
type Engine struct {
	opt      Options
	poke     chan struct{}
	adopting sync.Mutex
}

// New returns an engine. Run must run, in one process at a time, for anything to be sent.
func New(opt Options) *Engine {
	if opt.Changed == nil {
		opt.Changed = func() {}
	}
	return &Engine{opt: opt, poke: make(chan struct{}, 1)}
}

// Run brings out what is written, and what an earlier run left, until ctx ends. A call that
// is under way then is waited for. What was begun before has a line of its own: it may have to
// be looked for on a site that is down, and what is fresh must not wait for that.
func (e *Engine) Run(ctx context.Context) {
	var both sync.WaitGroup
	both.Go(func() { e.keepOn(ctx, begun, nil) })
	e.keepOn(ctx, untried, e.poke)
	both.Wait()
}

// wake lets Run look at once.
func (e *Engine) wake() {
	select {
	case e.poke <- struct{}{}:
	default:
	}
}

// step takes one reply one step further.
func (e *Engine) step(ctx context.Context, l *line, r mention.SiteReply) error {
	if !r.Status.Open() {
		return e.tell(ctx, r)
	}
	m, c, err := e.opt.Reader.Mention(ctx, r.MentionID)
	if err != nil {
		return err
	}
	room := l.roomOf(m.Post.Source)
	select {
	case room <- struct{}{}:
	case <-ctx.Done():
		return nil
	}
	defer func() { <-room }()
	way, why := e.wayOf(m.Post.Source, r)
	switch r.Status {
	case mention.ReplyUnclear:
		return e.look(ctx, way, m.Post, r)
	case mention.ReplyDraft:
		if why, err = e.outdated(ctx, m, c, r, why); err != nil {
			return err
		}
		if why != "" {
			return e.end(ctx, r, Result{Outcome: Refused, Reason: why})
		}
		return e.send(ctx, way, m.Post, r)
	}
	// What is seen there meanwhile needs no repeat, whatever the network would make of one.
	now := e.opt.Now()
	if stands, _, err := e.stands(ctx, way, m.Post, r); err != nil || stands {
		return err
	}
	settled, err := e.settled(ctx, r.MentionID, c)
	switch {
	case err != nil:
		return err
	case settled: // by another answer, beside which this one would stand, or in whose place
		return e.unclear(ctx, r, Settled)
	case why != "" || !way.repeats(r, now):
		return e.unclear(ctx, r, Interrupt)
	}
	return e.send(ctx, way, m.Post, r)
}

// wayOf is how the posts of a source are answered, and why this reply cannot go out by it; empty: it can.
func (e *Engine) wayOf(source string, r mention.SiteReply) (way Way, why string) {
	way, ok := e.opt.Way(source)
	switch {
	case !ok:
		why = NoWay
	case way.Account != r.Account:
		why = Account
	}
	if why != "" {
		way.Look = nil // another account's answers are not this one
	}
	return way, why
}

// outdated says why a draft does not go out any more, as it waited for a colleague, for a pause that the site
// wanted, or for earshot to run; empty: it does. noWay is what wayOf said.
func (e *Engine) outdated(ctx context.Context, m mention.Mention, c mention.Case, r mention.SiteReply, noWay string) (why string, err error) {
	if noWay == "" {
		if settled, err := e.settled(ctx, r.MentionID, c); err != nil || settled {
			return Settled, err
		}
	}
	switch {
	case m.Post.Deleted:
		return PostGone, nil
	case noWay != "":
		return noWay, nil
	case late(r, e.opt.Now()):
		return cmp.Or(r.Reason, Late), nil
	}
	return "", nil
}

// settled reports whether the post of a case waits for no answer any more, under no watch: an answer is one to all of them.
func (e *Engine) settled(ctx context.Context, id mention.ID, c mention.Case) (bool, error) {
	if c.Status != mention.Replied && c.Status != mention.Dismissed {
		return false, nil
	}
	waits, err := e.opt.Reader.PostWaits(ctx, id)
	return !waits && err == nil, err
}

// late says that the answer is given up by then.
func late(r mention.SiteReply, then time.Time) bool { return then.After(r.ApprovedAt.Add(giveUp)) }

// repeats says whether the network lets the same call be made once more: it may have arrived.
func (w Way) repeats(r mention.SiteReply, now time.Time) bool {
	if r.Attempts >= maxAttempts || late(r, now) {
		return false
	}
	switch w.Repeat {
	case Replaces, Refuses:
		return true
	case Key:
		return now.Before(r.FirstAt.Add(w.Within - keySafe))
	}
	return false
}

// send writes down that a call begins, makes it, and writes down how it ended.
func (e *Engine) send(ctx context.Context, way Way, post mention.Post, before mention.SiteReply) error {
	if err := way.Limit.Check(before.Text); err != nil {
		return e.end(ctx, before, Result{Outcome: Refused, Reason: TooLong})
	}
	now, r := e.opt.Now(), before
	r.Status, r.Attempts, r.SendingAt, r.NotBefore, r.Reason = mention.ReplySending, r.Attempts+1, now, now.Add(doubt), ""
	first := r.FirstAt.IsZero()
	within := callWithin
	if first {
		r.FirstAt = now
	} else if way.Repeat == Key {
		within = min(within, r.FirstAt.Add(way.Within-keySafe).Sub(now)) // a later one may find the key forgotten
	}
	if mine, err := e.opt.Outbox.ChangeReply(ctx, before, r, mention.Person{}); err != nil || !mine {
		return err
	}
	// A call that began is waited for: its answer is worth more than a quick end.
	call, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()
	res := way.Send(call, Message{Post: post, Text: r.Text, Key: r.ID, At: r.ApprovedAt})
	e.opt.Log.Info("a reply was sent", "mention", r.MentionID, "reply", r.ID, "as", r.Account, "attempt", r.Attempts, "outcome", res.Outcome.String(), "why", res.Reason)
	return e.settle(context.WithoutCancel(ctx), way, r, res, first)
}

// String names the outcome for the log.
func (o Outcome) String() string {
	return [...]string{"unknown", "sent", "refused", "not sent"}[o]
}

// settle writes down how a call ended; first says that no earlier one may have arrived.
func (e *Engine) settle(ctx context.Context, way Way, r mention.SiteReply, res Result, first bool) error {
	now, next := e.opt.Now(), r
	wait := max(res.Wait, backoff(r.Attempts))
	next.Reason, next.NotBefore = res.Reason, now.Add(wait)
	switch {
	case res.Outcome == Sent, res.Outcome == Refused && first:
		return e.end(ctx, r, res)
	case res.Outcome == NotSent && first && late(r, next.NotBefore):
		return e.end(ctx, r, Result{Outcome: Refused, Reason: res.Reason})
	case res.Outcome == NotSent && first:
		next.Status, next.FirstAt = mention.ReplyDraft, time.Time{}
	case res.Outcome == Refused || !way.repeats(r, next.NotBefore):
		return e.unclear(ctx, r, res.Reason) // the attempt before may have arrived
	}
	err := e.change(ctx, r, next)
	e.opt.Changed()
	return err
}

// backoff is how long after the n-th attempt the next one comes.
func backoff(n int) time.Duration { return min(10*time.Second<<max(n-1, 0), 10*time.Minute) }

// end writes down that the reply was sent, or refused, and lets the case know.
func (e *Engine) end(ctx context.Context, r mention.SiteReply, res Result) error {
	now, next := e.opt.Now(), r
	next.Status, next.URL, next.RemoteID, next.Held, next.Reason = mention.ReplySent, res.URL, res.ID, res.Held, ""
	if res.Outcome == Refused {
		next.Status, next.Reason = mention.ReplyRefused, res.Reason
	}
	next.EndedAt, next.NotBefore = now, now
	moved, err := e.opt.Outbox.ChangeReply(ctx, r, next, mention.Person{})
	if err != nil || !moved {
		return err
	}
	return e.tell(ctx, next)
}

// unclear writes down that nobody knows: the next looks at the thread may.
func (e *Engine) unclear(ctx context.Context, r mention.SiteReply, why string) error {
	next := r
	next.Status, next.Reason, next.NotBefore, next.Looks, next.LookedAt = mention.ReplyUnclear, why, e.opt.Now().Add(lookAfter[0]), 0, r.SendingAt
	err := e.change(ctx, r, next)
	e.opt.Changed()
	return err
}

// look asks whether the answer was seen in the thread. What three looks did not find people
// must look for themselves; it may be found still.
func (e *Engine) look(ctx context.Context, way Way, post mention.Post, r mention.SiteReply) error {
	stands, looked, err := e.stands(ctx, way, post, r)
	if err != nil || stands {
		return err
	}
	// What failed, or told nothing new, is tried the more seldom the longer it lasts.
	now, next := e.opt.Now(), r
	next.NotBefore = now.Add(min(max(now.Sub(r.SendingAt)/4, lookAfter[0]), lookRarest))
	if looked.After(r.LookedAt) {
		next.Looks, next.LookedAt = r.Looks+1, looked
		if next.Looks < looksEnough {
			next.NotBefore = now.Add(lookAfter[next.Looks])
		}
	}
	if next.Looks == looksEnough && r.Looks < looksEnough {
		if err := e.opt.Desk.ReplyEnded(ctx, next); err != nil {
			return err
		}
	}
	return e.change(ctx, r, next)
}

// stands ends a reply whose words an official author was seen to write in the thread, or that
// the site itself shows, and says when that was last read. Once people were asked to look, the
// site is left alone.
func (e *Engine) stands(ctx context.Context, way Way, post mention.Post, r mention.SiteReply) (stands bool, looked time.Time, err error) {
	answers, looked, err := e.opt.Reader.AnswersSeen(ctx, r.MentionID, r.FirstAt)
	if err != nil {
		return false, looked, err
	}
	var seen []Shown
	for _, p := range answers {
		seen = append(seen, Shown{Post: p})
	}
	if stands, err = e.adopt(ctx, way, r, seen); err != nil || stands || way.Look == nil || r.Looks >= looksEnough {
		return stands, looked, err
	}
	call, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	shown, err := way.Look(call, post)
	if err != nil {
		e.opt.Log.Info("the site does not show what stands there", "mention", r.MentionID, "reply", r.ID, "err", err)
		return false, looked, nil
	}
	stands, err = e.adopt(ctx, way, r, shown)
	return stands, e.opt.Now(), err
}

// adopt ends a reply by the answer that it became, when that is among them. One at a time: of two
// replies in the same words each must see what the other has taken.
func (e *Engine) adopt(ctx context.Context, way Way, r mention.SiteReply, all []Shown) (stands bool, err error) {
	e.adopting.Lock()
	defer e.adopting.Unlock()
	found, err := e.own(ctx, way, r, all)
	if err != nil || found == nil {
		return false, err
	}
	return true, e.end(ctx, r, Result{Outcome: Sent, URL: found.URL, ID: found.ID, Held: found.Held})
}

// own is the answer that r became; nil when it is not among them. The same words may be those of an
// earlier answer, or of one to somebody else in the same thread: a template is used often.
func (e *Engine) own(ctx context.Context, way Way, r mention.SiteReply, all []Shown) (*Shown, error) {
	for i, one := range all {
		if !r.Says(one.Text) {
			continue
		}
		if way.Repeat == Replaces { // there is one answer, and these are its words
			return &all[i], nil
		}
		if one.Before(r.FirstAt) {
			continue
		}
		if taken, err := e.opt.Outbox.AnswerTaken(ctx, r, one.ID); err != nil {
			return nil, err
		} else if !taken {
			return &all[i], nil
		}
	}
	return nil, nil
}

// tell lets the case know how the reply ended.
func (e *Engine) tell(ctx context.Context, r mention.SiteReply) error {
	if err := e.opt.Desk.ReplyEnded(ctx, r); err != nil {
		return err
	}
	next := r
	next.Told = true
	return e.change(ctx, r, next)
}

func (e *Engine) change(ctx context.Context, before, after mention.SiteReply) error {
	_, err := e.opt.Outbox.ChangeReply(ctx, before, after, mention.Person{})
	return err
}
