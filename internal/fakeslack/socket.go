package fakeslack

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// socket is one Socket Mode connection.
type socket struct {
	conn *websocket.Conn
	stop context.CancelFunc
	mu   sync.Mutex // one writer at a time
}

// openConnection answers apps.connections.open with a one-time address. The lock
// is held.
func (s *Server) openConnection(url.Values) reply {
	s.envelope++
	ticket := fmt.Sprintf("ticket-%d", s.envelope)
	s.tickets[ticket] = true
	return ok(map[string]any{"url": "ws://" + s.ln.Addr().String() + "/socket?ticket=" + ticket})
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.mu.Lock()
	good := s.tickets[ticket]
	delete(s.tickets, ticket)
	s.mu.Unlock()
	if !good {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return
	}
	conn.SetReadLimit(maxBody)
	ctx, stop := context.WithCancel(r.Context())
	c := &socket{conn: conn, stop: stop}
	defer c.drop()
	if c.send(ctx, map[string]any{"type": "hello", "num_connections": 1, "connection_info": map[string]any{"app_id": cmp.Or(s.opt.Socket, App)}}) != nil {
		return
	}
	s.mu.Lock()
	s.sockets[c] = true
	s.mu.Unlock()
	defer s.forget(c)
	go c.pings(ctx)
	s.read(ctx, c)
}

// forget delivers nothing more over the connection.
func (s *Server) forget(c *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sockets, c)
}

// drop cuts the connection.
func (c *socket) drop() {
	c.stop()
	_ = c.conn.CloseNow()
}

func (c *socket) send(ctx context.Context, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return c.conn.Write(ctx, websocket.MessageText, raw)
}

func (c *socket) pings(ctx context.Context) {
	t := time.NewTicker(5 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			_ = c.conn.Ping(ctx)
		}
	}
}

// Ack is an acknowledgement of an envelope.
type Ack struct {
	At      time.Time
	Payload json.RawMessage
}

// read takes acknowledgements until the connection ends.
func (s *Server) read(ctx context.Context, c *socket) {
	for {
		_, raw, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		var ack struct {
			EnvelopeID string          `json:"envelope_id"`
			Payload    json.RawMessage `json:"payload"`
		}
		if json.Unmarshal(raw, &ack) != nil {
			continue
		}
		s.mu.Lock()
		wait := s.acks[ack.EnvelopeID]
		s.mu.Unlock()
		if wait != nil {
			select {
			case wait <- Ack{At: time.Now(), Payload: ack.Payload}:
			default: // a second acknowledgement of the same envelope
			}
		}
	}
}

// Connections is the number of open Socket Mode connections.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Disconnect asks every connection to come again, as Slack does every few hours
// ("refresh_requested") or before it goes down ("warning", "link_disabled"). Nothing more is
// delivered over them: a client that goes would not acknowledge it.
func (s *Server) Disconnect(reason string) {
	for _, c := range s.open() {
		s.forget(c)
		_ = c.send(context.Background(), map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "fake"}})
	}
}

// CutSockets breaks every connection without a word.
func (s *Server) CutSockets() {
	for _, c := range s.open() {
		c.drop()
	}
}

func (s *Server) open() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]*socket, 0, len(s.sockets))
	for c := range s.sockets {
		out = append(out, c)
	}
	return out
}

// serveResponse takes what is posted to a click's response_url.
func (s *Server) serveResponse(w http.ResponseWriter, r *http.Request) {
	args, _, err := arguments(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if blocks := args.Get("blocks"); blocks != "" {
		if errs := CheckBlocks([]byte(blocks)); len(errs) > 0 {
			http.Error(w, "invalid_blocks "+strings.Join(errs, "; "), http.StatusBadRequest)
			return
		}
	}
	channel, user, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/response/"), "/")
	s.mu.Lock()
	s.ephemerals = append(s.ephemerals, Ephemeral{Channel: channel, User: user, Text: args.Get("text"), Blocks: json.RawMessage(args.Get("blocks")), At: time.Now()})
	s.mu.Unlock()
	_, _ = w.Write([]byte("ok"))
}
