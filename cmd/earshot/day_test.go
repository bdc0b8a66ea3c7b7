package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
)

// message returns the message of its own that holds the text.
func (r *rig) message(text string) fakeslack.Message {
	r.t.Helper()
	for _, m := range r.slack.Messages("#mentions") {
		if m.ThreadTS == "" && (strings.Contains(m.Text, text) || strings.Contains(string(m.Blocks), text)) {
			return m
		}
	}
	r.t.Fatalf("no message of its own holds %q\n%s", text, r.texts())
	return fakeslack.Message{}
}

func (m shownMessage) has(text string) bool {
	return strings.Contains(m.Text, text) || strings.Contains(string(m.Blocks), text)
}

type shownMessage struct{ fakeslack.Message }

// TestOneDay follows complaints through a day of the real binary: claimed by one
// of two people, answered on the site, edited, told again elsewhere, restarted.
func TestOneDay(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	r.baseline()
	p := r.start("")
	r.town.Publish(demosites.Post{Place: "forum", Author: "maria", Text: "Third week and Romashka Bank has not returned my money, support ignores me. Aardvark."})
	r.until(p, time.Minute, "the alert", func() bool { return r.count("Aardvark") == 1 })

	// Two people press Claim: one has it, the other is told who.
	m := r.message("Aardvark")
	r.until(p, time.Minute, "Slack's socket", func() bool { return r.slack.Connections() > 0 })
	if _, err := r.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: "U0000IRA"}); err != nil {
		t.Fatalf("claim: %v\n%s", err, p.log)
	}
	if _, err := r.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: "U000OLEH", Value: claimValue(t, m)}); err != nil {
		t.Fatalf("second claim: %v\n%s", err, p.log)
	}
	r.until(p, time.Minute, "the owner in the message", func() bool { return shownMessage{r.message("Aardvark")}.has("Ira") })
	r.until(p, time.Minute, "the loser told who has it", func() bool {
		for _, e := range r.slack.Ephemerals() {
			if e.User == "U000OLEH" && strings.Contains(e.Text, "Ira") {
				return true
			}
		}
		return false
	})

	// Our own author answers in the thread on the site.
	r.town.Publish(demosites.Post{Place: "forum", Author: "Romashka Support", Text: "Dear Maria, we are sorry. The money is on its way."})
	r.until(p, time.Minute, "the answer in the message", func() bool {
		return shownMessage{r.message("Aardvark")}.has("answered publicly")
	})

	// Praise that is edited into a complaint is alerted; an edited complaint is not told twice.
	r.town.Publish(demosites.Post{Place: "forum", Author: "tom", Text: "Romashka Bank is great, thank you so much. Bumblebee."})
	time.Sleep(3 * time.Second)
	if n := r.count("Bumblebee"); n != 0 {
		t.Fatalf("praise was alerted\n%s", r.texts())
	}
	r.town.Rewrite("Bumblebee", "Romashka Bank charged me twice and refuses to refund, awful. Bumblebee.")
	r.until(p, time.Minute, "the edited praise", func() bool { return r.count("Bumblebee") == 1 })
	r.town.Rewrite("Bumblebee", "Romashka Bank charged me twice and refuses to refund, awful liars. Now they blocked my card too. Bumblebee.")
	r.until(p, time.Minute, "the edit in the message", func() bool { return shownMessage{r.message("Bumblebee")}.has("blocked my card too") })

	// The same words on another site go under the first alert.
	r.town.Publish(demosites.Post{Place: "reviews", Author: "tom", Stars: 1, Title: "Aw", Text: "Third week and Romashka Bank has not returned my money, support ignores me. Aardvark."})
	r.until(p, time.Minute, "the twin", func() bool {
		for _, m := range r.slack.Messages("#mentions") {
			if m.ThreadTS != "" && (shownMessage{m}).has("reviews/romashka-bank") {
				return true
			}
		}
		return shownMessage{r.message("Aardvark")}.has("reviews")
	})

	roots := 0
	for _, m := range r.slack.Messages("#mentions") {
		if m.ThreadTS == "" {
			roots++
		}
	}
	if roots != 2 {
		t.Errorf("%d messages of their own, want 2\n%s", roots, r.texts())
	}
	p.stop()
	before := len(r.slack.Messages("#mentions"))
	p = r.start("")
	r.until(p, time.Minute, "the start", func() bool { return strings.Contains(p.log.String(), "watchlist in use") })
	time.Sleep(3 * time.Second)
	if after := len(r.slack.Messages("#mentions")); after != before {
		t.Errorf("a restart posted %d more messages\n%s", after-before, r.texts())
	}
	p.stop()
	if v := r.slack.Violations(); len(v) > 0 {
		t.Errorf("Slack's rules were broken: %v", v)
	}
}

// claimValue is the value of the message's Claim button.
func claimValue(t *testing.T, m fakeslack.Message) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(m.Blocks), `"action_id":"claim"`)
	if !ok {
		t.Fatalf("no claim button in %s", m.Blocks)
	}
	_, rest, ok = strings.Cut(rest, `"value":"`)
	if !ok {
		t.Fatalf("no value in %s", m.Blocks)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// TestReportAndReplay reads the database beside the daemon: who waits, and what
// another watchlist would have made of the same posts.
func TestReportAndReplay(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	r.baseline()
	p := r.start("")
	r.town.Publish(demosites.Post{Place: "forum", Author: "maria", Text: "Romashka Bank charged me twice and refuses to refund. Kangaroo."})
	r.until(p, time.Minute, "the alert", func() bool { return r.count("Kangaroo") == 1 })
	for form, want := range map[string]string{"": "nobody has it", "--json": `"heard":1`, "--csv": "all,all,1,0", "--md": "| complaints heard | 1 |"} {
		args := []string{"report", "-c", r.path(), "--since", "1h"}
		if form != "" {
			args = append(args, form)
		}
		out, err := exec.Command(binary(t), args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) {
			t.Errorf("report %s: %v, want %q in\n%s", form, err, want, out)
		}
	}
	p.stop()

	// What another watchlist would have made of the same posts.
	other := filepath.Join(r.dir, "other.yaml")
	if err := os.WriteFile(other, []byte(strings.Replace(r.watchlist(), `terms: ["Romashka Bank", "Ромашка Банк"]`, `terms: ["Добрый день"]`, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(binary(t), "match", "-c", other, "--against", filepath.Join(r.dir, "e.db")).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Romashka Bank: 1 caught, 4 lost, 0 as before") || !strings.Contains(string(out), "Kangaroo") {
		t.Errorf("match --against: %v, want 1 caught and 4 lost with samples in\n%s", err, out)
	}
}
