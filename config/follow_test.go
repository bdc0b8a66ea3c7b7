package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a change may take before a test gives up. The promise is
// 3 s; a busy machine gets more, so the test tells lost from late.
const patience = time.Minute

// hurry is the pace of tests that save a file at once.
var hurry = pace{settle: 20 * time.Millisecond, patrol: 200 * time.Millisecond, doubt: 50 * time.Millisecond, again: usual.again}

// following is a Follow under test.
type following struct {
	t      *testing.T
	path   string
	heard  chan heard // in the order it happened
	reload chan os.Signal
	refuse error
	logged *bytes.Buffer
	pace   pace
}

// heard is what a Follow said: the watchlist it gave to apply, or a failure.
type heard struct {
	taken  *Config
	failed error
}

// follow loads path and follows it until the test ends.
func follow(t *testing.T, path string, refuse error) *following {
	t.Helper()
	return followAt(t, hurry, path, refuse)
}

func followAt(t *testing.T, pace pace, path string, refuse error) *following {
	t.Helper()
	start, err := Load([]string{path}, testKinds())
	if err != nil {
		t.Fatal(err)
	}
	f := &following{t: t, path: path, heard: make(chan heard, 10), reload: make(chan os.Signal, 1), refuse: refuse, logged: &bytes.Buffer{}, pace: pace}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		err := Follow(ctx, Following{
			Paths: []string{path}, Kinds: testKinds(), Start: start, Reload: f.reload, Failed: func(err error) { f.heard <- heard{failed: err} },
			Log: slog.New(slog.NewTextHandler(f.logged, nil)), pace: pace,
		}, func(c *Config) error {
			f.heard <- heard{taken: c}
			return f.refuse
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Follow ended: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	return f
}

// name is the watch's name in a minimal watchlist.
func watchlist(name string) string {
	return fmt.Sprintf("contact: a@b.example\nwatch: [{name: %s, terms: [n]}]\nsources: [{feed: https://a.example/}]\n", name)
}

func (f *following) want(name string) *Config {
	f.t.Helper()
	select {
	case h := <-f.heard:
		if h.failed != nil {
			f.t.Fatalf("failed: %v", h.failed)
		}
		if h.taken.Watches[0].Name != name {
			f.t.Fatalf("got %q, want %q", h.taken.Watches[0].Name, name)
		}
		return h.taken
	case <-time.After(patience):
		f.t.Fatalf("%q was not taken", name)
	}
	return nil
}

func (f *following) wantFailure(part string) {
	f.t.Helper()
	select {
	case h := <-f.heard:
		if h.failed == nil {
			f.t.Fatalf("took %q", h.taken.Watches[0].Name)
		}
		if !strings.Contains(h.failed.Error(), part) {
			f.t.Fatalf("failed with %v, want %q", h.failed, part)
		}
	case <-time.After(patience):
		f.t.Fatal("the mistake was not reported")
	}
}

func (f *following) wantSilence() {
	f.t.Helper()
	select {
	case h := <-f.heard:
		if h.failed != nil {
			f.t.Fatalf("failed again: %v", h.failed)
		}
		f.t.Fatalf("took %q again", h.taken.Watches[0].Name)
	case <-time.After(2*f.pace.patrol + f.pace.settle + f.pace.doubt):
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// put saves a file at once, as editors do: written in place it is empty for a moment, which
// is a mistake, or a watchlist too in a folder of several.
func put(t *testing.T, path, text string) {
	t.Helper()
	next := filepath.Join(filepath.Dir(path), ".new.swp")
	write(t, next, text)
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
}

// TestFollowWrites writes in place, at the daemon's own pace. Only the doubt is longer: a busy machine
// may stop a test between the two steps of a write.
func TestFollowWrites(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "watchlist.yaml")
	write(t, path, watchlist("one"))
	p := usual
	p.doubt = time.Second
	f := followAt(t, p, path, nil)
	write(t, path, watchlist("two"))
	f.want("two")
	write(t, path, watchlist("two")) // the same content again
	f.wantSilence()
	f.reload <- syscall.SIGHUP // asked for: applied, changed or not
	f.want("two")
}

func TestFollowKeepsTheOldOne(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "watchlist.yaml")
	write(t, path, watchlist("one"))
	f := follow(t, path, nil)
	put(t, path, watchlist("{}"))
	f.wantFailure("name wants a text")
	f.wantSilence() // once for each content
	put(t, path, "contact: [")
	f.wantFailure("never closed")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	f.wantFailure("there is no watchlist")
	f.wantSilence()
	put(t, path, watchlist("two"))
	f.want("two")
}

// TestFollowTriesAgain: a right file that was refused because something was away is taken
// when that is back, without another save; it is told once.
func TestFollowTriesAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.yaml")
	write(t, path, watchlist("one"))
	pace := hurry
	pace.patrol, pace.again = 50*time.Millisecond, 100*time.Millisecond
	f := followAt(t, pace, path, errors.New("the database is away"))
	put(t, path, watchlist("two"))
	f.want("two")
	f.wantFailure("the database is away")
	f.want("two")
	f.want("two") // told once
}

func TestFollowRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "watchlist.yaml")
	write(t, path, watchlist("one"))
	f := follow(t, path, errors.New("no more memory"))
	put(t, path, watchlist("two"))
	f.want("two")
	f.wantFailure("refused: no more memory")
	f.wantSilence()
}

