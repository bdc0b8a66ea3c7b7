package daemon

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// What stops complaints from flowing is told where people look: on /healthz, in a
// metric, and once to staff, who read neither logs nor metrics.

// The parts that trouble is told of, beside the routes.
const (
	partDatabase  = "database"  // nothing can be written
	partPosts     = "posts"     // posts of sources cannot be stored
	partWatchlist = "watchlist" // the saved one is not in use
	partRedis     = "redis"
	partQueue     = "queue"       // of polls that replicas share
	partClock     = "clock"       // it differs from the database's
	partPair      = "certificate" // of web.tls: it was not renewed
	partNotify    = "notify"      // messages name people who are not pinged
)

// notTaken is why a saved watchlist is not in use.
type notTaken struct {
	error
	first func(l i18n.Lang) string // its first mistake, in a language
}

// Error is for the health page and the log.
func (e notTaken) Error() string {
	return "the saved watchlist is not in use, the one before it is: " + e.first(i18n.Lang{})
}

// said is the same for people, as the notice says it.
func (e notTaken) said(l i18n.Lang) string {
	return l.Text("notice.watchlist_refused", "why", e.first(l))
}

// troubles is everything that does not work now: route or part, and why. The health page
// and the metrics are English.
func (d *Daemon) troubles() map[string]string {
	all := d.ownTroubles()
	maps.Copy(all, d.roster.troubles(i18n.Lang{}))
	return all
}

// ownTroubles are those of this process alone.
func (d *Daemon) ownTroubles() map[string]string { return d.troublesIn(i18n.Lang{}) }

func (d *Daemon) troublesIn(l i18n.Lang) map[string]string {
	all := map[string]string{}
	for part, err := range d.metrics.inTrouble() {
		all[part] = alerts.Reason(l, err)
		var list notTaken
		if errors.As(err, &list) && l.Code() != (i18n.Lang{}).Code() {
			all[part] = list.said(l)
		}
	}
	closed, _ := d.notifiers.closedRoutes()
	for route, err := range closed {
		if all[route] == "" { // else an attempt said why
			all[route] = alerts.Reason(l, err)
		}
	}
	if why := d.clock.wrong(l); why != "" {
		all[partClock] = why
	}
	if err := d.seen.health(); err != nil {
		all[partRedis] = d.saidIn(l, err.Error())
	}
	if err := d.databaseTrouble(); err != nil {
		all[partDatabase] = d.saidIn(l, err.Error())
	}
	if why := d.notRenewed(l); why != "" {
		all[partPair] = why
	}
	if why := d.notPolling(l); why != "" {
		all[partQueue] = l.Text("notice.not_polling", "why", why)
	}
	sources, why := 0, ""
	for _, s := range d.monitor.Status() {
		if s.NotStored != "" {
			sources++
			why = s.NotStored
		}
	}
	if sources > 0 {
		all[partPosts] = l.Plural("notice.posts_not_stored", sources, "why", d.saidIn(l, why))
	}
	return all
}

// saidIn says in a language what is said in English of a watchlist, a database and files by
// packages that know no language, as far as the catalogue has words for it.
func (d *Daemon) saidIn(l i18n.Lang, english string) string {
	if l.Code() == (i18n.Lang{}).Code() {
		return english
	}
	said, _ := d.phrases().In(l, english)
	return said
}

// Refused is told that the saved watchlist cannot be used. Staff are told once, until a
// good one was taken.
func (d *Daemon) Refused(ctx context.Context, err error) {
	d.metrics.reloaded(false, d.now())
	l := d.staffLang()
	_, again := d.metrics.inTrouble()[partWatchlist]
	refused := notTaken{err, func(l i18n.Lang) string { return d.firstProblem(l, err) }}
	d.metrics.trouble(partWatchlist, refused)
	if !again {
		d.tell(ctx, partWatchlist, "refused "+refused.first(l), d.about(), refused.said(l))
	}
}

// taken is told that the watchlist is in use as it was saved.
func (d *Daemon) taken(ctx context.Context) {
	d.metrics.reloaded(true, d.now())
	if _, refused := d.metrics.inTrouble()[partWatchlist]; refused {
		d.metrics.trouble(partWatchlist, nil)
		d.tell(ctx, partWatchlist, "taken", d.about(), d.staffLang().Text("notice.watchlist_taken"))
		taken := d.now()
		d.mended.Store(&taken)
	}
}

