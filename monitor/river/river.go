// Package river is the engine of daemons that share their polls: River
// (github.com/riverqueue/river) hands the groups of sources out, through PostgreSQL.
//
// There is one kind of job, one for each group, for ever: it takes a turn of its group and
// is put off until the next. It never ends well, because a completed job would keep its
// successor out, and never fails, because each failure costs one of the attempts of its
// life. What is polled, and when, is decided by monitor; this package must know neither
// sources nor sites, and keeps nothing that the database does not.
package river

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"github.com/earshot/earshot/monitor"
)

const (
	// defaultWorkers is how many turns a process takes at once. Most of a turn is waiting, for
	// the site or for its gap: with few, the first polls of many sites take minutes. With many,
	// one process takes all that is due, and more sites wait for another when it dies.
	defaultWorkers = 32
	// streamWorkers is the same for groups with sources that are read all the time: they
	// mostly wait, and must not keep the others waiting.
	streamWorkers = 64

	queuePolls, queueStreams = "polls", "streams"

	// fetchEvery bounds how often a queue is asked for jobs while there are some.
	fetchEvery = 50 * time.Millisecond
	// maxConns is how many connections River has of its own.
	maxConns = 6
	// stopIn is how long turns under way may take to end. They store what they read, in 5 s.
	stopIn = 15 * time.Second
	// retryIn is the wait after River could not be started.
	retryIn = 5 * time.Second
)

// Turns is what the engine runs. *monitor.Monitor is one.
type Turns interface {
	// Take replaces the sources.
	Take(sources []monitor.Source)
	// Groups returns their groups.
	Groups() []monitor.Group
	// Turn takes a turn of a group and returns when the next one is due; the zero time for
	// a group that is not among the sources.
	Turn(ctx context.Context, group string) (next time.Time)
	// Overdue returns the groups that need a turn sooner than was known.
	Overdue(ctx context.Context) ([]string, error)
	// Ask makes a source due and returns its group; empty when there is none of that name.
	Ask(ctx context.Context, source string) (group string, err error)
}

// Options of an engine. Address, Turns, Log and Now are required.
type Options struct {
	Address string // postgres://…; never logged
	Turns   Turns
	Log     *slog.Logger
	Now     func() time.Time // by the database's clock, which all processes have in common
	Workers int              // turns at once; 0 means 32
	// Bound bounds how long connections wait for a server that is gone; nil: as the kernel does.
	Bound func(*pgconn.Config)
}

// Engine implements monitor.Engine. Make it with Open.
type Engine struct {
	opt      Options
	pool     *pgxpool.Pool
	pollOnly bool          // the database does not pass notifications on
	polls    atomic.Bool   // there are sources
	taken    chan struct{} // full when Apply was called and Run has not looked yet
	client   atomic.Pointer[river.Client[pgx.Tx]]

	mu        sync.Mutex
	running   context.Context      // of Run
	strangers map[string]time.Time // groups nobody here knows, since when
	claims    map[int64]*claim     // of the turns under way, by job
	refused   [parts]error         // why each of what the queue needs was not done when last tried
}

// What the queue needs, each tried again for as long as there are sources.
const (
	begins = iota // River starts
	sweeps        // what is due is handed out
	checks        // every group has its job
	parts
)

// Trouble returns why this process polls nothing, or not all, as last tried: River's tables are
// gone, say, or may not be written. Nil when all is well, and while there are no sources.
func (e *Engine) Trouble() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return cmp.Or(e.refused[:]...)
}

// note remembers what became of a part, unless it was cut off by ctx.
func (e *Engine) note(ctx context.Context, part int, err error) {
	if ctx.Err() != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.refused[part] = err
}

// Open connects, and makes or updates River's tables. The errors say what to do; one about
// tables of a newer version leaves them as they are.
func Open(ctx context.Context, opt Options) (*Engine, error) {
	if opt.Workers <= 0 {
		opt.Workers = defaultWorkers
	}
	config, err := pgxpool.ParseConfig(opt.Address)
	if err != nil { // pgx's error repeats the address
		return nil, errors.New("work queue: the postgres:// address cannot be read: it must be like postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	config.MaxConns = maxConns
	if opt.Bound != nil {
		opt.Bound(&config.ConnConfig.Config)
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "earshot queue"
	}
	// What a process that stands still has locked is the others' when its polls are. No startup
	// parameter: PgBouncer refuses it.
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, fmt.Sprintf(`SET idle_in_transaction_session_timeout = %d`, deadAfter.Milliseconds()))
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("work queue: %w", err)
	}
	e := &Engine{opt: opt, pool: pool, taken: make(chan struct{}, 1), strangers: map[string]time.Time{}, claims: map[int64]*claim{}}
	if err = e.migrate(ctx); err == nil {
		e.pollOnly, err = deaf(ctx, pool)
	}
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("work queue: %w", err)
	}
	if e.pollOnly {
		opt.Log.Info("the database passes no notifications on (PgBouncer?): due sources are looked for each second instead")
	}
	return e, nil
}

