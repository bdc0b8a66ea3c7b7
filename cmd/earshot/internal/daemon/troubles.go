package daemon

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
)

// What stops complaints from flowing stands where people look: on /healthz, in a metric, and in
// Slack. Staff are told of it by alarms.

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

// troubles is everything that does not work now: route or part, and why. The health page
// and the metrics are English.
func (d *Daemon) troubles() map[string]string { return d.troublesIn(i18n.Lang{}) }

func (d *Daemon) troublesIn(l i18n.Lang) map[string]string {
	all := d.ownTroubles(l)
	maps.Copy(all, d.roster.troubles(l))
	return all
}

// ownTroubles are those of this process alone.
func (d *Daemon) ownTroubles(l i18n.Lang) map[string]string {
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

// saidIn says in a language what is said in English of a watchlist, a database, files and places by
// packages that know no language, as far as the catalogue has words for it.
func (d *Daemon) saidIn(l i18n.Lang, english string) string {
	if l.Code() == (i18n.Lang{}).Code() {
		return english
	}
	said, _ := d.phrases().In(l, english)
	return said
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
	return d.web.Pair.Ending()
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
	return l.Text(key, "until", l.Time("time.date_time_zone", end.UTC()), "file", d.web.Web.TLS.CertFile)
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
	all := d.ownTroubles(l)
	if why := all[partDatabase]; why != "" {
		return why
	}
	return all[partPosts]
}
