package listen

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// PushDoors answers programs that hand posts in. What is accepted is committed.
type PushDoors struct {
	Receive func(context.Context, monitor.Source, []mention.Post) (mention.IngestResult, error)
	Log     *slog.Logger

	mu     sync.Mutex
	closed bool                            // another replica has a newer watchlist
	byHash map[[sha256.Size]byte]*pushDoor // by the token; looking up a hash tells nothing of it by its time
}

// pushDoor is one push source.
type pushDoor struct {
	source monitor.Source
	door   *push.Door
	limit  *rate.Limiter // posts
	large  turns         // requests
}

// Use takes the push sources of a watchlist. The limits begin anew.
func (p *PushDoors) Use(sources []monitor.Source) {
	doors := map[[sha256.Size]byte]*pushDoor{}
	for _, src := range sources {
		if door, ok := src.Crawler.(*push.Door); ok {
			per := rate.Limit(float64(door.Options.PerMinute) / 60)
			doors[sha256.Sum256([]byte(door.Options.Token.Reveal()))] = &pushDoor{src, door, rate.NewLimiter(per, door.Options.PerMinute), make(turns, largeAtOnce)}
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byHash, p.closed = doors, false
}

// Close refuses posts until Use is called.
func (p *PushDoors) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
}

func (p *PushDoors) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}

func (p *PushDoors) find(r *http.Request) *pushDoor {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.byHash[sha256.Sum256([]byte(strings.TrimSpace(token)))]
}

// pushAnswer is what the sender is told.
type pushAnswer struct {
	Accepted int    `json:"accepted"` // posts of this request that are stored now
	New      int    `json:"new"`
	Edited   int    `json:"edited"`
	Known    int    `json:"known"`
	Error    string `json:"error,omitempty"`
	Line     int    `json:"line,omitempty"`
}

// ServeHTTP takes one request: all of it or nothing. It answers 200 when the posts are
// stored, 401 without a token that a source has, 413 for too much at once, 422 with the
// line and the reason, 429 and 503 with Retry-After.
func (p *PushDoors) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if p.isClosed() { // its rules are old ones, and so may be its tokens
		later(rw, http.StatusServiceUnavailable, storeRetry, "this replica waits for the newest watchlist; send the posts again")
		return
	}
	door := p.find(r)
	if door == nil {
		rw.Header().Set("WWW-Authenticate", "Bearer")
		answer(rw, http.StatusUnauthorized, pushAnswer{Error: "no push source has this token: send Authorization: Bearer TOKEN"})
		return
	}
	body, done := door.large.body(r)
	defer done()
	posts, err := door.door.Read(http.MaxBytesReader(rw, body, push.MaxBytes))
	var big *http.MaxBytesError
	var line *push.LineError
	switch {
	case errors.As(err, &big) || errors.Is(err, push.ErrTooMany):
		answer(rw, http.StatusRequestEntityTooLarge, pushAnswer{Error: tooMuch(err)})
		return
	case errors.As(err, &line):
		answer(rw, http.StatusUnprocessableEntity, pushAnswer{Error: line.Reason, Line: line.Line})
		return
	case errors.Is(err, errTurn):
		later(rw, http.StatusTooManyRequests, 0, "too many large requests at once; send it again")
		return
	case err != nil:
		answer(rw, http.StatusBadRequest, pushAnswer{Error: "the request ended too early"})
		return
	}
	if most := door.limit.Burst(); len(posts) > most {
		answer(rw, http.StatusRequestEntityTooLarge, pushAnswer{Error: "more posts than a minute may bring (per_minute: " + strconv.Itoa(most) + ")"})
		return
	}
	if wait := reserve(door.limit, len(posts)); wait > 0 {
		later(rw, http.StatusTooManyRequests, wait, "too many posts in a minute; send them again")
		return
	}
	got, err := p.Receive(r.Context(), door.source, posts)
	if err != nil {
		door.limit.AllowN(time.Now(), -len(posts)) // gives their room back: they are to be sent again
		p.Log.Error("posts that were handed in cannot be stored; the sender is asked to send them again", "source", door.source.Name, "err", err)
		later(rw, http.StatusServiceUnavailable, storeRetry, "the posts cannot be stored now; send them again")
		return
	}
	answer(rw, http.StatusOK, pushAnswer{Accepted: len(posts), New: got.New, Edited: got.Edited, Known: len(posts) - got.New - got.Edited})
}

// noDoor answers who comes to a door in another way than by POST, or to an address below /api/
// where there is none.
func noDoor(rw http.ResponseWriter, r *http.Request) {
	if r.URL.Path != push.Path {
		answer(rw, http.StatusNotFound, pushAnswer{Error: "nothing is here: posts are handed in at " + push.Path})
		return
	}
	rw.Header().Set("Allow", http.MethodPost)
	answer(rw, http.StatusMethodNotAllowed, pushAnswer{Error: "posts are handed in with POST"})
}

// storeRetry is when a sender may try again after the database could not be written.
const storeRetry = 5 * time.Second

// reserve takes n posts from the limit, or says how long to wait and takes none.
func reserve(limit *rate.Limiter, n int) time.Duration {
	r := limit.ReserveN(time.Now(), n)
	wait := r.Delay()
	if wait > 0 {
		r.Cancel()
	}
	return wait
}

func tooMuch(err error) string {
	if errors.Is(err, push.ErrTooMany) {
		return err.Error()
	}
	return "more than 10 MiB in one request: send several"
}

func later(rw http.ResponseWriter, status int, wait time.Duration, why string) {
	rw.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
	answer(rw, status, pushAnswer{Error: why})
}

func answer(rw http.ResponseWriter, status int, a pushAnswer) {
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(a) // the asker is gone if this fails
}
