package fakeslack

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
)

// The addresses under /fake/ let a test drive a fake that runs as a process of
// its own, and outlives the daemon it watches:
//
//	GET  /fake/messages, /fake/ephemerals, /fake/calls, /fake/violations
//	POST /fake/break       a Fault
//	POST /fake/heal
//	POST /fake/press       a Click; answers when it is acknowledged
//	POST /fake/disconnect?reason=refresh_requested
func (s *Server) control(mux *http.ServeMux) {
	mux.HandleFunc("GET /fake/messages", func(w http.ResponseWriter, r *http.Request) {
		answer(w, listed(s.Messages(r.URL.Query().Get("channel"))))
	})
	mux.HandleFunc("GET /fake/ephemerals", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.Ephemerals()) })
	mux.HandleFunc("GET /fake/calls", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.Calls()) })
	mux.HandleFunc("GET /fake/violations", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.Violations()) })
	mux.HandleFunc("POST /fake/break", func(w http.ResponseWriter, r *http.Request) {
		var f Fault
		if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		s.Break(f)
	})
	mux.HandleFunc("POST /fake/heal", func(http.ResponseWriter, *http.Request) { s.Heal() })
	mux.HandleFunc("POST /fake/press", func(w http.ResponseWriter, r *http.Request) {
		var c Click
		if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		took, err := s.Press(c)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		answer(w, map[string]any{"took_ms": took.Milliseconds()})
	})
	mux.HandleFunc("POST /fake/disconnect", func(_ http.ResponseWriter, r *http.Request) { s.Disconnect(r.URL.Query().Get("reason")) })
}

// Listed is a message as /fake/messages shows it.
type Listed struct {
	Channel  string          `json:"channel"`
	TS       string          `json:"ts"`
	ThreadTS string          `json:"thread_ts"`
	Text     string          `json:"text"`
	AlertID  string          `json:"alert_id"`
	Updates  int             `json:"updates"`
	Blocks   json.RawMessage `json:"blocks"`
}

func listed(all []Message) []Listed {
	out := make([]Listed, 0, len(all))
	for _, m := range all {
		out = append(out, Listed{Channel: m.Channel, TS: m.TS, ThreadTS: m.ThreadTS, Text: m.Text, AlertID: m.AlertID(), Updates: m.Updates, Blocks: m.Blocks})
	}
	return out
}

// Main runs a fake until ctx ends. The first line it writes is its api_url. A
// test binary calls it in a process of its own.
func Main(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("fakeslack", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "address")
	limit := flags.Duration("limit", 0, "least time between two posts to a channel")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := Start(Options{Listen: *listen, Limit: *limit})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := fmt.Fprintln(stdout, s.URL()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
