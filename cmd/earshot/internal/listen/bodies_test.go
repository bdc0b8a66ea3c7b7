package listen

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// TestLargeBodiesAreFewAtOnce: who sends many large requests and ends none of them makes earshot hold
// few of them, small ones are answered meanwhile, and whoever waited in vain is asked to come again.
func TestLargeBodiesAreFewAtOnce(t *testing.T) {
	const many, size = 40, 1 << 20
	for path, most := range map[string]int{push.Path: largeAtOnce, interactionsPath: largeOfSlack} {
		synctest.Test(t, func(t *testing.T) {
			token := "tokentokentokentoken"
			env := crawlers.Env{Now: time.Now, Source: "n8n", DefaultKind: mention.Social}.WithDefaults()
			doors := &PushDoors{Log: slog.New(slog.DiscardHandler), Receive: func(_ context.Context, _ monitor.Source, posts []mention.Post) (mention.IngestResult, error) {
				return mention.IngestResult{New: len(posts)}, nil
			}}
			doors.Use([]monitor.Source{{Name: "n8n", Crawler: &push.Door{Env: env, Options: push.Options{Token: config.NewSecret(token, ""), PerMinute: 600}}}})
			w := listening(config.Web{Listen: "127.0.0.1:0"})
			w.Pushed = doors
			w.Interactions = func(_ http.ResponseWriter, r *http.Request) { _, _ = io.ReadAll(r.Body) }
			routes := w.Routes()
			ask := func(body io.Reader) int {
				r := httptest.NewRequest(http.MethodPost, path, body)
				r.Header.Set("Authorization", "Bearer "+token)
				rw := httptest.NewRecorder()
				routes.ServeHTTP(rw, r)
				return rw.Code
			}
			var mu sync.Mutex
			codes, held := map[int]int{}, 0
			end := make(chan struct{})
			for range many {
				go func() {
					code := ask(&stalled{size: size, end: end, read: func(n int) { mu.Lock(); held += n; mu.Unlock() }})
					mu.Lock()
					defer mu.Unlock()
					codes[code]++
				}()
			}
			synctest.Wait()
			if bound := many*smallBody + most*size; held > bound {
				t.Errorf("%s: %d bytes are held, more than %d", path, held, bound)
			}
			if code := ask(strings.NewReader(`{"id":"small","text":"x"}`)); code != http.StatusOK {
				t.Errorf("%s: a small one: %d", path, code)
			}
			time.Sleep(bodyTimeout + time.Second)
			synctest.Wait()
			if path == push.Path && codes[http.StatusTooManyRequests] != many-most {
				t.Errorf("who waited in vain: %v", codes)
			}
			close(end)
			synctest.Wait()
			if code := ask(strings.NewReader(`{"id":"large","text":"` + strings.Repeat("x", size) + `"}`)); code != http.StatusOK {
				t.Errorf("%s: a large one afterwards: %d", path, code)
			}
		})
	}
}

// stalled is a body of which the last byte never comes.
type stalled struct {
	size int
	end  chan struct{}
	read func(int)
}

func (s *stalled) Read(p []byte) (int, error) {
	if s.size == 0 {
		<-s.end
		return 0, io.ErrUnexpectedEOF
	}
	n := min(len(p), s.size)
	for i := range p[:n] {
		p[i] = ' '
	}
	s.size -= n
	s.read(n)
	return n, nil
}
