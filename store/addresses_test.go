package store

import (
	"bytes"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/mention"
)

// TestAddressesOfOlderRows: rows of an earlier earshot have no hashes; they are found
// after the next start.
func TestAddressesOfOlderRows(t *testing.T) {
	at := Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "e.db")}
	s := openAt(t, at)
	in := intakeOf()
	for n := range catchUpPiece + 7 {
		in.Posts = append(in.Posts, heard(post(n), "Romashka"))
	}
	ingest(t, s, in)
	must(s.write.Exec(`UPDATE mentions SET url_key = NULL, thread_key = NULL, rules = 0`))(t)
	s.Close()
	s = openAt(t, at)
	for _, n := range []int{0, catchUpPiece + 6} {
		list := must(s.view().AtURL(background, "Romashka", "http://Forum.example/p/"+post(n).ID+"?utm_source=x"))(t)
		if len(list) != 1 || list[0].Mention.Post.ID != post(n).ID {
			t.Errorf("post %d: %d found", n, len(list))
		}
	}
	want(t, "in the thread", len(must(s.view().InThread(background, "forum", post(0).ThreadURL, ""))(t)), catchUpPiece+7)
}

// TestOldRowsSayHowFar: a start that brings many rows of an earlier earshot up to date says so while it
// does, in few transactions; a quick one says nothing.
func TestOldRowsSayHowFar(t *testing.T) {
	for rows, said := range map[int]int{0: 0, 1000: 0, catchUpSay + 1: 1, 2*catchUpSay + catchUpPiece: 2} {
		var out bytes.Buffer
		s := openAt(t, Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "e.db"), Log: slog.New(slog.NewTextHandler(&out, nil))})
		left, transactions := rows, 0
		mustDo(t, s.catchUp(background, "rows", func(*sql.Tx) (int, error) {
			found := min(left, catchUpPiece)
			left -= found
			transactions++
			return found, nil
		}))
		want(t, "lines", strings.Count(out.String(), "brought up to date"), said)
		want(t, "left", left, 0)
		want(t, "transactions", transactions, rows/catchUpPiece+1)
	}
}

// TestAddressesWithWWW: a site drops its "www.", or gets one. What an earlier earshot stored is found by the other
// spelling after an update, and so are the answers in its threads: also what it stored beside a newer one.
func TestAddressesWithWWW(t *testing.T) {
	now := openFile(t)
	p := post(1)
	p.URL, p.ThreadURL = "https://www.forum.example/p/1", "https://www.forum.example/t/5"
	ingest(t, now, intakeOf(heard(p, "Romashka"), heard(post(2), "Romashka")))
	must(now.exec(background, "age", `UPDATE mentions SET url_key = 7, thread_key = 7 WHERE url = $1`, p.URL))(t)
	list := must(loadMigrations("sqlite"))(t)
	for _, version := range []int{24, 25, 27} {
		at := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
		asBefore(t, now, at, list, version)
		s := openAt(t, Options{Database: at})
		want(t, "at its address", len(must(s.view().AtURL(background, "Romashka", "https://forum.example/p/1"))(t)), 1)
		want(t, "in its thread", len(must(s.view().InThread(background, "forum", "http://forum.example/t/5", ""))(t)), 1)
	}
}

// testLongAddresses: what a stranger writes into a link does not keep a page from being
// stored.
func testLongAddresses(t *testing.T, open opener) {
	s := open(t)
	long := post(1)
	var noise strings.Builder // what repeats itself is compressed by PostgreSQL
	for n := range 500 {
		key := mention.Post{ID: fmt.Sprint(n)}.Key()
		fmt.Fprintf(&noise, "%x", key[:])
	}
	long.URL = "https://forum.example/?" + noise.String()
	long.ThreadURL = long.URL + "&thread"
	want(t, "new", ingest(t, s, intakeOf(heard(long, "Romashka"), heard(post(2), "Romashka"))).New, 2)
	want(t, "at its address", len(must(s.view().AtURL(background, "Romashka", long.URL))(t)), 1)
}
