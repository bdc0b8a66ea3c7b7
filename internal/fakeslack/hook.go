package fakeslack

import (
	"io"
	"net/http"
	"net/url"
	"time"
)

// hookMethod is what faults and calls name the incoming webhook.
const hookMethod = "webhook"

// HookURL is the address of an incoming webhook into the first channel.
func (s *Server) HookURL() string { return s.Root() + "/services/T0000FAKE/B000000BOT/secret" }

// serveHook is an incoming webhook: it answers in plain text, with a status.
func (s *Server) serveHook(w http.ResponseWriter, r *http.Request) {
	args, _, err := arguments(r)
	if err != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	channel := s.channels[0].ID
	s.mu.Unlock()
	switch f, answered := s.met(w, hookMethod, channel, args); {
	case answered:
	case f != nil && f.Kind == Code:
		s.note(Call{Method: hookMethod, Channel: channel, At: time.Now(), Fault: Code})
		status := http.StatusNotFound
		if f.Error == "invalid_blocks" {
			status = http.StatusBadRequest
		}
		http.Error(w, f.Error, status)
	case f != nil:
		s.broken(w, r, hookMethod, channel, args, *f)
	default:
		if out := s.do(hookMethod, channel, args, ""); out.code != "" {
			http.Error(w, out.code, http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, "ok")
	}
}

// hookMessage is a message without metadata, thread or a ts for the sender.
func (s *Server) hookMessage(args url.Values) reply {
	m := &Message{Channel: s.channels[0].ID, Type: "message", User: s.botUser, PostedAt: time.Now()}
	args.Del("metadata")
	if out := content(m, args); out.code != "" {
		return out
	}
	m.TS = s.nextTS()
	s.messages = append(s.messages, m)
	return ok(nil)
}
