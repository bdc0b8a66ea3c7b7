package forum_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
)

// TestDotsMeanTheDayFirst: software that writes the month first when it is new is set to
// 05.09.2026 by boards of countries that write the day first, and only by them.
func TestDotsMeanTheDayFirst(t *testing.T) {
	page, err := os.ReadFile("../testdata/forum/mybb-thread/p1.html")
	if err != nil {
		t.Fatal(err)
	}
	const address = "https://mybb.example/showthread.php?tid=3"
	for _, days := range [][2]string{{"05.09.2026", "5 Sep"}, {"09-05-2026", "5 Sep"}, {"25.09.2026", "25 Sep"}} {
		body := strings.NewReplacer("09-21-2026", days[0], "09-22-2026", days[0], "09-24-2026", days[0]).Replace(string(page))
		site := &rig.Pages{Bodies: map[string]string{address: body}}
		batch := rig.Poll(t, rig.Crawler(t, "forum: "+address, site), "")
		if len(batch.Posts) == 0 || batch.Posts[0].Published.Format("2 Jan") != days[1] {
			t.Errorf("%s: %+v", days[0], batch.Posts)
		}
	}
}

// TestYearsOfTwoDigits: the order of an engine is that of the dates it writes by itself, with
// the whole year. A board that was set to 05-09-26 follows its language.
func TestYearsOfTwoDigits(t *testing.T) {
	for _, c := range []struct{ board, block, written, want string }{
		{"mybb", "forum: https://mybb.example/showthread.php?tid=3\nlang: uk", "05-09-26", "5 Sep"},
		{"mybb", "forum: https://mybb.example/showthread.php?tid=3\nlang: bg", "11/10/26", "11 Oct"},
		{"vbulletin4", "forum: https://vb.example/showthread.php?3-Romashka\nlang: ru", "05-09-26", "5 Sep"},
		{"punbb", "forum: https://pun.example/viewtopic.php?id=3", "11/10/26", "10 Nov"},
	} {
		page, err := os.ReadFile("../testdata/forum/" + c.board + "-thread/p1.html")
		if err != nil {
			t.Fatal(err)
		}
		body := regexp.MustCompile(`2026-\d\d-\d\d|\d\d-\d\d-2026`).ReplaceAllString(string(page), c.written)
		batch := rig.Poll(t, rig.Crawler(t, c.block, rig.Says("text/html", body)), "")
		if len(batch.Posts) == 0 || batch.Posts[0].Published.Format("2 Jan") != c.want {
			t.Errorf("%s, %s: %+v, want %s", c.block, c.written, batch.Posts, c.want)
		}
	}
}
