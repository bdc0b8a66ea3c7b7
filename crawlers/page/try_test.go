package page

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
)

var tryNow = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func tryEnv() crawlers.Env {
	return crawlers.Env{Source: "t", Now: func() time.Time { return tryNow }}
}

func tried(t *testing.T, body string, s Select) Trial {
	t.Helper()
	got, err := Try(tryEnv(), s, config.Section{}, &fetch.Response{URL: "https://p.example/r", Status: 200, Body: []byte(body)}, 2)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// The first items, part by part: what was found, what was understood, what was not.
func TestTryShowsWhatSelectorsFind(t *testing.T) {
	item := `<div class="r"><b class="by">Ann</b><i class="when">%s</i><span class="stars">%s</span><span class="bar"><i style="width: 80%%"></i></span><p class="short">Bad…</p><p class="full" hidden>They lost my card.</p><a href="/r/1">more</a></div>`
	body := fmt.Sprintf(item, "3 moons ago", "many") + fmt.Sprintf(item, "12.11.2026", `<i class="on icon"></i><i class="on icon"></i><i class="icon off"></i><i class="icon off"></i><i class="icon off"></i>`) + fmt.Sprintf(item, "x", "y")
	got := tried(t, body, Select{Item: ".r", Author: []string{".by"}, Time: []string{".when", "time@datetime"}, Rating: []string{".stars", ".bar"},
		Text: []string{".full"}, Link: []string{"a"}, ID: []string{"@data-id"}})
	if got.Items != 3 || len(got.First) != 2 {
		t.Fatalf("%d items, %d shown, want 3 and 2", got.Items, len(got.First))
	}
	var lines []string
	for _, parts := range got.First {
		for _, p := range parts {
			lines = append(lines, fmt.Sprintf("%s|%s|%d|%s|%s|%s", p.Part, p.Selector, p.Elements, p.Found, p.Read, p.Trouble))
		}
	}
	for _, want := range []string{
		"author|.by|1|Ann||",
		"time|.when|1|3 moons ago||no date that can be read",
		"time|time@datetime|0|||finds nothing",
		"rating|.stars|1|many||no rating that can be read",
		"rating|.bar|1|<span class=\"bar\">|4 of 5|",
		"text|.full|1|They lost my card.||",
		"link|a|1|https://p.example/r/1||",
		"id|@data-id|1|<div class=\"r\">||is empty",
		"time|.when|1|12.11.2026|2026-11-12, the day only|",
		"rating|.stars|1|<span class=\"stars\">|2 of 5|",
	} {
		found := false
		for _, line := range lines {
			found = found || line == want
		}
		if !found {
			t.Errorf("want %q in\n%s", want, strings.Join(lines, "\n"))
		}
	}
}

// What a selector of answers finds: one with its date, and what is none.
func TestTryShowsAnswers(t *testing.T) {
	body := `<div class="r"><p>They lost my card.</p><div class="house">Dear Ann, a new one is on its way. <time datetime="2026-11-20T10:30Z"></time></div></div>
		<div class="r"><p>Nobody answers.</p><div class="house">Reply as the company</div></div>`
	got := tried(t, body, Select{Item: ".r", Text: []string{"p"}, Own: []string{".house"}, Drop: []string{".house"}})
	want := []TriedPart{
		{Part: "own", Selector: ".house", Elements: 1, Found: "Dear Ann, a new one is on its way.", Read: "2026-11-20 10:30 UTC"},
		{Part: "own", Selector: ".house", Elements: 1, Found: `<div class="house">`, Trouble: "no answer that people read there"},
	}
	for i, parts := range got.First {
		if last := parts[len(parts)-1]; last != want[i] {
			t.Errorf("item %d: %+v, want %+v", i+1, last, want[i])
		}
	}
}
