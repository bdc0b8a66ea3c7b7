package page_test

import (
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
)

// TestDatesReadLate: a post whose date earlier versions could not read keeps the id that it had without one.
func TestDatesReadLate(t *testing.T) {
	read := func(date string) string {
		site := &rig.Pages{Bodies: map[string]string{"https://shop.example/help": `<script type="application/ld+json">{"@type":"Review","author":"Olha","reviewBody":"They keep my money","datePublished":"` + date + `"}</script>`}}
		posts := rig.Poll(t, rig.Crawler(t, "page: https://shop.example/help", site), "").Posts
		if len(posts) != 1 || posts[0].Published.IsZero() != (date == "") {
			t.Fatalf("%q: %+v", date, posts)
		}
		return posts[0].ID
	}
	undated := read("")
	for _, date := range []string{"2025-9-4 8:5:7", "4.9.2025 8:5", "4. 9. 2025", "the day before yesterday, 16:50"} {
		if id := read(date); id != undated {
			t.Errorf("%q makes it another post", date)
		}
	}
	for _, date := range []string{"2025-09-04 08:05:07", "4.9.2025 8:05"} {
		if id := read(date); id == undated {
			t.Errorf("%q was read before, and is not its name any more", date)
		}
	}
	for _, date := range []string{"4.9.2025 8:05 вечера", "4.9.2025 8:05 следобед"} {
		if id := read(date); id != read("4.9.2025 8:05") {
			t.Errorf("%q makes it another post", date)
		}
	}
	if read("4.9.2025 14:05 МСК+2") != read("4.9.2025 14:05 +02:00") {
		t.Error("another zone makes it another post")
	}
}
