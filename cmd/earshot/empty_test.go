package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEmptyPlacesAreSaid: neither crawl nor check --probe is silent about a place
// without posts, or about the part of a feed that was lost.
func TestEmptyPlacesAreSaid(t *testing.T) {
	bodies := map[string]string{
		"/empty": `<rss version="2.0"><channel><title>N</title></channel></rss>`,
		"/cut":   `<rss version="2.0"><channel><title>N</title><item><title>One</title><guid>1</guid></item><item><title>Tw`,
		"/error": `<html><head><title>Database Error</title></head><body></body></html>`,
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := bodies[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(body))
	}))
	defer site.Close()
	said := func(list string, args ...string) (string, string, int) {
		t.Helper()
		path := filepath.Join(t.TempDir(), "w.yaml")
		head := "contact: a@b.example\nwatch: [{name: Romashka Bank, terms: [Romashka Bank]}]\nfetch: {allow_private: [127.0.0.0/8], gap: 0s}\nsources:\n"
		if err := os.WriteFile(path, []byte(head+strings.ReplaceAll(list, "SITE", site.URL)), 0o600); err != nil {
			t.Fatal(err)
		}
		return ran(t, os.LookupEnv, append(args, "-c", path)...)
	}

	out, errs, code := said("  - {feed: SITE/empty, name: quiet}\n  - {feed: SITE/cut, name: torn}\n", "crawl", "--json")
	if code != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(errs, "quiet: the feed is empty") || !strings.Contains(errs, "torn: the feed is cut off in the middle: 1 entry") {
		t.Errorf("crawl: %d\n%s\n%s", code, out, errs)
	}
	if _, errs, code := said("  - {feed: SITE/error, name: down}\n", "crawl"); code == 0 || !strings.Contains(errs, `"Database Error"`) {
		t.Errorf("crawl of an error page: %d\n%s", code, errs)
	}
	out, _, code = said("  - {feed: SITE/empty, name: quiet}\n  - {feed: SITE/cut, name: torn}\n", "check", "--probe")
	if code != 0 || !strings.Contains(out, "All 2 can be read, but 1 of them shows no post") || !strings.Contains(out, "the feed is empty") || !strings.Contains(out, "cut off") {
		t.Errorf("check --probe: %d\n%s", code, out)
	}
	bare := "  - {page: SITE/error, name: anew, select: {item: .review, text: .body}, watch: Romashka Bank}\n"
	if out, _, code = said(bare, "check", "--probe", "--lang", "ru"); code != 0 || !strings.Contains(out, "на странице 1 КБ, но нет schema.org Review; select.item ничего на ней не находит") {
		t.Errorf("check --probe in Russian: %d\n%s", code, out)
	}
	two := "  - {feed: SITE/empty, name: quiet}\n  - {feed: SITE/empty?2, name: quieter}\n"
	for list, want := range map[string]string{two + "  - {feed: SITE/cut, name: torn}\n": "All 3 can be read, but 2 of them show no post", two: "Everything can be read, but no post is to be seen anywhere",
		"  - {feed: SITE/cut, name: torn}\n": "\nThe source can be read.\n",
		"  - {feed: SITE/cut, name: torn}\n  - {push: crm, token: 0123456789abcdef, watch: Romashka Bank}\n": "All 2 can be read.\n"} { // where posts are handed in there is nothing to see
		if out, _, code = said(list, "check", "--probe"); code != 0 || !strings.Contains(out, want) {
			t.Errorf("check --probe: %d, want %q in\n%s", code, want, out)
		}
	}
}
