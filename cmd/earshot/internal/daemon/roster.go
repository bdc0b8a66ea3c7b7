package daemon

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/store"
)

// The replicas on one database know each other. Those whose watchlist is the newest among
// those that are there poll and deliver; the others take clicks and wait for their file:
//
//   - A watchlist that no replica ever had is newer than all before.
//   - One that was there before stays as old as it was when a replica starts with it:
//     a machine that comes back does not bring its old file back.
//   - It becomes the newest when it is put in the place of the newest under a running
//     replica: somebody wants it back.
//   - Replicas that are gone do not count, so somebody always works.

const (
	// attendEvery is how often a replica says that it is there.
	attendEvery = 3 * time.Second
	attendTries = 5 * time.Second
	// noDeliverer is how long nobody may deliver before it is a trouble: a lease ends and
	// is taken over in less.
	noDeliverer = 30 * time.Second
)

// attender is the part of the store that knows the replicas.
type attender interface {
	// Announce makes a watchlist known and returns its turn; wanted puts a known one before
	// all others.
	Announce(ctx context.Context, digest string, wanted bool) (turn int64, err error)
	// Attend says that a replica is there.
	Attend(ctx context.Context, me store.Replica) error
	// Replicas returns all that are there, and which of them holds the lease.
	Replicas(ctx context.Context, lease string) ([]store.Replica, error)
	Leave(ctx context.Context, id string) error
}

// roster is what this replica knows of all.
type roster struct {
	db      attender
	shared  bool // else this is the only one
	trouble func() map[string]string
	log     *slog.Logger
	now     func() time.Time
	poke    chan struct{}

	mu       sync.Mutex
	me       store.Replica
	all      []store.Replica // as last read
	newest   bool            // this one's watchlist is the newest
	idle     time.Time       // since when nobody delivers; zero while somebody does
	versions string          // as last said
}

// take makes a watchlist this replica's and reports whether it is the newest. back undoes
// that.
func (r *roster) take(ctx context.Context, digest, file string) (newest bool, back func(), err error) {
	if !r.shared {
		return true, func() {}, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), attendTries)
	defer cancel()
	r.mu.Lock()
	before := r.me
	wanted := r.newest && before.Watchlist != "" && before.Watchlist != digest
	r.mu.Unlock()
	turn, err := r.db.Announce(ctx, digest, wanted)
	if err != nil {
		return false, nil, err
	}
	set := func(digest, file string, turn int64) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.me.Watchlist, r.me.File, r.me.Turn = digest, file, turn
	}
	set(digest, file, turn)
	back = func() { set(before.Watchlist, before.File, before.Turn) }
	if err := r.see(ctx); err != nil {
		back()
		return false, nil, err
	}
	return r.isNewest(), back, nil
}

func (r *roster) isNewest() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newest
}

// attend says once that this replica is there, and looks who else is.
func (r *roster) attend(ctx context.Context) error {
	trouble := r.trouble()
	r.mu.Lock()
	me := r.me
	r.mu.Unlock()
	me.Trouble = trouble
	if err := r.db.Attend(ctx, me); err != nil {
		return err
	}
	return r.see(ctx)
}

// see looks who is there. This replica counts, said or not: one that cannot start must
// not keep the others from working.
func (r *roster) see(ctx context.Context) error {
	all, err := r.db.Replicas(ctx, deliverLease)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delivers := false
	for _, one := range all {
		delivers = delivers || one.Delivers
		if one.ID == r.me.ID && one.Watchlist == r.me.Watchlist {
			r.me.Turn = one.Turn // another replica may have put it before all others
		}
	}
	switch {
	case delivers:
		r.idle = time.Time{}
	case r.idle.IsZero():
		r.idle = r.now()
	}
	r.all = slices.DeleteFunc(all, func(one store.Replica) bool { return one.ID == r.me.ID && one.Watchlist != r.me.Watchlist })
	r.newest = r.first().Turn <= r.me.Turn
	r.sayVersions()
	return nil
}

// first is the replica with the newest watchlist that started first. The lock is held.
func (r *roster) first() store.Replica {
	if len(r.all) == 0 {
		return r.me
	}
	return slices.MaxFunc(r.all, func(a, b store.Replica) int {
		return cmp.Or(cmp.Compare(a.Turn, b.Turn), b.Started.Compare(a.Started))
	})
}

// sayVersions says once when replicas are of several versions. The lock is held.
func (r *roster) sayVersions() {
	count := map[string]int{}
	for _, one := range r.all {
		count[one.Version]++
	}
	var list []string
	for version, n := range count {
		list = append(list, fmt.Sprintf("%s (%s)", version, text.Count(n, "replica")))
	}
	slices.Sort(list)
	words := strings.Join(list, ", ")
	if len(list) > 1 && words != r.versions {
		r.log.Warn("replicas are of several versions: finish the update", "versions", words)
	}
	r.versions = words
}

// run attends until ctx ends, and then says that this replica is gone. turned is called
// when newest may be another.
func (r *roster) run(ctx context.Context, turned func()) {
	ticker := time.NewTicker(attendEvery)
	defer ticker.Stop()
	for {
		try, cancel := context.WithTimeout(ctx, attendTries)
		err := r.attend(try)
		cancel()
		switch {
		case err == nil:
			turned()
		case ctx.Err() == nil:
			r.log.Warn("the other replicas cannot be seen; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
			r.leave(context.WithoutCancel(ctx))
			return
		case <-ticker.C:
		case <-r.poke:
		}
	}
}

func (r *roster) leave(ctx context.Context) {
	try, cancel := context.WithTimeout(ctx, leaseReturn)
	defer cancel()
	r.mu.Lock()
	id := r.me.ID
	r.mu.Unlock()
	if err := r.db.Leave(try, id); err != nil {
		r.log.Warn("the other replicas cannot be told that this one ends; they notice", "err", err)
	}
}

// look makes run attend now.
func (r *roster) look() { poke(r.poke) }

// The parts of troubles that the roster knows of.
const (
	partReplica   = "replica"   // this one waits for its file
	partDeliverer = "deliverer" // nobody delivers
)

// troubles are what the roster knows of this replica, and of all together.
func (r *roster) troubles(l i18n.Lang) map[string]string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := map[string]string{}
	if !r.shared {
		return all
	}
	if !r.newest {
		all[partReplica] = r.waits(l)
	}
	if idle := r.idle; !idle.IsZero() && r.now().Sub(idle) >= noDeliverer {
		all[partDeliverer] = l.Text("fault.no_deliverer", "1", l.Span(r.now().Sub(idle)))
	}
	return all
}

// waits says for what this replica waits. The lock is held.
func (r *roster) waits(l i18n.Lang) string {
	other := r.first()
	if other.File == r.me.File {
		return l.Text("fault.replica_waits_same", "1", other.Host)
	}
	return l.Text("fault.replica_waits", "1", other.Host)
}

// others are the replicas that are there, and their troubles, for health.
func (r *roster) others() []store.Replica {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.all)
}
