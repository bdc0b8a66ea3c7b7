package fakeslack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// The ways in which a call can go wrong.
const (
	RateLimit  = "429"            // not taken; Retry-After says when
	AcceptDrop = "accept-drop"    // taken, then the connection is cut without an answer
	RefuseDrop = "refuse-drop"    // not taken, the connection is cut without an answer
	Accept5xx  = "accept-5xx"     // taken, answered with 500
	Refuse5xx  = "refuse-5xx"     // not taken, answered with 503
	AcceptSlow = "accept-slow"    // taken at once, answered after Delay
	RefuseSlow = "refuse-slow"    // not taken, answered with 504 after Delay
	SlowTake   = "slow-take"      // taken only after Delay
	Code       = "code"           // ok: false with Error
	Garbage    = "accept-garbage" // taken, answered with what is no JSON
)

// Fault is something that goes wrong. It is used up after Times calls of its
// method.
type Fault struct {
	Method  string // "chat.postMessage"; "" means every method
	Channel string // only calls with this channel id; "" means all
	Blocks  bool   // only calls that bring blocks
	Replies bool   // only calls for a thread
	Kind    string
	Times   int           // 0 means once; -1 for ever
	After   time.Duration // Retry-After; 0 means 1 s
	Delay   time.Duration
	Error   string
}

// Break adds a fault.
func (s *Server) Break(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	s.faults = append(s.faults, &f)
	s.mu.Unlock()
}

// Heal forgets all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	s.faults = nil
	s.mu.Unlock()
}

// fault takes the first fault that fits. The lock is held.
func (s *Server) fault(method, channel string, args url.Values) *Fault {
	bare := args.Get("blocks") == "" || args.Get("blocks") == "[]"
	for _, f := range s.faults {
		if (f.Method != "" && f.Method != method) || (f.Channel != "" && f.Channel != channel) || f.Blocks && bare || f.Replies && args.Get("thread_ts") == "" || f.Times == 0 {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return f
	}
	return nil
}

// laneKey is what a 429 silences: posts by channel, all else by method.
func laneKey(method, channel string) string {
	if method == "chat.postMessage" {
		return method + " " + channel
	}
	return method
}

// limited answers whether the call comes too soon, and notes it when a 429 had
// already said so. The lock is held.
func (s *Server) limited(method, channel string, now time.Time) (time.Duration, bool) {
	key := laneKey(method, channel)
	if until := s.silent[key]; now.Before(until) {
		s.violations = append(s.violations, fmt.Sprintf("%s called %s before its Retry-After had passed", key, until.Sub(now).Round(time.Millisecond)))
		return until.Sub(now), true
	}
	if method != "chat.postMessage" || s.opt.Limit == 0 {
		return 0, false
	}
	window := s.opt.Limit * time.Duration(max(s.opt.Burst, 1))
	recent := s.lanes[key][:0]
	for _, t := range s.lanes[key] {
		if now.Sub(t) < window {
			recent = append(recent, t)
		}
	}
	s.lanes[key] = recent
	if len(recent) >= max(s.opt.Burst, 1) {
		return time.Second, true
	}
	s.lanes[key] = append(recent, now)
	return 0, false
}

// met is what goes wrong with a call, or that it is answered already: it comes too soon.
func (s *Server) met(w http.ResponseWriter, method, channel string, args url.Values) (f *Fault, answered bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if after, yes := s.limited(method, channel, now); yes {
		s.calls = append(s.calls, Call{Method: method, Channel: channel, At: now, Fault: RateLimit})
		s.tooMany(w, method, channel, after)
		return nil, true
	}
	return s.fault(method, channel, args), false
}

// tooMany answers 429. The lock is held.
func (s *Server) tooMany(w http.ResponseWriter, method, channel string, after time.Duration) {
	seconds := max(1, int((after+time.Second-1)/time.Second))
	s.silent[laneKey(method, channel)] = time.Now().Add(time.Duration(seconds) * time.Second)
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	w.WriteHeader(http.StatusTooManyRequests)
	_, _ = w.Write([]byte(`{"ok":false,"error":"ratelimited"}`))
}

// cut closes the connection without an answer.
func cut(w http.ResponseWriter) {
	if h, ok := w.(http.Hijacker); ok {
		if conn, _, err := h.Hijack(); err == nil {
			_ = conn.Close()
		}
	}
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

func refuse(w http.ResponseWriter, code string, details ...string) {
	out := map[string]any{"ok": false, "error": code}
	if len(details) > 0 {
		out["response_metadata"] = map[string]any{"messages": details}
	}
	answer(w, out)
}
