package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/earshot/earshot/mention"
)

const (
	heartbeat = 20 * time.Second // so that nobody on the way thinks the line is dead, and the page knows when it is
	lineSlack = 10 * time.Second // to write one line; who reads slower is cut off and comes again
)

// events keeps one page up to date.
func (in *Inbox) events(w http.ResponseWriter, r *http.Request, v visit) error {
	since, err := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64)
	if err != nil {
		since, err = strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	}
	if err != nil || since < 0 {
		since = 0
	}
	open, err := in.live.open(r.Context(), v.who.ID)
	if err != nil {
		w.Header().Set("Retry-After", "10")
		return err
	}
	defer in.live.close(open)
	behind, newest, ok, err := in.missed(r.Context(), since)
	if err != nil { // the page comes again: loaded anew it would only say this, for good
		w.Header().Set("Retry-After", "10")
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	s := &stream{w: w, control: http.NewResponseController(w), since: since, last: since}
	if !ok {
		_ = s.write(fmt.Sprintf("id: %d\nevent: reload\ndata: {}\n\n", newest)) // the page is gone if this fails
		return nil
	}
	if s.write("retry: 2000\n"+beat) != nil {
		return nil
	}
	for _, c := range behind {
		if s.change(c) != nil {
			return nil
		}
	}
	s.follow(r.Context(), open)
	return nil
}

// missed is what happened since a page was made, and the number of the newest entry; ok is
// false when that is not known any more, or too much. The last entries before it are told
// again: one may have become visible after a later one.
func (in *Inbox) missed(ctx context.Context, since int64) (list []mention.CaseChange, newest int64, ok bool, err error) {
	oldest, newest, err := in.opt.Cases.ChangeRange(ctx)
	if err != nil || since > newest || since+1 < oldest {
		return nil, newest, since == 0 && newest == 0, err
	}
	list, err = in.opt.Cases.Changes(ctx, max(since-overlap, 0), maxBehind)
	return list, newest, len(list) < maxBehind, err
}

// beat is what a line says when there is nothing to say, and first of all. It is an event and
// no comment, which the script would not see: a line on which none comes is dead, or stands
// behind a proxy that keeps what it is to pass on.
const beat = "event: beat\ndata: {}\n\n"

// told is what a page is told of a change.
type told struct {
	ID      mention.ID `json:"id"`
	Version int64      `json:"version"`
	New     bool       `json:"new,omitempty"` // a complaint that began to wait just now
}

// stream writes entries of a text/event-stream.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	since   int64 // what the page knows
	last    int64 // the highest number that was told
}

func (s *stream) write(text string) error {
	// Each line has its own deadline: that of the server is for whole answers.
	if err := s.control.SetWriteDeadline(time.Now().Add(lineSlack)); err != nil {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}

// change tells one change. The id never goes back, so that a page that comes again
// misses nothing.
func (s *stream) change(c mention.CaseChange) error {
	data, err := json.Marshal(told{c.ID, c.Version, c.Came && c.Event > s.since})
	if err != nil {
		return err
	}
	s.last = max(s.last, c.Event)
	return s.write(fmt.Sprintf("id: %d\ndata: %s\n\n", s.last, data))
}

// follow hands changes on until the page, or earshot, goes away.
func (s *stream) follow(ctx context.Context, open *line) {
	every := time.NewTicker(heartbeat)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			if s.write(beat) != nil {
				return
			}
		case c, ok := <-open.entries:
			if !ok || s.change(c) != nil {
				return
			}
		}
	}
}
