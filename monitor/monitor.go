// Package monitor decides which source is due, polls it, and hands what was
// found over in the one order that neither loses nor repeats a complaint:
// mentions committed, posts marked seen, cursor stored.
//
// It must not know a concrete crawler, store or channel, what a complaint is or
// who is told: it sees crawlers.Crawler and the small interfaces below.
package monitor

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Source is one place to poll.
type Source struct {
	Name    string        // what people call it
	Key     string        // what it is known by, whatever its name; empty: Name
	Address string        // as written in the watchlist; empty when it has none
	Group   string        // politeness group: host or API credential; one poll at a time in a group
	Gap     time.Duration // rest of the group after a poll
	Every   time.Duration // wanted time between two polls
	Fixed   bool          // Every was written by the user: it is not stretched when nothing changes
	Crawler crawlers.Crawler
	// Backfill lets the first poll alert posts published at most so long ago;
	// 0 makes the whole first poll a baseline.
	Backfill time.Duration
	// Place says where it is: at another place nothing of what is remembered holds, and
	// its first poll is a baseline. Settings says how it is read, keys included: a change
	// of them ends a suspension. Both are opaque; empty says nothing.
	Place, Settings string
	Former          string // the Place that earlier earshots may have stored
	// Stream marks a source that is read all the time: its Poll blocks while it
	// listens, so the next one starts at once.
	Stream bool
}

func (s Source) key() string { return cmp.Or(s.Key, s.Name) }

// own makes posts the source's. A crawler, or what was kept of an answer, may know it
// by an earlier name.
func (s Source) own(posts []mention.Post) {
	if s.Key == "" {
		return
	}
	for i := range posts {
		posts[i].Source, posts[i].SourceKey = s.Name, s.Key
	}
}

// keys are those of posts of the source with these IDs.
func (s Source) keys(ids []string) []mention.PostKey {
	keys := make([]mention.PostKey, len(ids))
	for i, id := range ids {
		keys[i] = mention.Post{Source: s.Name, SourceKey: s.Key, ID: id}.Key()
	}
	return keys
}

// Seen is the filter in front of the truth: 99 % of what a poll returns is old.
// It may forget at any moment; the ledger still knows.
type Seen interface {
	// Lookup returns the content hash each key was marked with, 0 for unknown.
	Lookup(ctx context.Context, keys []mention.PostKey) ([]uint32, error)
	// Mark remembers the keys; marking again is harmless.
	Mark(ctx context.Context, keys []mention.PostKey, hashes []uint32) error
}

// Ledger is the truth. Ingest is one transaction and drops what it knows.
type Ledger interface {
	Ingest(ctx context.Context, in mention.PollResult) (mention.IngestResult, error)
	Source(ctx context.Context, key string) (mention.SourceState, error)
	SaveSource(ctx context.Context, state mention.SourceState) error
}

// Analyzer finds the mentions in a post, scored; none is the usual answer.
type Analyzer interface {
	Analyze(post mention.Post) []mention.Mention
}

// OpsNotifier is told about the sources themselves: blocked, quiet, back again.
type OpsNotifier interface {
	Notify(ctx context.Context, notice Notice) error
}

// Notice is something people must know about a source. The same notice (source,
// state, since) may be told again after a crash; the receiver drops the repeat.
type Notice struct {
	Source string
	State  State     // StateBlocked, StateFailing, StateQuiet, StateEmpty, StatePartly, StateMissed, StateRebuilt, StateReread or StateBack
	Since  time.Time // start of the state; part of the notice's identity
	Text   string    // plain words with the evidence
	// Why and Answer are the cause, as crawlers.Reason says it: of what fails for one cause, or is
	// well again, people are told together.
	Why    string
	Answer int
	// Over is the state that this one ends, told of since OverSince; empty when all was well. A
	// notice of it that still waits is not true any more. First says that all was well before
	// that: then nobody who was not told of it needs to be told that it is over.
	Over      State
	OverSince time.Time
	First     bool
}

// Hubs are told who announces changes of a source.
type Hubs interface {
	// Offer is called after every poll that succeeded; hub is empty when the source
	// names none. It returns at once.
	Offer(source, hub, topic string)
}

// Dues keep when sources are due, where several processes share the work. What they
// return must be the newest: nothing is remembered between two turns.
type Dues interface {
	// Dues returns what is stored of these sources; those that were never named to the
	// store are left out.
	Dues(ctx context.Context, keys []string) ([]mention.SourceDue, error)
	// SaveDue replaces was by now. At stays as it is when it is not was.At any more: then
	// somebody asked for the source meanwhile.
	SaveDue(ctx context.Context, was, now mention.SourceDue) error
	// SavePolled is Ledger.SaveSource and SaveDue in one transaction.
	SavePolled(ctx context.Context, state mention.SourceState, was, now mention.SourceDue) error
	// DueNow makes a source due at once.
	DueNow(ctx context.Context, key string) error
	// Asked returns the keys of the sources that DueNow was called for and that were not
	// polled since.
	Asked(ctx context.Context) ([]string, error)
}

// Options are the parts a Monitor works with. All but Threads, Hubs, Bound, Pause, Dues,
// Lang, Zone and Said are required.
type Options struct {
	Seen     Seen
	Ledger   Ledger
	Analyzer Analyzer
	Ops      OpsNotifier
	Threads  ThreadSource // nil follows no threads
	Hubs     Hubs         // nil: nobody asks for announcements
	// Bound puts on a context what one poll, or one visit to a thread, may ask for; nil
	// bounds its time alone.
	Bound func(context.Context) context.Context
	// Pause says how long the sites that were asked under a context of Bound are to be left
	// alone from now on; nil: for the gap of the source.
	Pause func(context.Context) time.Duration
	Dues  Dues // nil: this process polls alone, and knows by itself what is due
	// Lang is the language of those who are told about sources; nil: English.
	Lang    func() i18n.Lang
	Zone    func() *time.Location                    // of their clocks; nil: UTC
	Said    func(l i18n.Lang, english string) string // what crawlers say of a place, in a language; nil: as it is
	Log     *slog.Logger
	Now     func() time.Time
	Workers int // polls under way at once; 0 means 64
}

// defaultWorkers bounds open connections and parsed bodies. Most of a poll is
// waiting for the site, so it may well exceed the processors.
const defaultWorkers = 64

// Monitor polls sources and follows threads. When it does is decided by an Engine.
type Monitor struct {
	poller *poller
	taken  taken
}

// New returns a monitor for an engine to run.
func New(opt Options) *Monitor {
	if opt.Workers <= 0 {
		opt.Workers = defaultWorkers
	}
	if opt.Lang == nil {
		opt.Lang = func() i18n.Lang { return i18n.Lang{} }
	}
	if opt.Zone == nil {
		opt.Zone = func() *time.Location { return time.UTC }
	}
	return &Monitor{poller: &poller{Options: opt, table: newStatusTable(), state: map[string]remembered{}, kept: map[string]answer{}}}
}

// Poll polls one source now, with every step that a scheduled poll takes, and
// returns when the source is due again. It is what every engine runs; the caller
// keeps two polls of one source or group apart.
func (m *Monitor) Poll(ctx context.Context, src Source) (next time.Time) {
	return m.poller.poll(ctx, src, nil)
}

// Status returns how every source stands, by name.
func (m *Monitor) Status() []SourceStatus { return m.poller.table.list() }
