package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// What is away is tried again each second, by many: an hour without PostgreSQL were 20,000 lines of log a replica, and what
// is not about it could not be found among them. So a warning or an error of which one like it was written a few times lately
// waits for the minute to end, and then says how often it was left out. Alike are those that differ in nothing but why
// and how often it failed: another source, alert or case is another line. But of one message there are no more than
// manyLines a minute, whatever they are about: when the disk is full, each of a thousand sources cannot be stored.
const (
	repeatTimes = 3           // of the like are written at once: a trouble that changes is seen to
	repeatEvery = time.Minute // one more
	repeatKinds = 4096        // are remembered at most: addresses and ids of strangers are in some
	manyLines   = 60
)

// sparing is a log that leaves repeated warnings and errors out.
type sparing struct {
	slog.Handler
	said *repeats
	of   string // the attributes of all its lines
}

// repeats is what was written lately, by what it is about.
type repeats struct {
	now func() time.Time

	mu   sync.Mutex
	told map[string]*repeated
}

type repeated struct {
	since, last time.Time // of this minute; whether written or not
	left, out   int       // may be written yet, and were not
}

func newSparing(to slog.Handler, now func() time.Time) sparing {
	return sparing{Handler: to, said: &repeats{now: now, told: make(map[string]*repeated)}}
}

// Handle implements slog.Handler.
func (h sparing) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return h.Handler.Handle(ctx, r)
	}
	var about strings.Builder
	about.WriteString(r.Level.String() + " " + r.Message + h.of)
	r.Attrs(func(a slog.Attr) bool { about.WriteString(alike(a)); return true })
	out, write := h.said.write(r.Message, about.String())
	if !write {
		return nil
	}
	if out > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("left_out", out))
	}
	return h.Handler.Handle(ctx, r)
}

// alike is what an attribute adds to what a line is about. The last four are River's words.
func alike(a slog.Attr) string {
	switch a.Key {
	case "err", "error", "attempt", "sleep_duration", "timeout":
		return ""
	}
	return " " + a.Key + "=" + a.Value.String()
}

// write reports whether a line is written, and how many like it were left out since the last one.
func (s *repeats) write(message, about string) (out int, write bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	like := s.of(about, repeatTimes, 1)
	all := s.of(message, manyLines, manyLines)
	switch {
	case like.left == 0:
		like.out++
		return 0, false
	case all.left == 0:
		all.out++
		return 0, false
	}
	like.left--
	all.left--
	out, like.out, all.out = like.out+all.out, 0, 0
	return out, true
}

// of is what was written of something: so many lines are when it begins, and so many in each minute that it goes on.
func (s *repeats) of(what string, first, then int) *repeated {
	now := s.now()
	k := s.told[what]
	switch {
	case k == nil:
		s.forget(now)
		k = &repeated{since: now, left: first}
		s.told[what] = k
	case now.Sub(k.last) >= repeatEvery: // it had ended
		k.since, k.left = now, first
	case now.Sub(k.since) >= repeatEvery:
		k.since, k.left = now, then
	}
	k.last = now
	return k
}

// forget makes room: first for what ended, and if that is not enough for all.
func (s *repeats) forget(now time.Time) {
	if len(s.told) < repeatKinds {
		return
	}
	for about, k := range s.told {
		if now.Sub(k.last) >= repeatEvery {
			delete(s.told, about)
		}
	}
	if len(s.told) >= repeatKinds {
		clear(s.told)
	}
}

// WithAttrs implements slog.Handler.
func (h sparing) WithAttrs(attrs []slog.Attr) slog.Handler {
	h.Handler = h.Handler.WithAttrs(attrs)
	for _, a := range attrs {
		h.of += alike(a)
	}
	return h
}

// WithGroup implements slog.Handler.
func (h sparing) WithGroup(name string) slog.Handler {
	h.Handler = h.Handler.WithGroup(name)
	h.of += " " + name + "."
	return h
}
