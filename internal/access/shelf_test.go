package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// shelf is the database, as far as tokens need one.
type shelf struct {
	mu      sync.Mutex
	kept    map[string][]byte
	claimed map[string]bool
	broken  bool
	first   func() // called once, before a claim
}

func (s *shelf) SealedToken(_ context.Context, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept[id], nil
}

func (s *shelf) KeepToken(_ context.Context, id string, sealed []byte, _ time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return errors.New("disk full")
	}
	s.kept[id], s.claimed[id] = sealed, false
	return nil
}

func (s *shelf) Claim(_ context.Context, id string, _ time.Duration) (bool, error) {
	s.mu.Lock()
	first := s.first
	s.first = nil
	s.mu.Unlock()
	if first != nil {
		first()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := !s.claimed[id]
	s.claimed[id] = true
	return mine, nil
}

func newShelf() *shelf { return &shelf{kept: map[string][]byte{}, claimed: map[string]bool{}} }

// beside asks a giver without a network, so that time may be a bubble's.
type beside struct{ *giver }

func (b beside) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	asked, answer := httptest.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body)), httptest.NewRecorder()
	b.Config.Handler.ServeHTTP(answer, asked)
	if answer.Code != http.StatusOK {
		return nil, &fetch.StatusError{Status: answer.Code, Body: answer.Body.Bytes()}
	}
	return &fetch.Response{URL: r.URL, Status: answer.Code, Body: answer.Body.Bytes()}, nil
}

// replicaOf is one of several processes that share a refresh token.
func replicaOf(t *testing.T, g *giver, at *testkit.Clock, common *shelf) *Source {
	t.Helper()
	s, err := New(Options{Kind: OAuthRefresh, URL: g.URL, Client: "id", Secret: "s", Refresh: "refresh-0"}, beside{g}, at.Now, common)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRenewedBeforeTheClaim: another replica renews, and takes the new refresh token, between a look
// at the shelf and the claim.
func TestRenewedBeforeTheClaim(t *testing.T) {
	g := newGiver(t, func(_ string, form url.Values, _ *http.Request, _ []byte) (int, string) {
		if form.Get("refresh_token") != "refresh-0" {
			return 400, `{"error":"invalid_grant"}`
		}
		return 200, `{"access_token":"shared-1","refresh_token":"refresh-1","expires_in":3600}`
	})
	at, common := newClock(), newShelf()
	replica := func() *Source { return replicaOf(t, g, at, common) }
	one, other := replica(), replica()
	common.first = func() {
		if token, err := other.Token(t.Context()); err != nil || token != "shared-1" {
			t.Errorf("the other: %q %v", token, err)
		}
	}
	if token, err := one.Token(t.Context()); err != nil || token != "shared-1" || g.times() != 1 {
		t.Errorf("%q %v, asked %d times", token, err, g.times())
	}
	if mine, err := common.Claim(t.Context(), one.shelf.id, patience); err != nil || !mine {
		t.Errorf("the claim was left behind: %v %v", mine, err)
	}
}

// TestRefusedLate: of two replicas that hold one token one is told by the site that it ended and
// renews it; the other is told later, and must not put the old refresh token back.
func TestRefusedLate(t *testing.T) {
	n := 0
	g := newGiver(t, func(_ string, form url.Values, _ *http.Request, _ []byte) (int, string) {
		if form.Get("refresh_token") != fmt.Sprintf("refresh-%d", n) {
			return 400, `{"error":"invalid_grant"}`
		}
		n++
		return 200, fmt.Sprintf(`{"access_token":"shared-%d","refresh_token":"refresh-%d","expires_in":3600}`, n, n)
	})
	at, common := newClock(), newShelf()
	one, other := replicaOf(t, g, at, common), replicaOf(t, g, at, common)
	want := func(s *Source, token string, times int) {
		t.Helper()
		if got, err := s.Token(t.Context()); err != nil || got != token || g.times() != times {
			t.Fatalf("%q %v after %d requests, want %q after %d", got, err, g.times(), token, times)
		}
	}
	want(one, "shared-1", 1)
	want(other, "shared-1", 1)
	one.Refused("shared-1")
	want(one, "shared-2", 2)
	other.Refused("shared-1")
	want(other, "shared-2", 2)
	at.Add(time.Hour)
	want(other, "shared-3", 3)
	want(replicaOf(t, g, at, common), "shared-3", 3)
}

// TestFailedRenewalEndsTheClaim: after a renewal that failed the next one, here or elsewhere,
// does not wait for the end of the claim.
func TestFailedRenewalEndsTheClaim(t *testing.T) {
	status := 503
	g := newGiver(t, func(string, url.Values, *http.Request, []byte) (int, string) {
		return status, `{"access_token":"shared-1","expires_in":3600}`
	})
	at, common := newClock(), newShelf()
	one, other := replicaOf(t, g, at, common), replicaOf(t, g, at, common)
	if token, err := one.Token(t.Context()); err == nil {
		t.Fatalf("a token from a site that is down: %q", token)
	}
	status = 200
	for _, s := range []*Source{other, one} {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // one that waits looks again after a second
		defer cancel()
		if token, err := s.Token(ctx); err != nil || token != "shared-1" {
			t.Errorf("%q %v", token, err)
		}
	}
}

// TestShared: two replicas mint once between them, a third that comes later takes what is
// there, a changed refresh token is used by all, and the shelf holds nothing in clear.
func TestShared(t *testing.T) {
	n := 0
	g := newGiver(t, func(_ string, form url.Values, _ *http.Request, _ []byte) (int, string) {
		if want := fmt.Sprintf("refresh-%d", n); form.Get("refresh_token") != want {
			return 400, `{"error":"invalid_grant"}`
		}
		n++
		return 200, fmt.Sprintf(`{"access_token":"shared-%d","refresh_token":"refresh-%d","expires_in":3600}`, n, n)
	})
	at, common := newClock(), newShelf()
	replica := func() *Source { return replicaOf(t, g, at, common) }
	all := []*Source{replica(), replica(), replica()}
	synctest.Test(t, func(t *testing.T) { // who does not renew waits for a second
		for round := 1; round <= 3; round++ {
			var wait sync.WaitGroup
			for _, s := range all {
				wait.Go(func() {
					if token, err := s.Token(t.Context()); err != nil || token != fmt.Sprintf("shared-%d", round) {
						t.Errorf("round %d: %q %v", round, token, err)
					}
				})
			}
			wait.Wait()
			if g.times() != round {
				t.Fatalf("round %d: asked %d times", round, g.times())
			}
			at.Add(time.Hour)
		}
	})
	for id, sealed := range common.kept {
		if text := id + string(sealed); strings.Contains(text, "shared-") || strings.Contains(text, "refresh-") {
			t.Errorf("in clear: %q", text)
		}
	}
	for id := range common.kept {
		common.kept[id] = []byte("damaged")
	}
	late := replica()
	if _, err := late.Token(t.Context()); err == nil {
		t.Error("the first refresh token is used up: want the site's refusal")
	}
	common.broken = true
	n = 0
	common.claimed = map[string]bool{}
	if _, err := replica().Token(t.Context()); err == nil || !strings.Contains(err.Error(), "could not be kept") {
		t.Errorf("a changed refresh token was lost silently: %v", err)
	}
}
