package alerts_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestTogether: a few notices stand in one message as they are, many as what they have in common,
// in every language.
func TestTogether(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	list := func(n int, what, why string) (list []mention.Alert) {
		for i := n; i > 0; i-- {
			name := fmt.Sprint("s", i)
			a := alerts.NewNotice(name, what, time.Unix(0, 0), "", "#ops")
			a.Payload = alerts.Details{Text: name + " alone", Same: &alerts.Same{Name: name, What: what, Why: why, Status: 503}}.Encode()
			list = append(list, a)
		}
		return list
	}
	said := func(l i18n.Lang, list []mention.Alert) string {
		return alerts.ReadDetails(alerts.Together(l, list, "https://e.example/sources").Payload).Text
	}
	en := texts.In("en")
	for got, want := range map[string]string{
		said(en, list(3, "blocked", "blocked")): "s1 alone\ns2 alone\ns3 alone",
		said(en, list(4, "failing", "status")):  "4 sources cannot be read now: s1, s2, s3, s4. The site answers 503; it is asked again later.\nAll of them: https://e.example/sources",
		said(en, list(7, "failing", "")):        "7 sources cannot be read now: s1, s2, s3, s4, s5 and 2 more.\nAll of them: https://e.example/sources",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, code := range []string{"ru", "uk", "bg"} {
		for _, what := range []string{"failing", "blocked", "empty", "quiet", "back"} {
			for _, n := range []int{4, 21, 25} {
				got := said(texts.In(code), list(n, what, "timeout"))
				if left := testkit.English(got, "s1 s2 s3 s4 s5 s10 s11 s12 s13 s14 earshot https e.example sources"); len(left) > 0 || strings.Contains(got, "source_many") {
					t.Errorf("%s: %q has %q", code, got, left)
				}
			}
		}
	}
	// The words for why are of all of them, and so speak of none.
	for code, one := range map[string]string{"en": "source ", "ru": "этот", "uk": "це джерело", "bg": "този"} {
		if got := said(texts.In(code), list(4, "failing", "changed")); strings.Contains(got, one) {
			t.Errorf("%s: of four sources %q", code, got)
		}
	}
	// The same is the same, whoever joins it.
	one, other := alerts.Together(en, list(4, "back", ""), ""), list(4, "back", "")
	other[0], other[3] = other[3], other[0]
	if alerts.Together(texts.In("uk"), other, "").ID != one.ID {
		t.Error("two ids for one")
	}
}
