package daemon

import (
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestReloadWhileTheDatabaseStandsStill: a server, or a pooler before it, that takes questions and
// answers none does not keep a reload waiting, and with it every other and the end of earshot.
func TestReloadWhileTheDatabaseStandsStill(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	t.Parallel()
	u, err := url.Parse(testkit.Database(t, testkit.Postgres(t).URL))
	if err != nil {
		t.Fatal(err)
	}
	way := testkit.NewProxy(t, u.Host)
	u.Host = way.Addr
	list := check(t, strings.Replace(quietWatchlist, "sqlite:DIR/e.db", u.String(), 1))
	d := openTo(t, io.Discard, list, time.Now)
	defer way.Cut() // or what waits would be waited for
	way.SetDelay(time.Hour)
	ended := make(chan error, 1)
	go func() { ended <- d.Reload(t.Context(), list) }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("taken into use, and nobody could know of it")
		}
	case <-time.After(30 * time.Second):
		t.Error("it still waits")
		way.SetDown(true)
		<-ended
	}
}
