package crawlers_test

import (
	"fmt"
	"strings"
	"testing"
)

const eachBlock = "json: https://api.example/{country}\neach: {country: [%s]}\nlist: .items[]\nfields: {id: .id, text: .t, time: .at}"

// TestJSONValueReadLate: a country that comes to a source in use, or whose shop was not
// there at the first poll, tells nothing of what was written before.
func TestJSONValueReadLate(t *testing.T) {
	bg := `{"items":[{"id":11,"t":"today","at":"2026-11-22T08:00:00Z"},{"id":12,"t":"in spring","at":"2026-04-02T08:00:00Z"},{"id":13,"t":"some day"}]}`
	for name, before := range map[string]string{"new": "ua", "not there": "ua, bg"} {
		t.Run(name, func(t *testing.T) {
			site := &pages{bodies: map[string]string{"https://api.example/ua": `{"items":[{"id":1,"t":"one","at":"2026-01-01T08:00:00Z"}]}`}}
			first := mustPoll(t, crawlerOf(t, fmt.Sprintf(eachBlock, before), site), "")
			if len(first.Posts) != 1 {
				t.Fatalf("%d posts, want the whole first poll", len(first.Posts))
			}
			site.bodies["https://api.example/bg"] = bg
			c := crawlerOf(t, fmt.Sprintf(eachBlock, "ua, bg"), site)
			second := mustPoll(t, c, first.Next)
			if len(second.Posts) != 1 || second.Posts[0].Text != "today" {
				t.Errorf("got %+v, want what is new alone", second.Posts)
			}
			site.bodies["https://api.example/bg"] = strings.Replace(bg, `"items":[`, `"items":[{"id":14,"t":"late","at":"2026-11-01T08:00:00Z"},`, 1)
			if third := mustPoll(t, c, second.Next); len(third.Posts) != 1 || third.Posts[0].Text != "late" {
				t.Errorf("got %+v, want what came since", third.Posts)
			}
		})
	}
}
