package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestMoveYear: a year of work is moved to PostgreSQL, its open cases too; all counts are
// equal, nothing is to be told again, and what is due is due there as it was here. How long
// it took is printed: EARSHOT_DRILL=full go test ./store -run TestMoveYear -v
func TestMoveYear(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	from := openAt(t, Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "e.db")})
	y := drill()
	y.fill(t, from)
	to := openAt(t, Options{Database: testkit.Postgres(t).URL})
	began := time.Now()
	sum, err := Move(background, from, to)
	if err != nil {
		t.Fatal(err)
	}
	took, rows := time.Since(began), 0
	for _, table := range sum.Tables {
		rows += table.There
		if table.Here != table.There {
			t.Errorf("%+v", table)
		}
	}
	t.Logf("%d posts, %d mentions, %d open cases: %d rows in %s, %.0f a second", y.posts, y.mentions, y.open, rows, took.Round(time.Millisecond), float64(rows)/took.Seconds())
	pending, err := to.DueAlerts(background, t0.Add(365*24*time.Hour), 10)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "alerts to be told again", len(pending), 0)
	here, err := from.DueCases(background, t0.Add(2*time.Hour), 20)
	if err != nil || len(here) == 0 {
		t.Fatal(len(here), err)
	}
	there, err := to.DueCases(background, t0.Add(2*time.Hour), 20)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range here {
		want(t, "case that is due", there[i].Mention.ID, r.Mention.ID)
	}
}
