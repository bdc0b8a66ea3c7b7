package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestLoginLink: the link that one process prints is taken by the daemon, once.
func TestLoginLink(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	r.write(strings.Replace(r.watchlist(), "127.0.0.1:0", freeAddress(t), 1))
	p := r.start("")
	r.until(p, time.Minute, "the start", func() bool { return strings.Contains(p.log.String(), "watchlist in use") })
	if log := p.log.String(); !strings.Contains(log, `msg="earshot starts" version=`) || strings.Contains(log, "database schema") {
		t.Errorf("the log of a first start: %s", log)
	}
	login := exec.Command(binary(t), "login", "-c", r.path())
	var said strings.Builder
	login.Stderr = &said
	out, err := login.Output()
	link := strings.TrimSpace(string(out))
	host, _, _ := strings.Cut(strings.TrimPrefix(link, "http://"), "/")
	if _, port, _ := strings.Cut(host, ":"); !strings.Contains(said.String(), "ssh -L "+port+":"+host+" ") { // who works on a server has no browser there
		t.Errorf("login says %q of %s", said.String(), link)
	}
	if err != nil || !strings.HasPrefix(link, "http://127.0.0.1:") || strings.Contains(p.log.String(), link) {
		t.Fatalf("login prints %q (%v)", out, err)
	}
	for i, want := range []int{http.StatusOK, http.StatusForbidden} {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		browser := &http.Client{Jar: jar, Timeout: time.Minute}
		resp, err := browser.Get(link)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		browser.CloseIdleConnections()
		if err != nil || resp.StatusCode != want || strings.Contains(string(body), `data-page="inbox"`) != (i == 0) {
			t.Errorf("time %d: %s %v\n%s", i+1, resp.Status, err, body)
		}
	}
	if log := p.log.String(); strings.Count(log, `msg="signed in"`) != 1 || strings.Contains(log, link[strings.Index(link, "k=")+2:]) {
		t.Errorf("the log says %s", log)
	}
}

// TestFromAfar: what is printed for a browser on another computer works there as it is copied.
func TestFromAfar(t *testing.T) {
	t.Parallel()
	s := speechOf(terminal{lookup: noEnv})
	for address, want := range map[string][]string{
		"http://127.0.0.1:8080": {"ssh -L 8080:127.0.0.1:8080 ", "the same address."},
		"http://[::1]:8080":     {"ssh -L 8080:'[::1]:8080' ", "the same address."},
		"https://10.0.0.5:8443": {"ssh -L 8443:10.0.0.5:8443 ", "with 127.0.0.1:8443 in place of 10.0.0.5:8443"},
	} {
		for _, part := range want {
			if said := s.fromAfar(address); !strings.Contains(said, part) {
				t.Errorf("%s: %q holds no %q", address, said, part)
			}
		}
	}
}
