package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// Health is the answer of /healthz. Status is "ok" while complaints can flow;
// sources in trouble do not change it, they are listed. Whether to restart the process
// is another question, which /livez answers: no trouble listed here ends by that.
type Health struct {
	Status  string            `json:"status"` // ok, degraded (a part is away; it catches up), down
	Version string            `json:"version"`
	Uptime  string            `json:"uptime"`
	Trouble map[string]string `json:"trouble"` // part → what is wrong
	Sources []SourceHealth    `json:"sources"`
	Outbox  map[string]int    `json:"outbox"`

	Replicas []ReplicaHealth `json:"replicas,omitempty"` // where several may work on one database
}

// SourceHealth is how one source stands. Times are RFC 3339 UTC.
type SourceHealth struct {
	Name        string        `json:"name"`
	State       monitor.State `json:"state"` // ok, failing, suspended, quiet, empty, blocked, new, off
	LastPoll    string        `json:"last_poll,omitempty"`
	LastSuccess string        `json:"last_success,omitempty"`
	LastNew     string        `json:"last_new,omitempty"`
	Error       string        `json:"error,omitempty"`
	Note        string        `json:"note,omitempty"` // of one that is off: until when
}

// healthRow is how a source stands, as /healthz shows it.
func healthRow(s monitor.SourceStatus, state monitor.State) SourceHealth {
	return SourceHealth{Name: s.Name, State: state, LastPoll: text.Stamp(s.LastPoll), LastSuccess: text.Stamp(s.LastSuccess), LastNew: text.Stamp(s.LastNew), Error: s.LastError}
}

func (d *Daemon) health(rw http.ResponseWriter, r *http.Request) {
	out := Health{
		Status:  "ok",
		Version: d.version,
		Uptime:  d.now().Sub(d.started).Round(time.Second).String(),
		Trouble: d.troubles(),
		Outbox:  map[string]int{},
	}
	all := d.states.all()
	stand := d.standings(all)
	for _, s := range polled(all, stand) {
		out.Sources = append(out.Sources, healthRow(s, s.StateAt(d.now())))
	}
	out.Sources = append(out.Sources, d.resting(stand)...)
	out.Replicas = d.replicas()
	if len(out.Trouble) > 0 || slices.ContainsFunc(out.Replicas, func(r ReplicaHealth) bool { return r.Waits || len(r.Trouble) > 0 }) {
		out.Status = "degraded"
	}
	status := http.StatusOK
	counts, err := d.counts(r.Context())
	if err != nil {
		out.Trouble[partDatabase] = err.Error()
	}
	if out.Trouble[partDatabase] != "" {
		out.Status, status = "down", http.StatusServiceUnavailable
	}
	out.Outbox["pending"], out.Outbox["posting"] = counts.Pending, counts.Posting
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(out) // the asker is gone if this fails
}

// usable is what ready and well ask: whether the database can be read and written.
func (d *Daemon) usable(ctx context.Context) error {
	if _, err := d.counts(ctx); err != nil {
		return err
	}
	return d.store.Trouble()
}

// answerWithin is how long the database may take to answer who asks how it is.
const answerWithin = 4 * time.Second

var errSilent = errors.New("the database does not answer")

// counts asks the database what lies where. A server that stands still takes the question and
// answers nothing.
func (d *Daemon) counts(ctx context.Context) (mention.Counts, error) {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	counts, err := d.store.Counts(ctx, d.now())
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		err = errSilent
	}
	return counts, err
}

// ready answers whether the daemon can do its work now: read and write its database.
func (d *Daemon) ready(rw http.ResponseWriter, r *http.Request) {
	if err := d.usable(r.Context()); err != nil {
		http.Error(rw, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(rw, "ok")
}
