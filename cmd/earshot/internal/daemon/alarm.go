package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// What stops complaints from flowing is told staff once, who read neither logs nor metrics.

const (
	alarmEvery = 5 * time.Second
	// alarmAfter is how long a trouble lasts before staff are told: shorter is a backup or a
	// restart of the database.
	alarmAfter = 30 * time.Second
	// redisAfter is that of Redis, without which nothing is lost: shorter is an update of it.
	redisAfter = 5 * time.Minute
)

// alarmLoop tells staff when posts cannot be stored or sources not be read, and when they can
// again, until ctx ends.
func (d *Daemon) alarmLoop(ctx context.Context) {
	var a alarms
	every(ctx, alarmEvery, func() { d.look(ctx, &a) })
}

// alarms are what staff know of posts that cannot be stored, of sources that are not read, of
// buttons that do nothing, of a Redis that is away, of a certificate that was not renewed, of names that
// ping nobody, and of channels that would take no message.
type alarms struct {
	storing, polling, pressing alarm
	redis                      dayAlarm
	asking                     time.Time            // since when this replica looks at Redis; zero: another one tells
	pair                       mention.AlertID      // the notice that is stored
	naming                     string               // what was told of names
	channels                   map[string]*dayAlarm // nil: another replica tells, or nobody has looked
	looking                    time.Time            // since when there are channels
}

// dayAlarm is what staff know, or will by day, of what loses nothing by itself: a channel that would take
// no message, a Redis that is away.
type dayAlarm struct {
	since  time.Time
	notice mention.AlertID // that is stored; empty: none yet
}

// alarm is what staff know of a trouble.
type alarm struct {
	since time.Time // of the trouble; zero while there is none
	told  bool
}

func (d *Daemon) look(ctx context.Context, a *alarms) {
	d.askDatabase(ctx)
	l := d.staffLang()
	d.lookAt(ctx, &a.storing, partDatabase, "not storing", d.notStoring(l), "notice.not_storing", "notice.stored_again")
	switch {
	case d.databaseTrouble() == nil:
		d.lookAt(ctx, &a.polling, partQueue, "not polling", d.notPolling(l), "notice.not_polling", "notice.polled_again")
	case !a.polling.told: // what the queue refuses now is the database's; what was told of it is not over
		a.polling = alarm{}
	}
	switch why, known := d.notHeard(l); {
	case known:
		d.lookAt(ctx, &a.pressing, "presses", "not heard", why, "notice.not_heard", "notice.heard_again")
	case !a.pressing.told || !d.lease.heldLast(): // what was told is not over because Slack is out of reach
		a.pressing = alarm{}
	}
	d.lookAtRedis(ctx, a)
	d.lookAtPair(ctx, a)
	d.lookAtNames(ctx, a)
	d.lookAtChannels(ctx, a)
}

// lookAt tells of a trouble by the text began once it lasts, and by the text ended once it is over.
func (d *Daemon) lookAt(ctx context.Context, a *alarm, part, state, why, began, ended string) {
	l, now := d.staffLang(), d.now()
	switch {
	case !d.lease.heldLast(): // another replica tells; without a database this one still does
		*a = alarm{}
	case why == "" && a.told:
		a.told = !d.tell(ctx, part, "back", a.since, l.Text(ended, "span", l.Span(now.Sub(a.since))))
	case why == "":
		a.since = time.Time{}
	case a.since.IsZero():
		a.since = now
	case !a.told && now.Sub(a.since) >= alarmAfter:
		a.told = d.tell(ctx, part, state, a.since, l.Text(began, "why", why))
	}
}

// lookAtRedis tells that earshot works without its Redis once that lasts, by day, and that it is over.
func (d *Daemon) lookAtRedis(ctx context.Context, known *alarms) {
	l, now, err, a := d.staffLang(), d.now(), d.seen.health(), &known.redis
	switch {
	case !d.lease.heldLast(): // another replica tells
		*a, known.asking = dayAlarm{}, time.Time{}
		return
	case known.asking.IsZero():
		known.asking = now
	}
	switch {
	case a.notice == "" && err == nil:
		a.since = time.Time{}
	case a.notice == "" && a.since.IsZero():
		a.since = now
	case a.notice == "" && now.Sub(a.since) >= redisAfter:
		d.tellOfDay(ctx, a, partRedis, "away", l.Text("notice.redis_away", "why", d.saidIn(l, err.Error())), a.since.Sub(known.asking) >= redisAfter)
	case a.notice != "" && err == nil:
		words := l.Text("notice.redis_back", "span", l.Span(now.Sub(a.since)))
		if d.tellByDay(ctx, a.notice, true, alerts.NewNotice(partRedis, "back", a.since, words, "")) == nil {
			*a = dayAlarm{}
		}
	}
}

