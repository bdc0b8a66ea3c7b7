package earshot_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/internal/testkit/chromium"
)

// searched is what people look for in the site: on which page, in what words, and what must
// be among the first of what is found.
var searched = []struct{ page, words, want string }{
	{"index.html", "webhook", "docs/slack.html#webhook-only"},
	{"index.html", "alert above", "docs/sentiment.html#what-makes-an-alert"},
	{"index.html", "quiet hours", "docs/watchlist.html#quiet_hours"},
	{"docs/guide/uk/start.html", "приглушити автор", "docs/guide/uk/desk.html#"},
	{"docs/guide/uk/desk.html", "СКАРГАМИ", "docs/guide/uk/"},
	{"docs/guide/ru/start.html", "оповещений", "docs/guide/ru/"},
	{"docs/guide/ru/start.html", "отчет", "docs/guide/ru/report.html"}, // stands there as отчёт
	{"docs/guide/bg/start.html", "известията", "docs/guide/bg/"},
	{"docs/guide/bg/start.html", "инсталиране", "docs/guide/bg/admin/install.html"},
}

// trySearch asks the search of the built site, in a browser that reaches no other site, and
// no page is wider than a phone. With EARSHOT_PICTURES=DIR it keeps pictures of pages.
func trySearch(t *testing.T, dir string) {
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	ctx, cancel := context.WithTimeout(chromium.Open(t), 10*time.Minute)
	defer cancel()

	for _, s := range searched {
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/"+s.page), chromedp.Focus("#q"), chromedp.KeyEvent(s.words), chromedp.WaitVisible("#found a")); err != nil {
			t.Fatalf("%q on %s: %v", s.words, s.page, err)
		}
		found := inPage[[]string](t, ctx, `[...document.querySelectorAll("#found a")].map(a => decodeURI(new URL(a.href).pathname.slice(1) + new URL(a.href).hash))`)
		if first := strings.Join(found[:min(3, len(found))], " "); !strings.Contains(first, s.want) {
			t.Errorf("%q on %s finds first %s, not %s", s.words, s.page, first, s.want)
		}
	}
	// Nothing found is said; Enter goes to the first of what is found.
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/docs/guide/uk.html"), chromedp.Focus("#q"), chromedp.KeyEvent("їжачок у тумані"), chromedp.WaitVisible("#found p")); err != nil {
		t.Fatal(err)
	}
	if said := inPage[string](t, ctx, `document.querySelector("#found p").innerText`); said != "Нічого не знайдено" {
		t.Errorf("it says %q", said)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/index.html"), chromedp.Focus("#q"), chromedp.KeyEvent("manifest"), chromedp.WaitVisible("#found a")); err != nil {
		t.Fatal(err)
	}
	keepPicture(t, ctx, "search")
	first := strings.Replace(inPage[string](t, ctx, `document.querySelector("#found a").href`), "/index.html", "/", 1) // as the server has it
	if err := chromedp.Do(ctx, chromedp.KeyEvent("\r"), chromedp.WaitNotPresent("#found a")); err != nil {
		t.Fatal(err)
	}
	if at := inPage[string](t, ctx, `location.href`); at != first || !strings.Contains(at, "slack") {
		t.Errorf("Enter leads to %s, not to %s", at, first)
	}
	lookAtSite(t, ctx, server.URL)
}

// inPage is what an expression of the page gives.
func inPage[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromium.Eval[T](ctx, expression)
	if err != nil {
		t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// lookAtSite opens pages on a desk and on a phone, in light and dark; two of them, all in the
// drill. None is wider than the screen or bars anybody, as far as axe sees.
func lookAtSite(t *testing.T, ctx context.Context, site string) {
	t.Helper()
	axe := chromium.Axe()
	for i, page := range []string{"index", "docs/watchlist", "docs/guide/uk/desk", "docs/guide/bg", "docs/sources", "docs/slack", "docs/adr/0017-river-shares-the-polls", "examples/clinic"} {
		for n, width := range []int64{390, 820, 1440} {
			if (i > 1 || n > 0) && os.Getenv("EARSHOT_DRILL") != "full" {
				continue
			}
			scheme := []string{"light", "dark"}[(i+n)%2]
			_, sizeErr := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
			_, schemeErr := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
			if err := chromedp.Do(ctx, chromedp.Navigate(site+"/"+page+".html")); err != nil || sizeErr != nil || schemeErr != nil {
				t.Fatal(err, sizeErr, schemeErr)
			}
			if inPage[bool](t, ctx, `document.documentElement.scrollWidth > innerWidth`) {
				t.Errorf("%s is wider than %d", page, width)
			}
			if axe != "" {
				found := inPage[[]string](t, ctx, axe+`; axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.nodes[0].html + " " + v.nodes[0].failureSummary))`)
				for _, f := range found {
					t.Errorf("%s %d %s: %s", page, width, scheme, f)
				}
			}
			keepPicture(t, ctx, fmt.Sprintf("%s-%d-%s", strings.ReplaceAll(page, "/", "-"), width, scheme))
		}
	}
}

// keepPicture writes what the browser shows into the folder of EARSHOT_PICTURES.
func keepPicture(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("EARSHOT_PICTURES")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "site-"+name+".png"), picture, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
