package fakeslack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack/slackutilsx"
)

// Ask is a slash command somebody types.
type Ask struct {
	Text    string
	User    string // id; empty means the first person
	Channel string // id
	App     string // of another app; empty means ours
	Team    string // of another workspace; empty means ours
	NoURL   bool   // without a response_url
}

// fields are the fields of a command as Slack sends them: the text as all text is, escaped.
func (s *Server) fields(a Ask) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	who := s.person(a.User)
	name := "directmessage"
	if c, ok := s.byID(a.Channel); ok && c.Private {
		name = "privategroup"
	} else if ok {
		name = c.Name
	}
	s.envelope++
	out := map[string]string{
		"token": "legacy", "team_id": cmp.Or(a.Team, Team), "team_domain": "fake", "channel_id": a.Channel, "channel_name": name, "user_id": who.ID, "user_name": who.Handle,
		"command": "/earshot", "text": slackutilsx.EscapeMessage(a.Text), "api_app_id": cmp.Or(a.App, App), "is_enterprise_install": "false",
		"response_url": s.Root() + "/response/" + a.Channel + "/" + who.ID, "trigger_id": fmt.Sprintf("%d.trigger", s.envelope),
	}
	if a.NoURL {
		delete(out, "response_url")
	}
	return out
}

// Ask types a command through Socket Mode and waits for the acknowledgement; it returns how
// long that took.
func (s *Server) Ask(a Ask) (time.Duration, error) {
	return s.envelopeOf("slash_commands", s.fields(a))
}

// AskTwice types a command once, whose envelope comes twice, as it does when Slack did not see the
// acknowledgement. It waits for one.
func (s *Server) AskTwice(a Ask) error {
	fields := s.fields(a)
	s.mu.Lock()
	id := fmt.Sprintf("envelope-%d", s.envelope+1)
	s.mu.Unlock()
	if _, err := s.envelopeOf("slash_commands", fields); err != nil {
		return err
	}
	return s.deliver("slash_commands", id, fields)
}

// envelopeOf sends an envelope and waits for its acknowledgement.
func (s *Server) envelopeOf(kind string, payload any) (time.Duration, error) {
	took, _, err := s.answeredEnvelope(kind, payload)
	return took, err
}

// answeredEnvelope is envelopeOf with what stands in the acknowledgement.
func (s *Server) answeredEnvelope(kind string, payload any) (time.Duration, json.RawMessage, error) {
	s.mu.Lock()
	s.envelope++
	id := fmt.Sprintf("envelope-%d", s.envelope)
	wait := make(chan Ack, 1)
	s.acks[id] = wait
	s.mu.Unlock()
	began := time.Now()
	if err := s.deliver(kind, id, payload); err != nil {
		return 0, nil, err
	}
	select {
	case ack := <-wait:
		return ack.At.Sub(began), ack.Payload, nil
	case <-time.After(s.opt.Patience):
		return 0, nil, ErrNotAcked
	}
}

// AskHTTP types a command by a signed request to the address; it returns the status.
func (s *Server) AskHTTP(client *http.Client, address, secret string, a Ask) (status int, took time.Duration, err error) {
	form := url.Values{}
	for k, v := range s.fields(a) {
		form.Set(k, v)
	}
	status, _, took, err = signed(client, address, secret, "application/x-www-form-urlencoded", form.Encode())
	return status, took, err
}

// signed sends a signed request.
func signed(client *http.Client, address, secret, kind, body string) (status int, answer string, took time.Duration, err error) {
	req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return 0, "", 0, err
	}
	Sign(req.Header, secret, body, time.Now())
	req.Header.Set("Content-Type", kind)
	began := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", 0, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(raw), time.Since(began), err
}

// Event sends an event of the Events API through Socket Mode and waits for the
// acknowledgement.
func (s *Server) Event(event map[string]any) error {
	_, err := s.envelopeOf("events_api", eventBody(event))
	return err
}

// EventHTTP sends an event by a signed request; it returns the status and the answer.
func (s *Server) EventHTTP(client *http.Client, address, secret string, event map[string]any) (status int, answer string, err error) {
	body := eventBody(event)
	if event["type"] == "url_verification" {
		body = event
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return 0, "", err
	}
	status, answer, _, err = signed(client, address, secret, "application/json", string(raw))
	return status, answer, err
}

// eventBody is the envelope of the Events API; what event says of team_id and api_app_id
// is taken for the workspace and the app it is from.
func eventBody(event map[string]any) map[string]any {
	of := func(key, ours string) string {
		said, _ := event[key].(string)
		return cmp.Or(said, ours)
	}
	return map[string]any{"token": "legacy", "team_id": of("team_id", Team), "api_app_id": of("api_app_id", App), "type": "event_callback",
		"event_id": fmt.Sprintf("Ev%d", time.Now().UnixNano()), "event_time": time.Now().Unix(), "event": event}
}
