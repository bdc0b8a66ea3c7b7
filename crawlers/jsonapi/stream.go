package jsonapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/jsonrepair"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// StreamKind is the kind this engine reads.
func StreamKind() crawlers.Kind {
	return crawlers.Kind{
		Name:     "stream",
		About:    "Streams of JSON events, by WebSocket (wss://) or server-sent events (https://), resumed where they were left.",
		PostKind: mention.Social,
		Every:    5 * time.Second,
		Options:  func() any { return new(StreamOptions) },
		New: func(env crawlers.Env, s config.Section) (crawlers.Crawler, error) {
			var o StreamOptions
			if err := s.Decode(&o); err != nil {
				return nil, err
			}
			return NewStream(env, o, poll.Values{}, s)
		},
	}
}

// StreamFetcher is what a Fetcher also is when streams can be opened through it:
// under the same guards, with the host's turn taken for the handshake.
// *fetch.Client is one.
type StreamFetcher interface {
	StreamClient() *http.Client
	Turn(ctx context.Context, rawURL string) (release func(), err error)
}

// StreamOptions are what a user writes under stream:.
type StreamOptions struct {
	Address string                   `yaml:"address" required:"true" doc:"The stream: wss://… is a WebSocket, https://… server-sent events. {cursor} is where the last reading stopped." example:"wss://stream.example/subscribe{?cursor}"`
	Headers map[string]config.Secret `yaml:"headers" doc:"Headers to send: keys, versions." example:"{Authorization: \"Bearer ${env:API_TOKEN}\"}"`
	List    string                   `yaml:"list" doc:"A jq program that gives the posts of one event; the event itself when left out." example:"select(.kind == \"post\")"`
	Fields  Fields                   `yaml:"fields" required:"true" doc:"jq programs that give the parts of one post."`
	Cursor  string                   `yaml:"cursor" doc:"A jq program that gives the event's place in the stream; left out: the id of the server-sent event." example:".time_us"`
	Rewind  int64                    `yaml:"rewind" doc:"How far a number is taken back when the stream is resumed: what comes twice is dropped." example:"5000000"`
	Plain   bool                     `yaml:"plain" doc:"The text is plain: what looks like HTML in it was typed by its author."`
	Listen  time.Duration            `yaml:"listen" doc:"How long one reading lasts; 20s when left out."`
	Events  int                      `yaml:"events" doc:"How many events one reading takes at most; 20000 when left out."`
}

const (
	streamListen = 20 * time.Second
	maxListen    = 5 * time.Minute
	streamEvents = 20_000
	// streamSettle is how long a reading goes on once it holds a post that is
	// watched: an alert should not wait for the whole time.
	streamSettle = time.Second
	// streamLeast is the shortest reading while the stream goes on: a handshake
	// costs more than it.
	streamLeast = 4 * time.Second
	// streamQuiet ends a reading when events came and none follow.
	streamQuiet = 5 * time.Second
	// maxEvent bounds one event in bytes.
	maxEvent = 1 << 20
	// maxStreamPosts bounds the posts of one reading.
	maxStreamPosts = 5000
	// maxStreamBytes bounds what the events of one reading are in all.
	maxStreamBytes = 32 << 20
	// maxPlace bounds the place in a stream, which stands in the cursor and is sent as
	// a header.
	maxPlace = 512
)

// stream reads one stream.
type stream struct {
	env     crawlers.Env
	opt     StreamOptions
	program *jsonProgram
	given   poll.Values
	socket  bool // a WebSocket, else server-sent events
}

// NewStream makes a crawler of one stream; given are the options of a preset.
func NewStream(env crawlers.Env, o StreamOptions, given poll.Values, s config.Section) (*stream, error) {
	st := &stream{env: env.WithDefaults(), opt: o, given: given}
	address := given.Expand(o.Address)
	st.socket = strings.HasPrefix(address, "ws")
	st.opt.Address = poll.Rebase(address, env.Base)
	st.opt.Listen, st.opt.Events = cmp.Or(o.Listen, streamListen), cmp.Or(o.Events, streamEvents)
	if st.opt.Listen < 0 || st.opt.Listen > maxListen {
		return nil, s.Errorf("listen", "%v: must be at most %v", o.Listen, maxListen)
	}
	if st.opt.Events < 1 || st.opt.Events > streamEvents {
		return nil, s.Errorf("events", "%d: must be 1 to %d", o.Events, streamEvents)
	}
	var err error
	st.program, err = compileJSON(Options{List: cmp.Or(o.List, "."), Fields: o.Fields, Plain: o.Plain, Pager: Pager{Next: o.Cursor}}, given, "", s)
	return st, err
}

