package schemaorg

import (
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
)

// TestStarsOfOne: one star of five, as sites draw it. Read as five it would be praise.
func TestStarsOfOne(t *testing.T) {
	star := func(class string) string { return `<span class="` + class + `"></span>` }
	tests := []struct{ name, html, want string }{
		{"a strip in a strip that has a width", `<div class=s style="width:100%"><span style="width:20%"></span></div>`, "1/5"},
		{"the grey strip beside the coloured one", `<div class=s><p style="width:100%"></p><p style="width:20%"></p></div>`, "1/5"},
		{"a width for each star", `<div class=s>` + strings.Repeat(`<i style="width:100%"></i>`, 3) + `<i style="width:50%"></i><i style="width:0%"></i></div>`, "3.5/5"},
		{"widths of two things", `<div class=s><p style="width:80%"></p><p style="width:60%"></p></div>`, "none"},
		{"the full ones are marked", `<div class=s>` + star("star active") + strings.Repeat(star("star"), 4) + `</div>`, "1/5"},
		{"the full icons are others", `<div class=s><svg class="icon-star-filled"></svg>` + strings.Repeat(`<svg class="icon-star"></svg>`, 4) + `</div>`, "1/5"},
		{"the last one is marked", `<div class=s>` + strings.Repeat(star("star"), 3) + star("star selected") + star("star") + `</div>`, "none"},
		{"the empty ones are marked", `<div class=s>` + star("star") + strings.Repeat(star("star off"), 4) + `</div>`, "1/5"},
		{"marked signs", `<div class=s><b class=on>★</b><b>★</b><b>★</b><b>★</b><b>★</b></div>`, "1/5"},
		{"marked signs together", `<div class=s><b class=on>★★★★</b><b class=off>★</b></div>`, "4/5"},
		{"marked signs together beside others", `<div class=s><b class=on>★★</b><b>★★★</b></div>`, "2/5"},
		{"coloured signs", `<div class=s><b style="color:gold">★</b><b style="color:#ccc">★★★★</b></div>`, "none"},
		{"signs over signs", `<div class=s><b>★★★★★</b><b style="width:20%">★★★★★</b></div>`, "1/5"},
		{"five signs", `<div class=s>★★★★★</div>`, "5/5"},
		{"five signs apart", `<div class=s>` + strings.Repeat("<b>★</b>", 5) + `</div>`, "5/5"},
		{"two signs", `<div class=s><b class=on>★</b><b class=on>★</b></div>`, "2/5"},
		{"two icons", `<div class=s>` + star("star") + star("star") + `</div>`, "2/5"},
	}
	for _, test := range tests {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(test.html))
		if err != nil {
			t.Fatal(err)
		}
		nodes := doc.Find(".s").Nodes
		got := "none"
		if r := StarsOrText(htmltext.Short(nodes[0]), "", nodes); r != nil {
			got = fmt.Sprintf("%g/%g", r.Value, r.Best)
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
}
