package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestCrashDoor kills the process around the message of a door: a door has no history, so
// what was in doubt is told again and says that it may be a repeat; all else is told once.
// The small forms of this drill are TestSender, for what becomes of a message in doubt without a
// history, and TestWords of alerts/door, for what it says.
func TestCrashDoor(t *testing.T) {
	if testing.Short() || os.Getenv("EARSHOT_DRILL") != "full" {
		t.Skip("EARSHOT_DRILL=full runs the binary and kills it")
	}
	t.Parallel()
	for _, step := range []string{"committed", "posting-marked", "message-posted", "posted-marked"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			crashDoor(t, step)
		})
	}
}

func crashDoor(t *testing.T, step string) {
	var mu sync.Mutex
	var told []string
	chat := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var said struct{ Text string }
		_ = json.Unmarshal(body, &said)
		mu.Lock()
		defer mu.Unlock()
		told = append(told, said.Text)
	}))
	defer chat.Close()
	texts := func(word string) (found []string) {
		mu.Lock()
		defer mu.Unlock()
		for _, text := range told {
			if strings.Contains(text, word) {
				found = append(found, text)
			}
		}
		return found
	}
	r := newRig(t, "")
	r.write(strings.Replace(r.watchlist(), `routes: [{to: "#mentions"}]`,
		`routes: [{to: "shoutrrr:mattermost://bot@`+chat.Listener.Addr().String()+`/tokentokentokentokentoken?disabletls=yes"}]`, 1))
	r.baseline()
	posts, words := crashComplaints()
	for _, p := range posts {
		r.town.Publish(p)
	}
	r.start(step).killed(time.Minute)
	p := r.start("")
	r.until(p, 90*time.Second, "every complaint told", func() bool {
		for _, w := range words {
			if len(texts(w)) == 0 {
				return false
			}
		}
		return true
	})
	if step != "committed" {
		time.Sleep(settleTime(step, nil))
	}
	repeats := 0
	for _, w := range words {
		got := texts(w)
		for i, text := range got {
			marked := strings.Contains(text, "may be a repeat")
			if marked {
				repeats++
			}
			if i > 0 && !marked || len(got) > 2 {
				t.Errorf("%s was told %d times: %q", w, len(got), got)
			}
		}
	}
	if wantRepeat := step == "message-posted" || step == "posting-marked"; wantRepeat != (repeats > 0) {
		t.Errorf("%d messages say that they may be a repeat", repeats)
	}
	p.stop()
	if log := p.log.String(); strings.Contains(log, "tokentoken") {
		t.Errorf("the token is in the log:\n%s", log)
	}
}
