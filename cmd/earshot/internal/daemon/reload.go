package daemon

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/reply"
)

// A changed watchlist is taken in two steps. prepare does everything that may
// fail and touches nothing that is in use; commit and poll swap it in and cannot
// fail. So a watchlist is in use as a whole or not at all. Of several replicas only
// those poll and deliver whose watchlist is the newest; the others are ready.

// rerouteIn bounds routing what waits by a new watchlist; 10,000 alerts take a second. What
// it does not reach goes where it was to go.
const rerouteIn = 30 * time.Second

// prepared is a watchlist with all that is made of it. It never changes.
type prepared struct {
	list      watchlist.List
	paused    []mention.SourcePause // by people
	analyzer  *watchlist.Analyzer
	rules     alerts.Rules
	notifiers notifierSet
	client    *fetch.Client
	sources   []monitor.Source
	ways      map[string]reply.Way // how sources are answered, by the name
	newest    bool
	outdated  config.Error // the warning of weights that are not used
}

// prepare makes the parts of a watchlist. The errors are the words file that
// cannot be read or is wrong, options of sources, and that the database cannot be
// written. All that it changes are which watchlist the other replicas see here, and the
// names of sources.
func (d *Daemon) prepare(ctx context.Context, list watchlist.List) (*prepared, error) {
	scorer, err := watchlist.NewScorer(list.Sentiment.WordsFile, list.Sentiment.WeightsFile)
	if err != nil {
		return nil, err
	}
	d.secrets.Take(list.Config)
	client := d.newClient(list.Config)
	paused, err := d.readPauses(ctx)
	var sources, resting []monitor.Source
	if err == nil {
		sources, resting, err = newSources(list, paused, client, d.key, d.store, d.log)
	}
	if err != nil {
		client.Close()
		return nil, err
	}
	ways, err := newWays(list.Config, client, d.store, d.log)
	if err != nil {
		client.Close()
		return nil, err
	}
	rules := watchlist.NewRules(list.Config, scorer)
	rules.Language, rules.Spoken = d.texts.In(list.Language), map[string]i18n.Lang{}
	for route, code := range list.Spoken() {
		rules.Spoken[route] = d.texts.In(code)
	}
	outdated, _ := watchlist.Outdated(list.Config, scorer)
	n := &prepared{
		list:      list,
		outdated:  outdated,
		paused:    paused,
		analyzer:  watchlist.NewAnalyzer(list, scorer, d.planner.OfficialFor),
		rules:     rules,
		notifiers: d.notifiers.prepare(list.Config),
		client:    client,
		sources:   sources,
		ways:      ways,
	}
	all, file := list.Digests(d.key)
	newest, back, err := d.roster.take(ctx, all, file)
	if err != nil {
		client.Close()
		return nil, err
	}
	n.newest = newest
	if err := d.nameSources(ctx, sources, resting, newest); err != nil { // last
		back()
		client.Close()
		return nil, err
	}
	return n, nil
}

// readPauses reads what people paused. A stop does not make a good watchlist a bad one, and a
// database that answers nothing keeps no reload for ever.
func (d *Daemon) readPauses(ctx context.Context) ([]mention.SourcePause, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), nameTimeout)
	defer cancel()
	return d.store.SourcePauses(ctx, d.now())
}

// newClient makes the client of a watchlist. After a reload it goes on with the manners
// of the one before, whose polls may still run: pauses that hosts asked for hold.
func (d *Daemon) newClient(cfg *config.Config) *fetch.Client {
	options := watchlist.FetchOptions(cfg, d.version, d.log)
	if before := d.fetch.Load(); before != nil {
		return before.With(options)
	}
	return fetch.New(options)
}

// commit takes the prepared parts into use, but for the sources.
func (d *Daemon) commit(n *prepared) {
	d.notifiers.use(n.notifiers)
	d.planner.Use(n.rules)
	d.inUse.Store(n)
	d.metrics.keep(sourceNames(n.sources))
}

