package forum_test

import (
	"os"
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