// TestFollowRename saves the way editors do: a new file over the old one.
func TestFollowRename(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "watchlist.yaml")
	write(t, path, watchlist("one"))
	f := follow(t, path, nil)
	for _, name := range []string{"two", "three"} {
		put(t, path, watchlist(name))
		f.want(name)
	}
}

// TestFollowKubernetes swaps the ..data link of a mounted ConfigMap.
func TestFollowKubernetes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	version := func(n int) string {
		name := fmt.Sprintf("..v%d", n)
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name, "watchlist.yaml"), watchlist(fmt.Sprintf("v%d", n)))
		return name
	}
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link(version(1), "..data")
	link("..data/watchlist.yaml", "watchlist.yaml")
	f := follow(t, filepath.Join(dir, "watchlist.yaml"), nil)
	for n := 2; n < 4; n++ {
		link(version(n), "..data_tmp")
		if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
		f.want(fmt.Sprintf("v%d", n))
	}
}

// TestFollowIncluded changes the files that the watchlist names.
func TestFollowIncluded(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	path, words, token := filepath.Join(dir, "watchlist.yaml"), filepath.Join(dir, "words.tsv"), filepath.Join(other, "token")
	write(t, words, "a\n")
	write(t, token, "xoxb-1\n")
	write(t, path, watchlist("one")+fmt.Sprintf("sentiment: {words: words.tsv}\nslack: {bot_token: \"${file:%s}\"}\n", token))
	f := follow(t, path, nil)
	put(t, words, "b\n")
	f.want("one")
	put(t, token, "xoxb-2\n")
	if c := f.want("one"); c.Slack.BotToken.Reveal() != "xoxb-2" {
		t.Error("the old token is still in use")
	}
	if err := os.Remove(token); err != nil {
		t.Fatal(err)
	}
	f.wantFailure("cannot be read")
}

// TestFollowBusyFolder shows that a database beside the watchlist, which changes
// all the time, does not put a change off.
func TestFollowBusyFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "watchlist.yaml")
	write(t, path, watchlist("one"))
	p := hurry
	p.patrol, p.settle = time.Hour, 300*time.Millisecond // the patrol would take the change too
	f := followAt(t, p, path, nil)
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-done:
				return
			case <-time.After(5 * time.Millisecond):
				_ = os.WriteFile(filepath.Join(dir, "earshot.db-wal"), []byte{byte(i)}, 0o600)
			}
		}
	})
	defer wg.Wait()
	defer close(done)
	put(t, path, watchlist("two"))
	f.want("two")
}

// TestFollowHalfWritten writes a file in two steps, the first of which is wrong; what is the
// same in the end as it was before is not taken again.
func TestFollowHalfWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "watchlist.yaml")
	write(t, path, watchlist("one"))
	p := hurry
	p.doubt = 2 * time.Second // wide: a loaded machine writes late
	f := followAt(t, p, path, nil)
	inTwoSteps := func() {
		write(t, path, "")
		time.Sleep(p.settle + 50*time.Millisecond) // looked at once, still in doubt
		write(t, path, watchlist("two"))
	}
	inTwoSteps()
	f.want("two")
	inTwoSteps()
	f.wantSilence()
}

// TestFollowChangedSinceLoad changes the file between Load and Follow.
func TestFollowChangedSinceLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "watchlist.yaml")
	write(t, path, watchlist("one"))
	start, err := Load([]string{path}, testKinds())
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, watchlist("two"))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err = Follow(ctx, Following{Paths: []string{path}, Kinds: testKinds(), Start: start}, func(c *Config) error {
		if c.Watches[0].Name != "two" {
			t.Errorf("took %q", c.Watches[0].Name)
		}
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := Follow(ctx, Following{Paths: []string{"/no/such/folder/w.yaml"}}, nil); err == nil {
		t.Error("a folder that does not exist was followed")
	}
}

// TestFollowChangedMeanwhile: what happens to the file while it is being applied is seen too,
// also when nothing about the file says that it is new.
func TestFollowChangedMeanwhile(t *testing.T) {
	for what, change := range map[string]func(t *testing.T, path string){
		"gone": func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		},
		"an old file put in its place": func(t *testing.T, path string) {
			old := path + ".old"
			write(t, old, "watch: [")
			hourAgo := time.Now().Add(-time.Hour)
			if err := errors.Join(os.Chtimes(old, hourAgo, hourAgo), os.Rename(old, path)); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "watchlist.yaml")
			write(t, path, watchlist("First"))
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			seen := false
			_ = Follow(ctx, Following{Paths: []string{path}, Kinds: testKinds(), pace: hurry, Failed: func(error) { seen = true; cancel() }}, func(*Config) error {
				change(t, path)
				return nil
			})
			if !seen {
				t.Error("nobody was told")
			}
		})
	}
}
