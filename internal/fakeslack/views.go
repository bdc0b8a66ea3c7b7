package fakeslack

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// viewID is the id of every window: a person has one open.
const viewID = "V0000FAKE"

// Submitted is what the app makes of a window that somebody sends.
type Submitted struct {
	Action string            `json:"response_action"` // empty: the window closes
	Errors map[string]string `json:"errors"`          // by block
	View   json.RawMessage   `json:"view"`
}

// Submit sends the window that was opened or changed last, with what was chosen in it by block
// and action as Slack sends it, through Socket Mode.
func (s *Server) Submit(user string, values map[string]map[string]any) error {
	s.mu.Lock()
	views := s.views
	s.mu.Unlock()
	if len(views) == 0 {
		return errors.New("fakeslack: no window is open")
	}
	_, err := s.SubmitView(views[len(views)-1], user, values)
	return err
}

// SubmitView is Submit for the window as this person sees it, where several are open.
func (s *Server) SubmitView(raw json.RawMessage, user string, values map[string]map[string]any) (Submitted, error) {
	payload, err := s.submission(raw, user, values)
	if err != nil {
		return Submitted{}, err
	}
	_, answer, err := s.answeredEnvelope("interactive", payload)
	if err != nil {
		return Submitted{}, err
	}
	return s.submitted(raw, answer)
}

// SubmitHTTP is SubmitView by a signed request to the address.
func (s *Server) SubmitHTTP(client *http.Client, address, secret string, raw json.RawMessage, user string, values map[string]map[string]any) (Submitted, error) {
	payload, err := s.submission(raw, user, values)
	if err != nil {
		return Submitted{}, err
	}
	in, err := json.Marshal(payload)
	if err != nil {
		return Submitted{}, err
	}
	status, answer, _, err := signed(client, address, secret, "application/x-www-form-urlencoded", url.Values{"payload": {string(in)}}.Encode())
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("fakeslack: status %d", status)
	}
	if err != nil {
		return Submitted{}, err
	}
	return s.submitted(raw, json.RawMessage(answer))
}

// submission is the view_submission payload.
func (s *Server) submission(raw json.RawMessage, user string, values map[string]map[string]any) (map[string]any, error) {
	s.mu.Lock()
	handle := user
	for _, p := range s.people {
		if p.ID == user {
			handle = p.Handle
		}
	}
	s.mu.Unlock()
	view, err := lastView([]json.RawMessage{raw})
	if err != nil {
		return nil, err
	}
	if view["submit"] == nil {
		return nil, errors.New("fakeslack: the window has nothing to send")
	}
	view["id"], view["state"] = viewID, map[string]any{"values": values}
	return map[string]any{
		"type": "view_submission", "team": map[string]any{"id": Team, "domain": "fake"}, "api_app_id": App,
		"user": map[string]any{"id": user, "username": handle, "name": handle, "team_id": Team}, "view": view, "response_urls": []any{},
	}, nil
}

// submitted reads the answer to a submission as Slack does: a view it would take, and errors
// at inputs that the window has.
func (s *Server) submitted(raw, answer json.RawMessage) (out Submitted, err error) {
	if len(answer) == 0 {
		return out, nil
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return out, fmt.Errorf("fakeslack: answer to a submission: %w", err)
	}
	switch out.Action {
	case "errors":
		var view struct{ Blocks []block }
		if err := json.Unmarshal(raw, &view); err != nil {
			return out, err
		}
		inputs := map[string]bool{}
		for _, b := range view.Blocks {
			inputs[b.BlockID] = b.Type == "input"
		}
		for at, words := range out.Errors {
			if !inputs[at] || words == "" {
				return out, fmt.Errorf("fakeslack: no input %q to say %q at", at, words)
			}
		}
	case "update":
		if errs := CheckView(out.View); len(errs) > 0 {
			return out, fmt.Errorf("fakeslack: view: %q", errs)
		}
		s.mu.Lock()
		s.views = append(s.views, out.View)
		s.mu.Unlock()
	default:
		return out, fmt.Errorf("fakeslack: response_action %q", out.Action)
	}
	return out, nil
}

// updateView is views.update.
func (s *Server) updateView(args url.Values) reply {
	view := json.RawMessage(args.Get("view"))
	if args.Get("view_id") != viewID {
		return fail("not_found")
	}
	if errs := CheckView(view); len(errs) > 0 {
		return fail("invalid_arguments", errs...)
	}
	s.views = append(s.views, view)
	return ok(map[string]any{"view": view})
}
