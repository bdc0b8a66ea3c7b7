package websub

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestHubsAreWithstood sends every pattern to a callback: as its query, its signature and its body.
// Nobody without the secret pokes, and the body is not answered.
func TestHubsAreWithstood(t *testing.T) {
	h := &hub{}
	s := h.subscriber()
	s.Offer("news", "https://hub.example/", topic)
	sub, _, err := s.takeRequest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id := sub.ID
	testkit.Withstand(t, func(t *testing.T, body string) (out int) {
		for _, r := range []*http.Request{
			{Method: http.MethodGet, URL: &url.URL{Path: Path + id, RawQuery: body}, Header: http.Header{}, Body: http.NoBody},
			{Method: http.MethodGet, URL: &url.URL{Path: Path + id, RawQuery: url.Values{"hub.mode": {"subscribe"}, "hub.topic": {body}, "hub.challenge": {body}, "hub.lease_seconds": {body}}.Encode()}, Header: http.Header{}, Body: http.NoBody},
			{Method: http.MethodPost, URL: &url.URL{Path: Path + body}, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))},
			{Method: http.MethodPost, URL: &url.URL{Path: Path + id}, Header: http.Header{"X-Hub-Signature": {"sha256=" + body}}, Body: io.NopCloser(strings.NewReader(body))},
		} {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			out += w.Body.Len()
		}
		if names, _ := s.pinged(); len(names) > 0 {
			t.Error("poked without the secret")
		}
		return out
	})
}
