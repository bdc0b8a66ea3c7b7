package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// counterpart is something that claims to be Slack.
type counterpart struct {
	url, token, route string
}

// TestContract asks the same of our fake and of npm's emulate, which others wrote
// from Slack's documentation: that the fake did not inherit our misreadings.
func TestContract(t *testing.T) {
	for name, start := range map[string]func(*testing.T) counterpart{"fake": startFake, "emulate": startEmulate} {
		t.Run(name, func(t *testing.T) {
			c := start(t)
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			n := slack.New(slack.Options{BotToken: c.token, APIURL: c.url, HTTP: client, Log: slog.New(slog.DiscardHandler), Now: time.Now})
			contract(t, n, c)
		})
	}
}

func startFake(t *testing.T) counterpart {
	s, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return counterpart{s.URL(), fakeslack.BotToken, "#mentions"}
}

// startEmulate installs emulate through npm once and starts it.
func startEmulate(t *testing.T) counterpart {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		testkit.Require(t, "emulate", "node is not installed")
	}
	dir := filepath.Join(os.TempDir(), "earshot-emulate-0.11.2")
	entry := filepath.Join(dir, "node_modules", "emulate", "dist", "index.js")
	if _, err := os.Stat(entry); err != nil {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		install := exec.CommandContext(ctx, "npm", "install", "--no-audit", "--no-fund", "emulate@0.11.2")
		install.Dir = dir
		if out, err := install.CombinedOutput(); err != nil {
			testkit.Require(t, "emulate", fmt.Sprintf("npm cannot install it: %v: %s", err, out))
		}
	}
	port := testkit.FreePort(t)
	cmd := exec.Command(node, entry, "start", "--service", "slack", "--port", fmt.Sprint(port))
	cmd.Dir = t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	url := fmt.Sprintf("http://localhost:%d/api/", port)
	eventually(t, "emulate answers", func() bool {
		conn, err := net.Dial("tcp", fmt.Sprintf("localhost:%d", port))
		if err == nil {
			conn.Close()
		}
		return err == nil
	})
	return counterpart{url, "test_token_admin", "#general"}
}

func contract(t *testing.T, n *slack.Notifier, c counterpart) {
	ctx := t.Context()
	if err := n.Check(ctx); err != nil {
		t.Fatalf("check: %v", err)
	}
	since := time.Now().Add(-time.Minute)
	m := alerts.Message{Mention: complaint("1", refund), Case: mention.Case{Status: mention.Open, Version: 1}, Now: time.Now()}
	m.Alert = mention.Alert{ID: "first", Kind: mention.Complaint, MentionID: "m1", Route: c.route, Severity: mention.High, Attempts: 1}
	m.Mention.ID = "m1"
	at, err := n.Post(ctx, m)
	if err != nil || at.TS == "" || !strings.HasPrefix(at.Channel, "C") {
		t.Fatalf("post: %+v %v", at, err)
	}
	reply := m
	reply.Alert = mention.Alert{ID: "reply", Kind: mention.Duplicate, MentionID: "m1", ThreadOf: "first", Route: c.route, Severity: mention.High, Attempts: 1}
	reply.Thread = at
	under, err := n.Post(ctx, reply)
	if err != nil {
		t.Fatalf("reply: %v", err)
	}
	fresh := slack.New(slack.Options{BotToken: c.token, APIURL: c.url, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	found, err := fresh.Find(ctx, alerts.Search{Route: c.route, Since: since, Until: time.Now(), Alerts: []mention.AlertID{"first", "other"}})
	if err != nil || len(found) != 1 || found["first"] != at {
		t.Errorf("found %+v (%v), want %+v: a process that never posted must find it by the channel's name", found, err, at)
	}
	// A first message that needed no telling has a channel's name for its place, and no thread.
	found, err = fresh.Find(ctx, alerts.Search{Route: c.route, Thread: alerts.Place{Channel: c.route}, Since: since, Alerts: []mention.AlertID{"first"}})
	if err != nil || found["first"] != at {
		t.Errorf("found %+v beside no first message (%v), want %+v", found, err, at)
	}
	found, err = fresh.Find(ctx, alerts.Search{Route: c.route, Thread: at, Since: since, Alerts: []mention.AlertID{"reply"}})
	if err != nil || found["reply"] != under {
		t.Errorf("found %+v in the thread (%v), want %+v", found, err, under)
	}
	m.Alert.Channel, m.Alert.TS = at.Channel, at.TS
	m.Case = mention.Case{Status: mention.Claimed, Version: 2, Owner: mention.Person{Name: "Ira"}, ClaimedAt: time.Now(), OpenedAt: time.Now()}
	if err := n.Update(ctx, m); err != nil {
		t.Fatalf("redraw: %v", err)
	}
	now := read(t, c, at)
	if !shows(now, "Ira has it") || now.AlertID() != "first" {
		t.Errorf("after the redraw: %s, alert_id %q", now.Blocks, now.AlertID())
	}
	m.Alert.Channel = "C0NOTHERE"
	m.Alert.Route = "C0NOTHERE"
	if _, err := n.Post(ctx, m); err == nil || !strings.Contains(err.Error(), "there is no C0NOTHERE") {
		t.Errorf("post to a channel that is not there: %v", err)
	}
}

// read returns a message as the history shows it.
func read(t *testing.T, c counterpart, at alerts.Place) fakeslack.Message {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+"conversations.history", strings.NewReader("include_all_metadata=1&channel="+at.Channel))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var history struct {
		Messages []fakeslack.Message `json:"messages"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&history); err != nil {
		t.Fatal(err)
	}
	for _, m := range history.Messages {
		if m.TS == at.TS {
			return m
		}
	}
	t.Fatalf("no message %s", at.TS)
	return fakeslack.Message{}
}
