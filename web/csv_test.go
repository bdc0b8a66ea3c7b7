package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/earshot/earshot/mention"
)

// short is a database whose pages hold one case each, and that is gone from one of them on.
type short struct {
	Cases
	pages int // that come
}

func (s *short) List(ctx context.Context, q mention.Query) (mention.Page, error) {
	if s.pages--; s.pages < 0 {
		return mention.Page{}, errors.New("connection refused")
	}
	q.Limit = 1
	return s.Cases.List(ctx, q)
}

// TestTableOfPages: a table holds every page; one whose database goes away is an error page or
// breaks off, and never looks whole.
func TestTableOfPages(t *testing.T) {
	w := newWorld(t)
	for _, who := range []string{"Олена К.", "Іван", "Марія"} {
		w.say(who, "Третій тиждень не повертають гроші")
	}
	db := &short{Cases: w.store, pages: 3}
	w.inbox.opt.Cases = db
	if table, _ := w.table("/inbox.csv"); len(table) != 4 {
		t.Errorf("%d rows of three cases and their head", len(table))
	}
	if res, _ := w.ask("GET", "/inbox.csv", "Ira", nil); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Content-Disposition") != "" {
		t.Errorf("no page came: %d, %q", res.StatusCode, res.Header)
	}
	db.pages = 2
	res, err := http.Get(w.addr + "/inbox.csv")
	if err == nil { // else it broke off before its first bytes were sent
		_, err = io.ReadAll(res.Body)
		_ = res.Body.Close()
	}
	if err == nil {
		t.Error("a table that lost a page looks whole")
	}
}
