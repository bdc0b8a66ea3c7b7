package fetch

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestNeverSent: what fails before there is a connection was surely not taken; what fails later may have been.
func TestNeverSent(t *testing.T) {
	var took atomic.Int32
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		took.Add(1)
		c, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			c.Close()
		}
	})
	plain, secure := httptest.NewServer(handler), httptest.NewUnstartedServer(handler)
	defer plain.Close()
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	own := &http.Transport{DisableKeepAlives: true}
	for address, want := range map[string]bool{
		"http://" + gone.Addr().String(): true,
		secure.URL:                       true,
		strings.Replace(plain.URL, "http://", "https://", 1): true,
		plain.URL: false,
	} {
		for name, ask := range map[string]func(*http.Request) (*http.Response, error){"client": (&http.Client{Transport: own}).Do, "transport": own.RoundTrip} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := ask(r)
			if err == nil {
				resp.Body.Close()
			}
			if err == nil || NeverSent(err) != want {
				t.Errorf("%s: %s: %v, want never sent: %v", name, address, err, want)
			}
		}
	}
	if n := took.Load(); n != 2 {
		t.Errorf("%d requests were taken, want the two of which that is not sure", n)
	}
}
