package main

import (
	"bytes"
	"database/sql"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/earshot/earshot/internal/testkit"
)

// command runs one command of the real binary on the rig's watchlist.
func (r *rig) command(fault string, args ...string) (string, error) {
	r.t.Helper()
	cmd := exec.Command(binary(r.t), append(args, "-c", r.path())...)
	cmd.Env = append(os.Environ(), "EARSHOT_FAULT="+fault, "NO_COLOR=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// must is command where nothing may go wrong.
func (r *rig) must(args ...string) string {
	r.t.Helper()
	out, err := r.command("", args...)
	if err != nil {
		r.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return out
}

// TestBackupDrill: the commands themselves, each killed once before it succeeds, with a
// backup that is only seconds old.
func TestBackupDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	eachSeen(t, func(t *testing.T, redis string) { backupOnce(t, newRig(t, redis)) })
}

func backupOnce(t *testing.T, r *rig) {
	r.baseline()
	p := r.start("")
	r.say(0, 10)
	r.heard(p, 10)
	backup := filepath.Join(r.dir, "backup.db")
	if out, err := r.command("backup-made", "backup", backup); err == nil || fileExists(backup) {
		t.Errorf("killed: %v, %s", err, out)
	}
	r.must("backup", backup)
	r.say(10, 20)
	r.heard(p, 20)
	if out, err := r.command("", "restore", backup); err == nil || !strings.Contains(out, "stop it first") {
		t.Errorf("restored beside a daemon: %v, %s", err, out)
	}
	p.kill()
	r.say(20, 30)
	file := filepath.Join(r.dir, "e.db")
	if out, err := r.command("restore-aside", "restore", backup); err == nil || stored(t, file, drillWord(15)) != 1 {
		t.Errorf("killed, and the database before is not in its place: %v, %s", err, out)
	}
	time.Sleep(1100 * time.Millisecond) // the name of what is put aside has seconds
	r.must("restore", backup)
	if stored(t, file, drillWord(5)) != 1 || stored(t, file, drillWord(15)) != 0 {
		t.Error("the drill is in vain: the backup knows what came after it")
	}
	p = r.start("")
	r.heard(p, 30)
	r.until(p, time.Minute, "the lost part in the database", func() bool { return stored(t, file, drillWord(15)) == 1 })
	time.Sleep(5 * time.Second)
	r.tally(p, 30)
	p.stop()
}

// TestBackupThroughStreams: out of a container, and into it, a copy goes byte for byte, and nothing is left
// of it beside the database. A mistake in the saved watchlist, which the daemon goes on without, costs no copy.
func TestBackupThroughStreams(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	r.baseline()
	p := r.start("")
	r.say(0, 1)
	r.heard(p, 1)
	var copied, said bytes.Buffer
	backup := exec.Command(binary(t), "backup", "-", "-c", r.path())
	backup.Stdout, backup.Stderr = &copied, &said
	if err := backup.Run(); err != nil || !strings.HasPrefix(copied.String(), "SQLite format 3\x00") || !strings.Contains(said.String(), "checked and complete") {
		t.Fatalf("%v: %d bytes, it says %q", err, copied.Len(), said.String())
	}
	text, err := os.ReadFile(r.path())
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(r.dir, "wrong.yaml")
	if err := os.WriteFile(wrong, append(text, "\nroutes_: []\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(binary(t), "backup", filepath.Join(r.dir, "night.db"), "-c", wrong).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "routes_") || !strings.Contains(string(out), "checked and complete") {
		t.Errorf("the saved watchlist has a mistake: %v, %s", err, out)
	}
	p.stop()
	restore := func(from string) (string, error) {
		cmd := exec.Command(binary(t), "restore", "-", "-c", r.path())
		cmd.Stdin = strings.NewReader(from)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	file := filepath.Join(r.dir, "e.db")
	if out, err := restore(copied.String()[:copied.Len()/2]); err == nil || !strings.Contains(out, "damaged") {
		t.Errorf("half of it: %v, %s", err, out)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if out, err := restore(copied.String()); err != nil || stored(t, file, drillWord(0)) != 1 {
		t.Errorf("%v, %s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(r.dir, ".earshot-*")); len(left) > 0 {
		t.Errorf("left are %q", left)
	}
}

// TestEraseDrill: beside the daemon and Redis, an author is forgotten. The message loses
// the words, and neither an edit nor a Redis that lost its marks brings anything back.
func TestEraseDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	redis := testkit.Redis(t, "--maxmemory-policy", "noeviction")
	r := newRig(t, redis.URL())
	r.baseline()
	p := r.start("")
	r.say(0, 6)
	r.heard(p, 6)
	if out := r.must("erase", "--author", "@USER3"); !strings.Contains(out, "overwritten") {
		t.Errorf("it says: %s", out)
	}
	r.until(p, time.Minute, "the message without the words", func() bool { return r.count(drillWord(3)) == 0 })
	messages := len(r.slack.Messages("#mentions"))
	if _, err := redis.Do("FLUSHALL"); err != nil {
		t.Fatal(err)
	}
	r.town.Rewrite(drillWord(3), "Edited: Romashka Bank stole my money and support ignores me. "+drillWord(3))
	r.town.Publish(killLoopPost(7))
	r.until(p, time.Minute, "what came after it", func() bool { return r.count(drillWord(7)) == 1 })
	time.Sleep(3 * time.Second)
	if n := r.count(drillWord(3)); n != 0 || len(r.slack.Messages("#mentions")) != messages+1 {
		t.Errorf("%d messages say it again, %d in all, want %d\n%s", n, len(r.slack.Messages("#mentions")), messages+1, r.texts())
	}
	p.stop()
	raw, err := os.ReadFile(filepath.Join(r.dir, "e.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"user3", drillWord(3)} {
		if n := strings.Count(strings.ToLower(string(raw)), strings.ToLower(word)); n != 0 {
			t.Errorf("%q stands %d times in the database file", word, n)
		}
	}
}

// TestMoveDrill: from SQLite to PostgreSQL and back, while Slack and the sites go on.
func TestMoveDrill(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	address := emptyDatabase(t, testkit.Postgres(t).URL)
	r := newRig(t, redisServer(t))
	r.baseline()
	p := r.start("")
	r.say(0, 10)
	r.heard(p, 10)
	if out, err := r.command("", "move", "--to", address); err == nil || !strings.Contains(out, "stop it first") {
		t.Errorf("moved beside a daemon: %v, %s", err, out)
	}
	p.kill() // some messages may be on their way
	r.say(10, 20)
	r.must("move", "--to", address)
	if out := r.must("move", "--to", address); !strings.Contains(out, "moved there before") {
		t.Errorf("again: %s", out)
	}
	r.write(strings.Replace(r.watchlist(), "sqlite:"+filepath.Join(r.dir, "e.db"), address, 1))
	if out, err := r.command("", "backup", filepath.Join(r.dir, "b.db")); err == nil || !strings.Contains(out, "pg_dump") {
		t.Errorf("backup of PostgreSQL: %v, %s", err, out)
	}
	p = r.start("")
	r.heard(p, 20)
	time.Sleep(5 * time.Second)
	r.tally(p, 20)
	r.say(20, 25)
	r.heard(p, 25)
	back := "sqlite:" + filepath.Join(r.dir, "back.db")
	if out, err := r.command("", "move", "--to", back); err == nil || !strings.Contains(out, "stop all of them first") {
		t.Errorf("moved back beside a replica: %v, %s", err, out)
	}
	p.stop()
	r.must("move", "--to", back)
	r.write(strings.Replace(r.watchlist(), "sqlite:"+filepath.Join(r.dir, "e.db"), back, 1))
	r.say(25, 30)
	p = r.start("")
	r.heard(p, 30)
	r.tally(p, 30)
	p.stop()
}

// emptyDatabase makes one on the server and returns its address.
func emptyDatabase(t *testing.T, server string) string {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE moved"); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/moved"
	return u.String()
}