// tellOfDay tells that something is wrong, of one day once however often earshot starts or replicas take over; anew where
// it was well since this one looks: what was told of it before is over.
func (d *Daemon) tellOfDay(ctx context.Context, a *dayAlarm, about, state, words string, wasWell bool) {
	notice := alerts.NewNotice(about, state, a.since.UTC().Truncate(24*time.Hour), d.secrets.Redact(words), "")
	if wasWell {
		if _, told, err := d.store.Alert(ctx, notice.ID); err != nil {
			return
		} else if told {
			notice.ID = alerts.NewNotice(about, state, a.since, "", "").ID
		}
	}
	if d.tellByDay(ctx, "", false, notice) == nil {
		a.notice = notice.ID
	}
}

// lookAtPair tells of a certificate that was not renewed, once before it ends and once when it has,
// whichever replica finds it and however often earshot starts; by day, for it has time.
func (d *Daemon) lookAtPair(ctx context.Context, known *alarms) {
	end, ended := d.pairEnds()
	if end.IsZero() {
		return
	}
	state, over := "expires", mention.AlertID("")
	if ended {
		over = alerts.NewNotice(partPair, state, end, "", "").ID
		state = "expired"
	}
	a := alerts.NewNotice(partPair, state, end, d.secrets.Redact(d.pairWords(d.staffLang(), end, ended)), "")
	if a.ID != known.pair && d.tellByDay(ctx, over, false, a) == nil {
		known.pair = a.ID
	}
}

// lookAtNames tells of those whom messages name and who are pinged by none: once, and of one day once
// however often earshot starts. What Slack could not be asked just now it is asked again.
func (d *Daemon) lookAtNames(ctx context.Context, known *alarms) {
	err := d.metrics.inTrouble()[partNotify]
	var gone *alerts.PartError
	var refused *alerts.RefusedError
	switch {
	case err == nil || !d.lease.heldLast():
		known.naming = ""
	case known.naming != err.Error() && (errors.As(err, &gone) || errors.As(err, &refused)):
		l, day := d.staffLang(), d.now().UTC().Truncate(24*time.Hour)
		words := l.Text("notice.not_pinged", "why", alerts.Reason(l, err))
		if d.tellByDay(ctx, "", false, alerts.NewNotice(partNotify, "nobody "+err.Error(), day, d.secrets.Redact(words), "")) == nil {
			known.naming = err.Error()
		}
	}
}

// lookAtChannels tells of channels that would take no message before one has to wait for them, by day;
// then the routes tell it.
func (d *Daemon) lookAtChannels(ctx context.Context, known *alarms) {
	waits, l, now := d.metrics.inTrouble(), d.staffLang(), d.now()
	closed, looked := d.notifiers.closedRoutes()
	switch {
	case !d.lease.heldLast(): // another replica tells
		known.channels = nil
		return
	case !looked: // not yet, or not since the account is another one
		return
	case known.channels == nil:
		known.channels, known.looking = map[string]*dayAlarm{}, now
	}
	for route := range closed {
		if known.channels[route] == nil && waits[route] == nil && d.notifiers.sends(route) {
			known.channels[route] = &dayAlarm{since: now}
		}
	}
	for route, a := range known.channels {
		about, err := "channel "+route, closed[route]
		switch {
		case !d.notifiers.sends(route): // the watchlist names it no more: nothing is well again
			delete(known.channels, route)
		case a.notice == "" && (err == nil || waits[route] != nil): // over, or the routes tell it
			delete(known.channels, route)
		case a.notice == "" && now.Sub(a.since) >= alarmAfter:
			words := l.Text("notice.channel", "route", route, "why", alerts.Reason(l, err))
			d.tellOfDay(ctx, a, about, "closed", words, a.since.Sub(known.looking) >= alarmAfter)
		case err == nil && d.tellByDay(ctx, a.notice, true, alerts.NewNotice(about, "back", a.since, l.Text("notice.channel_again", "route", route), "")) == nil:
			delete(known.channels, route)
		}
	}
}
