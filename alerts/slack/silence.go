package slack

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/internal/fetch"
)

// noRetryAfter is the silence after a 429 that does not say how long.
const noRetryAfter = 30 * time.Second

// longestRetryAfter bounds the silence that a 429 asks for: Slack asks for seconds, and what
// stands before it may ask for a day, in which nobody's press would be heard.
const longestRetryAfter = time.Hour

// wholeSeconds writes the silence of a 429 as Slack does and the library reads it; what stands before Slack may write
// it as the standard of the web lets it, or as nobody can read it.
func wholeSeconds(resp *http.Response) {
	switch after, ok := askedFor(resp); {
	case ok:
		resp.Header.Set("Retry-After", strconv.Itoa(int(after/time.Second)))
	case resp.StatusCode == http.StatusTooManyRequests:
		resp.Header.Del("Retry-After")
	}
}

// askedFor is the silence that a 429 asks for, in whole seconds; ok is false where it does not say.
func askedFor(resp *http.Response) (after time.Duration, ok bool) {
	if resp.StatusCode != http.StatusTooManyRequests {
		return 0, false
	}
	after, ok = fetch.RetryAfter(resp.Header, time.Now())
	return time.Duration(math.Ceil(after.Seconds())) * time.Second, ok
}

// silence is how long a 429 that asks for so much is obeyed.
func silence(after time.Duration) time.Duration {
	return min(max(after, time.Second), longestRetryAfter)
}

// silences are the methods that Slack asked not to call for a while. All calls pass by them, whatever they are for:
// what one was told holds for the next. They are safe for concurrent use; their zero value is ready.
type silences struct {
	mu    sync.Mutex
	until map[string]time.Time // by method
}

// left is how long a method is still to be left alone.
func (s *silences) left(method string) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Until(s.until[method])
}

// keep takes what an answer asks for.
func (s *silences) keep(method string, resp *http.Response) {
	after, ok := askedFor(resp)
	if !ok {
		after = noRetryAfter
	}
	until := time.Now().Add(silence(after))
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil {
		s.until = map[string]time.Time{}
	}
	if until.After(s.until[method]) {
		s.until[method] = until
	}
}

// patient calls do again for as long as Slack asks for silence.
func patient(ctx context.Context, do func() error) error {
	for {
		err := do()
		var limited *api.RateLimitedError
		if !errors.As(err, &limited) {
			return err
		}
		if !sleep(ctx, silence(limited.RetryAfter)) {
			return ctx.Err()
		}
	}
}

// shortSilence is how much of one is waited for with a person's press in hand, whose window must open within three
// seconds of it.
const shortSilence = time.Second

// briefly calls do once more where Slack asks for no longer silence than most; how long it asks for where it is
// longer is in the error.
func briefly(ctx context.Context, most time.Duration, do func() error) error {
	err := do()
	var limited *api.RateLimitedError
	if errors.As(err, &limited) && limited.RetryAfter <= most && sleep(ctx, limited.RetryAfter) {
		return do()
	}
	return err
}