// about is now, where replicas that find the same within minutes say it once. Who mends the
// watchlist and breaks it in the same way again takes minutes as well: then it is the minute.
func (d *Daemon) about() time.Time {
	now := d.now()
	if !d.store.Shared() {
		return now
	}
	about := now.Truncate(10 * time.Minute)
	if mended := d.mended.Load(); mended != nil && mended.After(about) {
		about = now.Truncate(time.Minute)
	}
	return about
}

// firstProblem is the first mistake of a watchlist with its place, and how many there are.
// Warnings stand in no way and are not told of.
func (d *Daemon) firstProblem(l i18n.Lang, err error) string {
	var mistakes []config.Error
	var many *config.Errors
	if errors.As(err, &many) {
		mistakes = slices.DeleteFunc(slices.Clone(many.List), func(e config.Error) bool { return e.Warning })
	}
	if len(mistakes) == 0 {
		words, _, _ := strings.Cut(err.Error(), "\n")
		return d.saidIn(l, words)
	}
	first := mistakes[0]
	first.Msg = d.saidIn(l, first.Msg)
	if first.Hint != "" {
		first.Hint = d.saidIn(l, first.Hint)
	}
	words := first.Error()
	if more := len(mistakes) - 1; more > 0 {
		words += " (" + l.Plural("notice.more_mistakes", more) + ")"
	}
	return words
}

const (
	alarmEvery = 5 * time.Second
	// alarmAfter is how long a trouble lasts before staff are told: shorter is a backup or a
	// restart of the database.
	alarmAfter = 30 * time.Second
)

// alarmLoop tells staff when posts cannot be stored or sources not be read, and when they can
// again, until ctx ends.
func (d *Daemon) alarmLoop(ctx context.Context) {
	ticker := time.NewTicker(alarmEvery)
	defer ticker.Stop()
	var a alarms
	for {
		d.look(ctx, &a)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// alarms are what staff know of posts that cannot be stored, of sources that are not read, of
// buttons that do nothing, of a certificate that was not renewed, of names that ping nobody, and of
// channels that would take no message.
type alarms struct {
	storing, polling, pressing alarm
	pair                       mention.AlertID         // the notice that is stored
	naming                     string                  // what was told of names
	channels                   map[string]*closedAlarm // nil: another replica tells, or nobody has looked
	looking                    time.Time               // since when there are channels
}

// closedAlarm is what staff know of a channel that would take no message.
type closedAlarm struct {
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
	if a.ID != known.pair && d.tellByDay(ctx, over, false, a) {
		known.pair = a.ID
	}
}

// tellByDay stores a notice that has time; over is one that it makes untrue, and goes if nobody was told
// of it yet: both go then, if they say that something was and is no more. It reports whether that is done: else health says so, and it is tried again.
func (d *Daemon) tellByDay(ctx context.Context, over mention.AlertID, both bool, a mention.Alert) bool {
	a.Route, a.CreatedAt = d.opsRoute(), d.now()
	a.NotBefore = d.planner.Rules().HeldUntil(a.Severity, a.CreatedAt)
	if err := d.store.EnqueueInstead(ctx, over, both, a); err != nil {
		return false
	}
	d.wakeSender()
	return true
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
		if d.tellByDay(ctx, "", false, alerts.NewNotice(partNotify, "nobody "+err.Error(), day, d.secrets.Redact(words), "")) {
			known.naming = err.Error()
		}
	}
}

// lookAtChannels tells of channels that would take no message before one has to wait for them, by day
// and of one day once however often earshot starts or replicas take over; then the routes tell it.
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
		known.channels, known.looking = map[string]*closedAlarm{}, now
	}
	for route := range closed {
		if known.channels[route] == nil && waits[route] == nil && d.notifiers.sends(route) {
			known.channels[route] = &closedAlarm{since: now}
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
			notice := alerts.NewNotice(about, "closed", a.since.UTC().Truncate(24*time.Hour), d.secrets.Redact(words), "")
			if a.since.Sub(known.looking) >= alarmAfter { // it was well: what was told of it before is over
				if _, told, err := d.store.Alert(ctx, notice.ID); err != nil {
					continue
				} else if told {
					notice.ID = alerts.NewNotice(about, "closed", a.since, "", "").ID
				}
			}
			if d.tellByDay(ctx, "", false, notice) {
				a.notice = notice.ID
			}
		case err == nil && d.tellByDay(ctx, a.notice, true, alerts.NewNotice(about, "back", a.since, l.Text("notice.channel_again", "route", route), "")):
			delete(known.channels, route)
		}
	}
}

