package store

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestMoveYear: a year of work is moved to PostgreSQL and back, its open cases too; all
// counts are equal, nothing is to be told again, buttons work, and what is due is due there
// as it was here. How long it took is printed: EARSHOT_DRILL=full go test ./store -run TestMoveYear -v
func TestMoveYear(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	from := openFile(t)
	y := drill()
	y.fill(t, from)
	up := openAt(t, Options{Database: testkit.Postgres(t).URL})
	moveYear(t, y, from, up)
	down := openAt(t, Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "down.db")})
	moveYear(t, y, up, down)
	c := must(down.DueCases(background, t0.Add(2*time.Hour), 1))(t)[0]
	if _, err := act(down, c.Mention.ID, mention.Action{Verb: mention.Claim, By: person("ira"), At: t0}); err != nil {
		t.Errorf("a button after both moves: %v", err)
	}
}

func moveYear(t *testing.T, y year, from, to *Store) {
	t.Helper()
	began := time.Now()
	sum, err := Move(background, from, to, unheard)
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
	t.Logf("from %s: %d posts, %d mentions, %d open cases: %d rows in %s, %.0f a second", from.engine.name, y.posts, y.mentions, y.open, rows, took.Round(time.Millisecond), float64(rows)/took.Seconds())
	pending, err := to.DueAlerts(background, t0.Add(365*24*time.Hour), 10)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "alerts to be told again", len(pending), 0)
	sameRows(t, from, to) // cases fall due as before
	if due, err := to.DueCases(background, t0.Add(2*time.Hour), 20); err != nil || len(due) == 0 {
		t.Fatal(len(due), err)
	}
}
