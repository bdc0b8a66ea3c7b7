package store

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// crashEnv makes the test binary the victim of TestKill: it works on the database
// named there until it is killed.
const crashEnv = "EARSHOT_TEST_CRASH_DATABASE"

// TestKill kills a working process again and again, at any moment, and looks whether
// everything it was told to be committed is there, and nothing is there by half.
func TestKill(t *testing.T) {
	if path := os.Getenv(crashEnv); path != "" {
		crashVictim(t, path)
		return
	}
	rounds := 20
	if testing.Short() {
		rounds = 5
	}
	path := filepath.Join(t.TempDir(), "e.db")
	told := map[string]bool{}
	for range rounds {
		killOnce(t, path, told)
	}
	s := openAt(t, Options{Database: "sqlite:" + path})
	checkWhole(t, s)
	for fact := range told {
		checkFact(t, s, fact)
	}
	if len(told) < rounds {
		t.Errorf("only %d facts in %d rounds: the test proves nothing", len(told), rounds)
	}
	t.Logf("%d kills, %d facts told, none lost", rounds, len(told))
}

// killOnce lets a victim work for a moment and adds what it told.
func killOnce(t *testing.T, path string, told map[string]bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), crashEnv+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	mustDo(t, cmd.Start())
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("victim said %q", lines.Text())
	}
	timer := time.AfterFunc(time.Duration(10+rand.IntN(150))*time.Millisecond, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
	defer timer.Stop()
	for lines.Scan() {
		if fact, whole := strings.CutSuffix(lines.Text(), "."); whole { // the last line may be cut
			told[fact] = true
		} else if lines.Text() != "" && strings.Contains(lines.Text(), "FAIL") {
			t.Fatalf("victim: %s", lines.Text())
		}
	}
	_ = cmd.Wait()
}

// crashVictim commits and tells what it committed, until it is killed.
func crashVictim(t *testing.T, path string) {
	s, err := Open(background, Options{Database: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("ready")
	base := rand.IntN(1 << 30)
	for n := base; ; n += 3 {
		batch := posts(n, 3)
		ingest(t, s, intakeOf(heard(batch[0], "Romashka"), heard(batch[1], "Romashka", "Delivery"), heard(batch[2])))
		for _, p := range batch {
			fmt.Printf("post %s.\n", p.ID)
		}
		id := mentionID(batch[0], "Romashka")
		must(act(s, id, mention.Action{Verb: mention.Claim, By: person("ira"), At: t0}))(t)
		fmt.Printf("claim %s.\n", id)
		if ok, err := s.BeginPosting(background, alertID(id), t0); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if ok, err := s.MarkPosted(background, alertID(id), "C", "1", 1); err != nil || !ok {
			t.Fatal(ok, err)
		}
		fmt.Printf("posted %s.\n", alertID(id))
	}
}

func checkFact(t *testing.T, s *Store, fact string) {
	t.Helper()
	kind, id, _ := strings.Cut(fact, " ")
	switch kind {
	case "post":
		p := post(0)
		p.ID = id
		known, err := knownPosts(background, s.read, keysOf([]mention.Post{p}))
		if err != nil || len(known) != 1 {
			t.Errorf("%s: lost (%v)", fact, err)
		}
	case "claim":
		_, c, err := s.Mention(background, mention.ID(id))
		if err != nil || c.Status != mention.Claimed {
			t.Errorf("%s: lost: %+v (%v)", fact, c, err)
		}
	case "posted":
		a, _, err := s.Alert(background, mention.AlertID(id))
		if err != nil || a.Status != mention.Posted {
			t.Errorf("%s: lost: %+v (%v)", fact, a, err)
		}
	}
}

// checkWhole looks for anything that is there by half.
func checkWhole(t *testing.T, s *Store) {
	t.Helper()
	var verdict string
	if err := s.read.QueryRowContext(background, `PRAGMA integrity_check`).Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity: %s, %v", verdict, err)
	}
	for what, query := range map[string]string{
		"broken references":          `SELECT COUNT(*) FROM pragma_foreign_key_check`,
		"mentions without a case":    `SELECT COUNT(*) FROM mentions m WHERE NOT EXISTS (SELECT 1 FROM cases c WHERE c.mention_id = m.id)`,
		"mentions without a post":    `SELECT COUNT(*) FROM mentions m WHERE NOT EXISTS (SELECT 1 FROM posts p WHERE p.key = m.post_key)`,
		"mentions without one alert": `SELECT COUNT(*) FROM mentions m WHERE 1 <> (SELECT COUNT(*) FROM alerts a WHERE a.mention_id = m.id)`,
		"mentions without one event": `SELECT COUNT(*) FROM mentions m WHERE 1 <> (SELECT COUNT(*) FROM events e WHERE e.mention_id = m.id AND e.kind = 'heard')`,
		"claims without their event": `SELECT COUNT(*) FROM cases c WHERE c.status = 'claimed' AND NOT EXISTS (SELECT 1 FROM events e WHERE e.mention_id = c.mention_id AND e.kind = 'claim')`,
		"posts without words":        `SELECT COUNT(*) FROM posts p WHERE NOT EXISTS (SELECT 1 FROM bodies b WHERE b.key = p.key)`,
		"batches cut":                `SELECT (SELECT COUNT(*) FROM posts) % 3`,
	} {
		want(t, what, count(t, s.read, query), 0)
	}
}
