package main

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// TestRestoreDrill: a backup is taken while complaints come in, many more come and are
// answered for; then the database is lost, and the backup put in its place. Whatever came
// after the backup, and while earshot was down, stands in Slack exactly once.
// EARSHOT_DRILL=full makes it 200 complaints instead of 30.
func TestRestoreDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	eachSeen(t, restoreOnce)
}

func restoreOnce(t *testing.T, redis string) {
	complaints := 30
	if os.Getenv("EARSHOT_DRILL") == "full" {
		complaints = 200
	}
	r := newRig(t, redis)
	r.baseline()
	p := r.start("")
	file, backup := filepath.Join(r.dir, "e.db"), filepath.Join(r.dir, "backup.db")
	third := complaints / 3
	for i := range 2 * third {
		r.town.Publish(killLoopPost(i))
		time.Sleep(100 * time.Millisecond)
		if i == third {
			takeBackup(t, file, backup)
		}
	}
	r.heardWithin(p, 2*third, 5*time.Minute)
	p.kill()

	anHourAgo(t, backup)
	r.say(2*third, complaints)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(file + suffix); err != nil && suffix == "" {
			t.Fatal(err)
		}
	}
	if err := os.Rename(backup, file); err != nil {
		t.Fatal(err)
	}
	known := stored(t, file, drillWord(2*third-1))
	p = r.start("")
	r.heardWithin(p, complaints, 5*time.Minute)
	r.until(p, time.Minute, "the lost part in the database", func() bool { return stored(t, file, drillWord(2*third-1)) == 1 })
	time.Sleep(5 * time.Second)
	r.tally(p, complaints)
	if known != 0 {
		t.Error("the drill is in vain: the backup knows what came after it")
	}
	p.stop()
}

// takeBackup copies the database while earshot works on it.
func takeBackup(t *testing.T, file, backup string) {
	t.Helper()
	db := reading(t, file)
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `VACUUM INTO $1`, backup); err != nil {
		t.Fatal(err)
	}
}

// anHourAgo makes a backup look as if it had been taken an hour before.
func anHourAgo(t *testing.T, backup string) {
	t.Helper()
	db := reading(t, backup)
	defer db.Close()
	hour := time.Hour.Microseconds()
	if _, err := db.ExecContext(t.Context(), `UPDATE sources SET last_poll = last_poll - $1, last_success = last_success - $1, last_new = last_new - $1`, hour); err != nil {
		t.Fatal(err)
	}
}

// stored is how many mentions say the word.
func stored(t *testing.T, file, word string) (n int) {
	t.Helper()
	db := reading(t, file)
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM mentions m JOIN bodies b ON b.key = m.post_key WHERE b.body LIKE '%' || $1 || '%'`, word).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func reading(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	return db
}