// Streams implements crawlers.Streamer.
func (st *stream) Streams() {}

// streamState is the cursor.
type streamState struct {
	Cursor string            `json:"cursor,omitempty"`
	Marks  poll.Fingerprints `json:"seen,omitempty"` // of what the rewound part holds
	Known  idTrail           `json:"known,omitempty"`
	Pulse  pulse             `json:"pulse,omitzero"`
}

// Poll listens for a while and returns what came. A connection that ends early
// is no error once events came: the next reading goes on from there.
func (st *stream) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	var state streamState
	poll.DecodeCursor(since, &state)
	if err := ctx.Err(); err != nil {
		return crawlers.Batch{}, fmt.Errorf("stream: %w", err)
	}
	streamer, ok := st.env.Fetch.(StreamFetcher)
	if !ok {
		return crawlers.Batch{}, errors.New("stream: this client opens no streams")
	}
	r := streamReading{st: st, state: state, place: state.Cursor, began: time.Now()}
	r.ctx, r.cancel = context.WithTimeout(ctx, st.opt.Listen)
	defer r.cancel()
	r.quiet = time.AfterFunc(st.opt.Listen, r.cancel)
	defer r.quiet.Stop()
	err := st.listen(r.ctx, streamer, st.resume(state.Cursor), r.event)
	if r.settle != nil {
		r.settle.Stop()
	}
	if err := ctx.Err(); err != nil {
		return r.batch(), fmt.Errorf("stream: %w", err)
	}
	if r.events == 0 && !errors.Is(err, errListening) {
		if r.ctx.Err() != nil {
			err = fmt.Errorf("%s: no connection within %v", fetch.SafeURL(st.opt.Address), st.opt.Listen)
		}
		return crawlers.Batch{}, fmt.Errorf("stream: %w", err)
	}
	if silence := state.Pulse.silence(st.env.Now()); r.events == r.again && st.opt.Rewind > 0 && silence > 0 {
		return crawlers.Batch{}, fmt.Errorf("stream: %s: it is open, and nothing new has come for %v, though %d events a minute did before: its server may be cut off, try another",
			fetch.SafeURL(st.opt.Address), silence, state.Pulse.perMinute())
	}
	batch := r.batch()
	if errors.Is(err, errListening) || errors.Is(err, errEnough) {
		return batch, nil
	}
	if r.place == state.Cursor { // asking again at once would only repeat it
		return batch, fmt.Errorf("stream: ended without anything new: %w", err)
	}
	batch.Observed.Notes = append(batch.Observed.Notes, "the connection ended early; it is taken up again")
	return batch, nil
}

// errEnough ends a reading that has what it wants; errListening marks the end of
// the time on an open connection.
var (
	errEnough    = errors.New("enough")
	errListening = errors.New("the time is up")
)

// resume is the place to go on from.
func (st *stream) resume(cursor string) string {
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || st.opt.Rewind <= 0 {
		return cursor
	}
	return strconv.FormatInt(max(n-st.opt.Rewind, 0), 10)
}

// behind reports a place that is not beyond the cursor in a stream that is rewound.
func (st *stream) behind(place, cursor string) bool {
	at, err := strconv.ParseInt(place, 10, 64)
	last, none := strconv.ParseInt(cursor, 10, 64)
	return st.opt.Rewind > 0 && err == nil && none == nil && at <= last
}