// poll hands the prepared sources to the running monitor, with the client of
// their manners; none where another replica has a newer watchlist. When ctx ends first, the
// daemon stops and nothing is polled.
func (d *Daemon) poll(ctx context.Context, n *prepared) {
	if before := d.fetch.Swap(n.client); before != n.client {
		defer before.Close()
	}
	if !n.newest {
		d.rest(ctx)
		return
	}
	d.works.Store(true)
	d.lease.look()
	if d.hubs != nil {
		d.hubs.Keep(sourceNames(n.sources)) // first: a source is offered by its first poll
	}
	d.pushed.Use(n.sources)
	if d.engine.Apply(ctx, n.sources) == nil {
		d.log.Info("watchlist in use", "watches", len(n.list.Watches), "sources", len(n.list.Sources))
	}
	if n.outdated.Msg != "" {
		d.tellOutdated(ctx, n.outdated)
	}
}

// tellOutdated tells staff, once in each version, that what they taught is not used any more.
func (d *Daemon) tellOutdated(ctx context.Context, w config.Error) {
	d.log.Warn(w.Error())
	l := d.staffLang()
	d.tell(ctx, "weights", "outdated in "+d.version, time.Time{}, l.Text("notice.weights_outdated", "why", d.saidIn(l, w.Msg), "remedy", d.saidIn(l, w.Hint)))
}

// rest stops polling and delivering: another replica has a newer watchlist.
func (d *Daemon) rest(ctx context.Context) {
	d.works.Store(false)
	d.lease.look()
	d.pushed.Close()
	if d.engine.Apply(ctx, nil) == nil {
		d.log.Warn(d.roster.troubles(i18n.Lang{})[partReplica])
	}
}

// turned begins or ends the work of this replica, when another came with a newer
// watchlist, or the one that had it is gone.
func (d *Daemon) turned(ctx context.Context) {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	newest := d.roster.isNewest()
	switch {
	case newest == d.works.Load() || ctx.Err() != nil: // nothing to do, or too late
		return
	case !newest:
		d.rest(ctx)
		return
	}
	n, err := d.prepare(ctx, d.inUse.Load().list)
	if err != nil {
		d.log.Error("this replica has the newest watchlist now and cannot take it into use; trying again", "err", err)
		return
	}
	d.commit(n)
	d.poll(ctx, n)
}

// Reload takes a changed watchlist while the daemon runs, or returns why it
// cannot and changes nothing. What is bound to the process (store, web) keeps its
// old value, and the log says so.
func (d *Daemon) Reload(ctx context.Context, list watchlist.List) error {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	old, n, err := d.take(ctx, list)
	if err != nil {
		return err
	}
	if old.Store.Database.Reveal() != n.list.Store.Database.Reveal() ||
		old.Store.Redis.Reveal() != n.list.Store.Redis.Reveal() || listenersDiffer(old.Web, n.list.Web) {
		d.log.Warn("store and web are taken at the next start; restart earshot to use the new values")
	}
	if d.store.Shared() {
		d.signals.call(callReplicas)
	}
	d.taken(ctx)
	return nil
}

// take puts a watchlist into the place of the one in use, whose config is old. The caller
// holds reloading.
func (d *Daemon) take(ctx context.Context, list watchlist.List) (old *config.Config, n *prepared, err error) {
	if n, err = d.prepare(ctx, list); err != nil {
		return nil, nil, err
	}
	old = d.config()
	d.commit(n)
	d.poll(ctx, n)
	if d.lease.held() && n.newest {
		again, cancel := context.WithTimeout(context.WithoutCancel(ctx), rerouteIn) // the new rules are in use, also when it stops now
		d.routeAgain(again)
		cancel()
	}
	d.lease.delivery().sender.Reload()
	return old, n, nil
}

// listenersDiffer reports whether two watchlists differ in more of web than in who may
// what, which is taken at once.
func listenersDiffer(a, b config.Web) bool {
	a.Roles, b.Roles = config.WebRoles{}, config.WebRoles{}
	return !reflect.DeepEqual(a, b)
}

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
