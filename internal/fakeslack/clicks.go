package fakeslack

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Click is a button somebody presses.
type Click struct {
	Channel string // id
	TS      string // of the message
	Action  string // action_id of the button, or of the menu
	Option  string // of a menu: the beginning of the option's value
	Chosen  string // of a menu: this whole value though the menu has it no more
	User    string // id; empty means the first person
	Block   string // of Value and Chosen: the block_id that the old view had; empty: "old"
	Value   string // press a button of this value though the message has it no more, as one who looks at an old view does
	App     string // of another app; empty means ours
	Team    string // of another workspace; empty means ours
	From    string // the workspace of the user; empty means ours, "-" that Slack does not say
}

var (
	// ErrNoButton means that the message has no such button now.
	ErrNoButton = errors.New("fakeslack: the message has no such button")
	// ErrNotAcked means that nobody acknowledged while Slack waits (Options.Patience).
	ErrNotAcked = errors.New("fakeslack: not acknowledged in time")
	// ErrNoSocket means that nobody listens.
	ErrNoSocket = errors.New("fakeslack: no Socket Mode connection")
)

// payload builds the block_actions payload as Slack sends it.
func (s *Server) payload(c Click) (map[string]any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.find(c.Channel, c.TS)
	if m == nil {
		return nil, fmt.Errorf("fakeslack: no message %s in %s", c.TS, c.Channel)
	}
	act, err := press(m.Blocks, c)
	if err != nil {
		return nil, err
	}
	who := s.person(c.User)
	s.envelope++
	act["action_ts"] = s.nextTS()
	user := map[string]any{"id": who.ID, "username": who.Handle, "name": who.Handle, "team_id": cmp.Or(c.From, Team)}
	if c.From == "-" {
		delete(user, "team_id")
	}
	return map[string]any{
		"type": "block_actions", "team": map[string]any{"id": cmp.Or(c.Team, Team), "domain": "fake"}, "api_app_id": cmp.Or(c.App, App), "token": "legacy",
		"user":       user,
		"container":  map[string]any{"type": "message", "message_ts": m.TS, "channel_id": m.Channel, "is_ephemeral": false},
		"trigger_id": fmt.Sprintf("%d.trigger", s.envelope), "channel": map[string]any{"id": m.Channel, "name": "fake"},
		"message": *m, "state": map[string]any{"values": map[string]any{}}, "response_url": s.Root() + "/response/" + m.Channel + "/" + who.ID,
		"actions": []any{act},
	}, nil
}

// press finds the element in the message's blocks.
func press(raw json.RawMessage, c Click) (map[string]any, error) {
	stood := cmp.Or(c.Block, "old")
	if c.Value != "" {
		return map[string]any{"action_id": c.Action, "block_id": stood, "type": "button", "value": c.Value}, nil
	}
	if c.Chosen != "" {
		return map[string]any{"action_id": c.Action, "block_id": stood, "type": "overflow", "selected_option": map[string]any{"value": c.Chosen}}, nil
	}
	var blocks []block
	if raw != nil {
		if err := json.Unmarshal(raw, &blocks); err != nil {
			return nil, fmt.Errorf("fakeslack: blocks of the message: %w", err)
		}
	}
	for _, b := range blocks {
		if b.Type != "actions" {
			continue
		}
		for _, e := range b.Elements {
			if e.ActionID != c.Action {
				continue
			}
			act := map[string]any{"action_id": e.ActionID, "block_id": b.BlockID, "type": e.Type}
			if b.BlockID == "" {
				act["block_id"] = "random"
			}
			if e.Type != "overflow" {
				act["value"], act["text"] = e.Value, e.Text
				return act, nil
			}
			for _, o := range e.Options {
				if strings.HasPrefix(o.Value, c.Option) {
					act["selected_option"] = map[string]any{"text": o.Text, "value": o.Value}
					return act, nil
				}
			}
		}
	}
	return nil, ErrNoButton
}

// Press clicks through Socket Mode and waits for the acknowledgement; it returns
// how long that took.
func (s *Server) Press(c Click) (time.Duration, error) { return s.PressTimes(c, 1) }

