package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
)

// What stops complaints from flowing is told where people look: on /healthz, in a
// metric, and once to staff, who read neither logs nor metrics.

// The parts that trouble is told of, beside the routes.
const (
	partDatabase  = "database"  // nothing can be written
	partPosts     = "posts"     // posts of sources cannot be stored
	partWatchlist = "watchlist" // the saved one is not in use
	partRedis     = "redis"
)

// troubles is everything that does not work now: route or part, and why.
func (d *Daemon) troubles() map[string]string {
	all := d.metrics.inTrouble()
	if err := d.seen.health(); err != nil {
		all[partRedis] = err.Error()
	}
	if err := d.store.Trouble(); err != nil {
		all[partDatabase] = err.Error()
	}
	sources, why := 0, ""
	for _, s := range d.monitor.Status() {
		if s.NotStored != "" {
			sources++
			why = s.NotStored
		}
	}
	if sources > 0 {
		all[partPosts] = fmt.Sprintf("posts of %s cannot be stored; they are kept and tried again: %s", text.Count(sources, "source"), why)
	}
	return all
}

// Refused is told that the saved watchlist cannot be used. Staff are told once, until a
// good one was taken.
func (d *Daemon) Refused(ctx context.Context, err error) {
	words := firstProblem(err)
	d.metrics.reloaded(false, d.now())
	_, again := d.metrics.inTrouble()[partWatchlist]
	d.metrics.trouble(partWatchlist, errors.New("the saved watchlist is not in use, the one before it is: "+words))
	if !again {
		d.tell(ctx, partWatchlist, "refused", d.now(), "The watchlist that was saved is not in use, the one before it is. "+words)
	}
}

// taken is told that the watchlist is in use as it was saved.
func (d *Daemon) taken(ctx context.Context) {
	d.metrics.reloaded(true, d.now())
	if _, refused := d.metrics.inTrouble()[partWatchlist]; refused {
		d.metrics.trouble(partWatchlist, nil)
		d.tell(ctx, partWatchlist, "taken", d.now(), "The watchlist is in use as it was saved.")
	}
}

// firstProblem is the first mistake of a watchlist with its place, and how many there are.
func firstProblem(err error) string {
	var many *config.Errors
	if !errors.As(err, &many) || len(many.List) == 0 {
		words, _, _ := strings.Cut(err.Error(), "\n")
		return words
	}
	words := many.List[0].Error()
	if more := len(many.List) - 1; more > 0 {
		words += fmt.Sprintf(" (and %s more)", text.Count(more, "mistake"))
	}
	return words
}

const (
	alarmEvery = 5 * time.Second
	// alarmAfter is how long nothing can be stored before staff are told: shorter is a
	// backup or a restart of the database.
	alarmAfter = 30 * time.Second
)

// alarmLoop tells staff when posts cannot be stored, and when they can again, until ctx
// ends.
func (d *Daemon) alarmLoop(ctx context.Context) {
	ticker := time.NewTicker(alarmEvery)
	defer ticker.Stop()
	var a alarm
	for {
		d.look(ctx, &a)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// alarm is what staff know of posts that cannot be stored.
type alarm struct {
	since time.Time // of the trouble; zero while there is none
	told  bool
}

func (d *Daemon) look(ctx context.Context, a *alarm) {
	why, now := d.notStoring(), d.now()
	switch {
	case why == "" && a.told:
		words := fmt.Sprintf("Posts can be stored again, after %s. earshot catches up.", text.Span(now.Sub(a.since)))
		a.told = !d.tell(ctx, partDatabase, "back", a.since, words)
	case why == "":
		a.since = time.Time{}
	case a.since.IsZero():
		a.since = now
	case !a.told && now.Sub(a.since) >= alarmAfter:
		a.told = d.tell(ctx, partDatabase, "not storing", a.since, "Complaints cannot be stored, so none can be shown: "+why)
	}
}

// notStoring says why posts cannot be stored now; empty when they can.
func (d *Daemon) notStoring() string {
	all := d.troubles()
	if why := all[partDatabase]; why != "" {
		return why
	}
	return all[partPosts]
}

// tellTimeout bounds one notice.
const tellTimeout = 15 * time.Second

// tell tells staff about earshot itself, through the outbox, or past it when it takes
// nothing either. It reports whether that is done: a message that may have been taken is
// not sent again.
func (d *Daemon) tell(ctx context.Context, subject, state string, since time.Time, words string) bool {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	a := alerts.NewNotice(subject, state, since, d.secrets.Redact(words), d.notifiers.opsRoute())
	err := d.store.Enqueue(ctx, a)
	if err == nil {
		d.sender.Wake()
		return true
	}
	to, ok := d.notifiers.notifierFor(a.Route)
	if !ok {
		d.log.Error("staff cannot be told", "about", subject, "err", err)
		return false
	}
	_, err = to.Post(ctx, alerts.Message{Alert: a, Details: alerts.ReadDetails(a.Payload), Now: d.now()})
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	if errors.As(err, &again) || errors.As(err, &refused) {
		d.log.Error("staff cannot be told", "about", subject, "err", err)
		return false
	}
	return true
}