// notHeard says why nothing that people press in Slack gets here, until somebody acts; empty while it
// does. It is not known before there was a connection, and while Slack is out of reach, of which the
// routes tell.
func (d *Daemon) notHeard(l i18n.Lang) (why string, known bool) {
	var refused *alerts.RefusedError
	switch deaf := d.notifiers.deaf.Load(); {
	case deaf == nil:
		return "", false
	case errors.As(*deaf, &refused):
		return alerts.Reason(l, *deaf), true
	default:
		return "", *deaf == nil
	}
}

// pairEnds is when the certificate of web.tls ends that was not renewed in time, and whether it has.
func (d *Daemon) pairEnds() (end time.Time, ended bool) {
	if d.web == nil { // not open yet
		return end, false
	}
	return d.web.pair.ending()
}

// notRenewed says that the certificate of web.tls ends, or has; empty while all is well.
func (d *Daemon) notRenewed(l i18n.Lang) string {
	end, ended := d.pairEnds()
	if end.IsZero() {
		return ""
	}
	return d.pairWords(l, end, ended)
}

// pairWords says that the certificate of web.tls ends then, or has.
func (d *Daemon) pairWords(l i18n.Lang, end time.Time, ended bool) string {
	key := "notice.certificate_expires"
	if ended {
		key = "notice.certificate_expired"
	}
	return l.Text(key, "until", l.Time("time.date_time_zone", end.UTC()), "file", d.web.pair.cert)
}

// askDatabase looks whether the database answers, and whether it takes writes again: where little
// is written, trouble would else be told of long after it is over, or not at all.
func (d *Daemon) askDatabase(ctx context.Context) {
	_, err := d.counts(ctx)
	if ctx.Err() != nil {
		return
	}
	d.unread.Store(&err)
	if err == nil {
		try, cancel := context.WithTimeout(ctx, answerWithin)
		defer cancel()
		d.store.TryAgain(try)
	}
}

// databaseTrouble is why the database could not be written or read when it was last tried.
func (d *Daemon) databaseTrouble() error {
	if err := d.store.Trouble(); err != nil {
		return err
	}
	if err := d.unread.Load(); err != nil {
		return *err
	}
	return nil
}

// notPolling says why this process reads no sources, or not all, though the database is well;
// empty when it does.
func (d *Daemon) notPolling(l i18n.Lang) string {
	if d.queue == nil || d.databaseTrouble() != nil {
		return ""
	}
	if err := d.queue.Trouble(); err != nil {
		return d.saidIn(l, err.Error())
	}
	return ""
}

// notStoring says why posts cannot be stored now; empty when they can.
func (d *Daemon) notStoring(l i18n.Lang) string {
	all := d.troublesIn(l)
	if why := all[partDatabase]; why != "" {
		return why
	}
	return all[partPosts]
}

// tellTimeout bounds one notice, and enqueueTimeout the part of it that is the database's.
const (
	tellTimeout    = 15 * time.Second
	enqueueTimeout = 5 * time.Second
)

// tell tells staff about earshot itself, through the outbox, or past it when it takes
// nothing either. It reports whether that is done: a message that may have been taken is
// not sent again.
func (d *Daemon) tell(ctx context.Context, subject, state string, since time.Time, words string) bool {
	ctx, cancel := context.WithTimeout(ctx, tellTimeout)
	defer cancel()
	a := alerts.NewNotice(subject, state, since, d.secrets.Redact(words), d.notifiers.opsRoute())
	a.Route = d.opsRoute() // not before: it is the same wherever it goes
	a.CreatedAt = d.now()  // that it is over is told after that it began
	soon, cancelSoon := context.WithTimeout(ctx, enqueueTimeout)
	defer cancelSoon()
	err := d.store.Enqueue(soon, a)
	if err == nil {
		d.wakeSender()
		return true
	}
	to, ok := d.notifiers.notifierFor(a.Route)
	if !ok {
		d.log.Error("staff cannot be told", "about", subject, "err", err)
		return false
	}
	_, err = to.Post(ctx, alerts.Message{Alert: a, Details: alerts.ReadDetails(a.Payload), Now: d.now(), Lang: d.lang(a.Route)})
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	if errors.As(err, &again) || errors.As(err, &refused) {
		d.log.Error("staff cannot be told", "about", subject, "err", err)
		return false
	}
	return true
}
