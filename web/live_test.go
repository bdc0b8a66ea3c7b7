package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// away is a database that can go away for open pages.
type away struct {
	Cases
	gone atomic.Bool
}

func (a *away) ChangeRange(ctx context.Context) (oldest, newest int64, err error) {
	if a.gone.Load() {
		return 0, 0, errors.New("connection refused")
	}
	return a.Cases.ChangeRange(ctx)
}

// A page that comes again while the database is away is not told to load itself anew: it would
// come out as the page that says so, and would stay it.
func TestEventsWithoutTheDatabase(t *testing.T) {
	w := newWorld(t)
	w.say("Олена К.", "Третій тиждень не повертають гроші")
	db := &away{Cases: w.store}
	w.inbox.opt.Cases = db
	db.gone.Store(true)
	if res, body := w.ask("GET", "/events?since=1", "Ira", nil, "HX-Request", "true"); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || strings.Contains(body, "reload") {
		t.Errorf("%d %q", res.StatusCode, body)
	}
}

// An inbox in which nothing was ever heard hears of the first complaint.
func TestFirstComplaint(t *testing.T) {
	w := newWorld(t)
	if _, body := w.ask("GET", "/inbox", "Ira", nil); !strings.Contains(body, `data-since="0"`) {
		t.Error("the page of an empty inbox does not listen")
	}
	if _, body := w.ask("GET", "/reports", "Ira", nil); strings.Contains(body, `data-since`) {
		t.Error("the page of reports listens")
	}
	ctx := tab(t, browser(t), w, "Ira")
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
	holds(t, ctx, "an empty list", `document.querySelector(".empty") && window.htmx`)
	w.say("Олена К.", "Третій тиждень не повертають гроші")
	holds(t, ctx, "one new", `!document.getElementById("fresh").hidden`)
}