// PressHome clicks a button of a person's App Home through Socket Mode, the first whose
// value is this.
func (s *Server) PressHome(user, action, value string) error {
	s.mu.Lock()
	homes := s.homes[user]
	s.mu.Unlock()
	view, err := lastView(homes)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(view["blocks"])
	if err != nil {
		return err
	}
	var blocks []block
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return err
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if b.Type == "actions" && e.ActionID == action && e.Value == value {
				return s.pressIn(user, view, "V0HOME", map[string]any{"action_id": e.ActionID, "block_id": b.BlockID, "type": e.Type, "value": e.Value})
			}
		}
	}
	return ErrNoButton
}

// PressView clicks a button of the window that was opened last, with what stands in its
// inputs by block and action, through Socket Mode.
func (s *Server) PressView(user, action, value string, values map[string]map[string]any) error {
	s.mu.Lock()
	views := s.views
	s.mu.Unlock()
	view, err := lastView(views)
	if err != nil {
		return err
	}
	view["id"], view["state"] = viewID, map[string]any{"values": values}
	return s.pressIn(user, view, viewID, map[string]any{"action_id": action, "block_id": "save " + value, "type": "button", "value": value})
}

// lastView reads the view that was shown last.
func lastView(views []json.RawMessage) (view map[string]any, err error) {
	if len(views) == 0 {
		return nil, errors.New("fakeslack: no window or home is open")
	}
	if err := json.Unmarshal(views[len(views)-1], &view); err != nil {
		return nil, fmt.Errorf("fakeslack: view: %w", err)
	}
	return view, nil
}

// pressIn sends a click in a view.
func (s *Server) pressIn(user string, view map[string]any, id string, action map[string]any) error {
	_, err := s.envelopeOf("interactive", map[string]any{"type": "block_actions", "team": map[string]any{"id": Team}, "api_app_id": App,
		"user": map[string]any{"id": user, "username": user, "team_id": Team}, "container": map[string]any{"type": "view", "view_id": id}, "view": view,
		"trigger_id": "1.trigger", "actions": []any{action}})
	return err
}

// PressTimes delivers the same envelope several times, as Slack does when it is
// not sure.
func (s *Server) PressTimes(c Click, times int) (time.Duration, error) {
	payload, err := s.payload(c)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	s.envelope++
	id := fmt.Sprintf("envelope-%d", s.envelope)
	wait := make(chan Ack, times)
	s.acks[id] = wait
	s.mu.Unlock()
	began := time.Now()
	for range times {
		if err := s.deliver("interactive", id, payload); err != nil {
			return 0, err
		}
	}
	for range times {
		select {
		case ack := <-wait:
			err = nil
			if times == 1 {
				return ack.At.Sub(began), nil
			}
		case <-time.After(s.opt.Patience):
			return 0, ErrNotAcked
		}
	}
	return time.Since(began), err
}

// deliver sends an envelope to any one of the connections.
func (s *Server) deliver(kind, id string, payload any) error {
	open := s.open()
	if len(open) == 0 {
		return ErrNoSocket
	}
	c := open[int(time.Now().UnixNano())%len(open)]
	return c.send(context.Background(), map[string]any{"type": kind, "envelope_id": id, "accepts_response_payload": kind == "slash_commands", "payload": payload})
}

// PressHTTP clicks by a signed request to the address; it returns the status.
func (s *Server) PressHTTP(client *http.Client, address, secret string, c Click) (status int, took time.Duration, err error) {
	payload, err := s.payload(c)
	if err != nil {
		return 0, 0, err
	}
	raw, err := json.Marshal(payload)
	if err != nil {
		return 0, 0, err
	}
	status, _, took, err = signed(client, address, secret, "application/x-www-form-urlencoded", url.Values{"payload": {string(raw)}}.Encode())
	return status, took, err
}

// Sign sets Slack's signature headers for a body.
func Sign(h http.Header, secret, body string, at time.Time) {
	ts := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, "v0:"+ts+":"+body)
	h.Set("X-Slack-Request-Timestamp", ts)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
}
