package page_test

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

func TestCapturedSchemaOrg(t *testing.T) {
	t.Logf("%-28s want  found  invented  author  time  rating  text", "page")
	for _, rec := range rig.Captures(t, "schema-org-pages/*.html") {
		name := rec.File
		address := "https://" + strings.TrimSuffix(name, ".html") + ".example/page"
		t.Run(name, func(t *testing.T) {
			c := rig.Crawler(t, "page: "+address, rig.ServeFeed(address, http.Header{"Content-Type": {"text/html"}}, rec.Body))
			batch, err := c.Poll(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			rig.CheckPosts(t, batch.Posts)
			left := batch.Posts
			var found, author, moment, stars, sameText int
			for _, e := range rec.Items {
				at := -1
				for i, p := range left {
					if text.Letters(p.Text) == text.Letters(htmltext.Plain(e.Text)) && p.Author == htmltext.Line(e.Author) && sameMoment(p, e) {
						at = i
						break
					}
				}
				if at < 0 {
					t.Errorf("missing or wrong: %q by %q at %v", e.Text[:min(len(e.Text), 60)], e.Author, e.TimeRaw)
					continue
				}
				p := left[at]
				left = append(left[:at:at], left[at+1:]...)
				found, author, moment, sameText = found+1, author+1, moment+1, sameText+1
				if sameStars(p.Rating, e) {
					stars++
				} else {
					t.Errorf("%q: rating %+v, want %v of %v", e.Text[:min(len(e.Text), 60)], p.Rating, e.Rating, e.Best)
				}
			}
			for _, p := range left {
				t.Errorf("invented: %q by %q at %v", p.Text[:min(len(p.Text), 60)], p.Author, p.Published)
			}
			t.Logf("%-28s %4d %6d %9d %7d %5d %7d %5d  %s", name, len(rec.Items), found, len(left), author, moment, stars, sameText, batch.Observed.What)
		})
	}
}

func sameMoment(p mention.Post, e rig.CapturedItem) bool {
	if e.TimeRaw == nil || *e.TimeRaw == "" {
		return p.Published.IsZero()
	}
	want, _, ok := dates.Parse(*e.TimeRaw, rig.Now, time.UTC)
	return ok && want.Equal(p.Published)
}

func sameStars(r *mention.Rating, e rig.CapturedItem) bool {
	number := func(v any) (float64, bool) {
		switch v := v.(type) {
		case float64:
			return v, true
		case string:
			n, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
			return n, err == nil
		}
		return 0, false
	}
	value, ok := number(e.Rating)
	if !ok || r == nil {
		return !ok && r == nil
	}
	best, ok := number(e.Best)
	if !ok {
		best = 5
	}
	return math.Abs(r.Value-value) < 1e-9 && math.Abs(r.Best-best) < 1e-9
}
