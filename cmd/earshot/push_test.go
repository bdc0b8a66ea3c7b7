package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

const pushToken = "a-token-of-sixteen-or-more"

// pushRig is a rig with a push source whose senders find the daemon wherever it is.
type pushRig struct {
	*rig
	address atomic.Pointer[string]
}

func newPushRig(t *testing.T) *pushRig {
	r := &pushRig{rig: newRig(t, "")}
	r.write(strings.Replace(r.watchlist(), "fetch:", "  - {push: {token: \""+pushToken+"\", per_minute: 100000}, name: n8n, kind: review}\nfetch:", 1))
	return r
}

// run starts the binary and tells the senders where it listens.
func (r *pushRig) run() *process {
	p := r.start("")
	r.until(p, time.Minute, "the watchlist in use", func() bool { return strings.Contains(p.log.String(), "watchlist in use") })
	address := "http://" + webAddress.FindStringSubmatch(p.log.String())[1] + "/api/v1/posts"
	r.address.Store(&address)
	return p
}

// send hands a body in once.
func (r *pushRig) send(token, body string) (status int, answer string, err error) {
	req, err := http.NewRequest(http.MethodPost, *r.address.Load(), strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

func pushed(id int) string {
	text := fmt.Sprintf("Nothing of note happened on day %d.", id)
	if id%1000 == 7 {
		text = fmt.Sprintf("Romashka Bank charged me twice and refuses to refund. Zebra%dend", id)
	}
	line, err := json.Marshal(map[string]any{"id": id, "text": text, "author": fmt.Sprint("u", id)})
	if err != nil {
		panic(err) // plain strings
	}
	return string(line) + "\n"
}

// TestPush: a sender is answered in words, and what was accepted is alerted once however
// often it is sent.
func TestPush(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newPushRig(t)
	p := r.run()
	for _, test := range []struct {
		token, body, want string
		status            int
	}{
		{"wrong", pushed(7), "no push source has this token", 401},
		{pushToken, pushed(7) + `{"id":"x"}`, `"error":"text is missing","line":2`, 422},
		{pushToken, strings.Repeat(pushed(1), 1001), "more than 1000 posts", 413},
		{pushToken, `{"id":1,"text":"` + strings.Repeat("x", 10<<20) + `"}`, "more than 10 MiB", 413},
		{pushToken, pushed(7), `"accepted":1,"new":1,"edited":0,"known":0`, 200},
		{pushToken, pushed(7), `"accepted":1,"new":0,"edited":0,"known":1`, 200},
		{pushToken, "", `"accepted":0`, 200},
	} {
		status, answer, err := r.send(test.token, test.body)
		if err != nil || status != test.status || !strings.Contains(answer, test.want) {
			t.Errorf("%.40q: %d %s, %v; want %d %s", test.body, status, answer, err, test.status, test.want)
		}
	}
	r.until(p, time.Minute, "the alert", func() bool { return r.count("Zebra7end") == 1 })
	r.once(p, "Zebra7end")
	if strings.Contains(p.log.String(), pushToken) {
		t.Error("the token stands in the log")
	}
	p.stop()
}

// TestPushLoad: eight senders hand in 10,000 posts and send again what was not answered,
// while earshot is killed three times: every post is stored once and every complaint
// alerted once.
func TestPushLoad(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	const posts, senders, batch = 10_000, 8, 50
	r := newPushRig(t)
	p := r.run()
	began := time.Now()
	var accepted, again atomic.Int64
	var wait sync.WaitGroup
	for s := range senders {
		wait.Go(func() {
			for from := s * batch; from < posts; from += senders * batch {
				var body strings.Builder
				for id := from; id < from+batch; id++ {
					body.WriteString(pushed(id))
				}
				for {
					status, answer, err := r.send(pushToken, body.String())
					if err == nil && status == http.StatusOK {
						accepted.Add(batch)
						break
					}
					if err == nil && status != http.StatusServiceUnavailable && status != http.StatusTooManyRequests {
						t.Errorf("%d %s", status, answer)
						return
					}
					again.Add(1)
					time.Sleep(100 * time.Millisecond)
				}
			}
		})
	}
	for _, at := range []int64{2000, 5000, 8000} {
		for accepted.Load() < at {
			time.Sleep(time.Millisecond)
		}
		p.kill()
		p = r.run()
	}
	wait.Wait()
	t.Logf("10,000 posts in %s, %d requests sent again", time.Since(began).Round(time.Millisecond), again.Load())
	words := make([]string, 0, posts/1000)
	for id := 7; id < posts; id += 1000 {
		words = append(words, fmt.Sprintf("Zebra%dend", id))
	}
	r.until(p, time.Minute, "every complaint", func() bool {
		for _, w := range words {
			if r.count(w) == 0 {
				return false
			}
		}
		return true
	})
	time.Sleep(2 * time.Second)
	r.once(p, words...)
	p.stop()
	db, err := store.Open(context.Background(), store.Options{Database: "sqlite:" + filepath.Join(r.dir, "e.db"), ReadOnly: true, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	stored := map[string]int{}
	if err := db.Posts(context.Background(), time.Time{}, func(post mention.Post) error {
		if post.Source == "n8n" {
			stored[post.ID]++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(stored) != posts {
		t.Errorf("%d posts are stored, want %d", len(stored), posts)
	}
	for id, n := range stored {
		if n != 1 {
			t.Errorf("post %s is stored %d times", id, n)
		}
	}
}