// Close closes the connections. Run must have returned.
func (e *Engine) Close() { e.pool.Close() }

// Apply implements monitor.Engine. Without sources the process takes no jobs, and ends the
// polls under way: others have its groups at once.
func (e *Engine) Apply(ctx context.Context, sources []monitor.Source) error {
	e.opt.Turns.Take(sources)
	e.polls.Store(len(sources) > 0)
	select {
	case e.taken <- struct{}{}:
	default: // Run has not looked at the ones before yet
	}
	return ctx.Err()
}

// PollNow implements monitor.Engine. When the database is away the wish is forgotten, as
// when a process stops.
func (e *Engine) PollNow(ctx context.Context, source string) {
	group, err := e.opt.Turns.Ask(ctx, source)
	if err == nil && group != "" {
		err = e.wake(ctx, group)
	}
	if err != nil && ctx.Err() == nil {
		e.opt.Log.Warn("a source cannot be polled at once; its next poll comes as planned", "source", source, "err", err)
	}
}

// Run implements monitor.Engine. It may be called again when it has returned. Its error is
// always nil: while the database is away it waits.
func (e *Engine) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if e.polls.Load() { // else every group would be a stranger
			e.work(ctx)
			continue
		}
		select {
		case <-e.taken:
		case <-ctx.Done():
		}
	}
	return nil
}

// work takes jobs until ctx ends or there are no sources.
func (e *Engine) work(ctx context.Context) {
	turns, endTurns := context.WithCancel(ctx)
	defer endTurns()
	e.mu.Lock()
	e.running = turns
	e.mu.Unlock()
	client := e.start(ctx)
	if client == nil {
		return
	}
	e.client.Store(client)
	alive, stopSigns := context.WithCancel(context.WithoutCancel(ctx)) // turns are alive until they have ended
	var beside sync.WaitGroup
	beside.Go(func() { e.stayAlive(alive) })
	beside.Go(func() { e.sweep(turns) })
	e.keep(ctx, client.Stopped())
	endTurns()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopIn)
	defer cancel()
	if err := client.Stop(grace); err != nil {
		e.opt.Log.Warn("polls under way did not end in time; others take their groups soon", "err", err)
	}
	stopSigns()
	beside.Wait()
	e.client.Store(nil)
	e.mu.Lock()
	e.refused = [parts]error{}
	e.mu.Unlock()
}

// start starts River, and tries again until ctx ends; nil then.
func (e *Engine) start(ctx context.Context) *river.Client[pgx.Tx] {
	for {
		client, err := e.newClient()
		if err == nil {
			err = client.Start(context.WithoutCancel(ctx)) // Run stops it
		}
		e.note(ctx, begins, err)
		if err == nil {
			return client
		}
		e.opt.Log.Error("the work queue cannot be opened; it is tried again", "err", err)
		select {
		case <-time.After(retryIn):
		case <-ctx.Done():
			return nil
		}
	}
}

func (e *Engine) newClient() (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &worker{engine: e})
	return river.NewClient(riverpgxv5.New(e.pool), &river.Config{
		Schema:               schema,
		Logger:               slog.New(loud{e.opt.Log.Handler()}),
		Workers:              workers,
		PollOnly:             e.pollOnly,
		FetchCooldown:        fetchEvery,
		JobTimeout:           signOfLife,
		JobStuckThreshold:    longestTurn,
		RescueStuckJobsAfter: never,
		Test:                 river.TestConfig{Time: clock{e.opt.Now}},
		Queues: map[string]river.QueueConfig{
			queuePolls:   {MaxWorkers: e.opt.Workers},
			queueStreams: {MaxWorkers: streamWorkers},
		},
	})
}

// clock gives River the database's time where it reckons itself; nil lets the database.
type clock struct{ now func() time.Time }

var _ rivertype.TimeGenerator = clock{}

// Now implements rivertype.TimeGenerator.
func (c clock) Now() time.Time { return c.now() }

// NowOrNil implements rivertype.TimeGenerator.
func (c clock) NowOrNil() *time.Time { return nil }

// loud drops what River says of its own coming and going.
type loud struct{ slog.Handler }

// Enabled implements slog.Handler.
func (h loud) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (h loud) WithAttrs(attrs []slog.Attr) slog.Handler { return loud{h.Handler.WithAttrs(attrs)} }

// WithGroup implements slog.Handler.
func (h loud) WithGroup(name string) slog.Handler { return loud{h.Handler.WithGroup(name)} }