// streamReading is one reading under way.
type streamReading struct {
	st     *stream
	ctx    context.Context
	cancel context.CancelFunc
	began  time.Time
	quiet  *time.Timer // ends a reading of a stream that fell silent
	settle *time.Timer // ends a reading that holds what somebody waits for; nil: nothing yet
	state  streamState
	place  string // of the newest event
	posts  []mention.Post
	events int
	again  int // events that were read before
	bytes  int // of the others
	failed map[string]int
	wrong  int // events that are no JSON
}

// event takes one event; id is the server-sent event's, may be empty. An error
// ends the reading.
func (r *streamReading) event(id string, data []byte) error {
	r.events++
	if r.take(id, data) {
		r.again++
	} else {
		r.bytes += len(data)
	}
	if r.events-r.again >= r.st.opt.Events || len(r.posts) >= maxStreamPosts || r.bytes >= maxStreamBytes {
		return errEnough
	}
	if len(r.posts) > 0 && r.st.env.Interest != nil && r.settle == nil {
		r.settle = time.AfterFunc(max(streamSettle, streamLeast-time.Since(r.began)), r.cancel)
	}
	r.quiet.Reset(streamQuiet)
	return nil
}

// take takes an event apart and reports whether it stands in the part of the stream that
// is read again. Such an event leads nowhere: the place would go back.
func (r *streamReading) take(id string, data []byte) (again bool) {
	values, err := jsonrepair.Decode(string(data))
	if err != nil || len(values) != 1 {
		r.wrong++
		return false
	}
	event := values[0]
	run := jsonRun{program: r.st.program, ctx: r.ctx, env: r.st.env, vars: r.st.program.vars, page: r.st.opt.Address, failed: r.failed}
	place := id
	if r.st.program.next != nil {
		place = run.text(r.st.program.next, event)
	}
	iter := r.st.program.list.RunWithContext(r.ctx, event, run.vars...)
	for range maxItems {
		item, ok := iter.Next()
		if !ok {
			break
		}
		if _, isErr := item.(error); isErr {
			break // an event of another form
		}
		if r.interesting(&run, item) {
			post, _ := run.post(item)
			poll.Bound(&post)
			r.posts = append(r.posts, post)
		}
	}
	r.failed = run.failed
	again = r.st.behind(place, r.state.Cursor)
	if place != "" && len(place) <= maxPlace && !again && r.ctx.Err() == nil { // else the event may be half read
		r.place = place
	}
	return again
}

// interesting reports whether a post is worth building. What was returned before
// stays interesting: its edits and its end are news, and so is what answers it, whatever
// that names. Answers are not remembered: else a discussion would be heard to its end.
func (r *streamReading) interesting(run *jsonRun, item any) bool {
	if r.st.env.Interest == nil {
		return true
	}
	id := run.field("id", item)
	if id != "" && r.state.Known.has(id) {
		return true
	}
	if run.field("deleted", item) == "true" {
		return false
	}
	if parent := run.field("reply", item); parent != "" && r.state.Known.has(parent) {
		return true
	}
	if !r.st.env.Interest(htmltext.Line(run.field("title", item)), r.st.program.words(run.field("text", item))) {
		return false
	}
	r.state.Known = r.state.Known.with(id)
	return true
}

// batch sums the reading up.
func (r *streamReading) batch() crawlers.Batch {
	env := r.st.env
	next := streamState{Cursor: r.place, Marks: r.state.Marks, Known: r.state.Known, Pulse: r.state.Pulse.with(r.events-r.again, env.Now())}
	sees := crawlers.Observation{Bytes: r.bytes, What: fmt.Sprintf("stream, %s, %s", text.Count(r.events, "event"), text.Count(len(r.posts), "post"))}
	if r.wrong > 0 {
		sees.Notes = append(sees.Notes, fmt.Sprintf("%s no JSON", text.Count(r.wrong, "event")))
	}
	posts := poll.Finish(env, poll.LastWord(r.posts))
	// What is alive is the stream, also where nobody watches what it brings.
	sees.Items, sees.Newest = r.events, poll.Newest(posts)
	fresh, seen := r.state.Marks.New(posts)
	if r.events > 0 {
		next.Marks = seen
	}
	return crawlers.Batch{Posts: fresh, OwnIDs: true, Next: poll.EncodeCursor(next), Observed: sees}
}
