package config

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// pace is how Follow looks at files.
type pace struct {
	settle time.Duration // editors write in several steps: wait for the last
	patrol time.Duration // network and container file systems send no events
	doubt  time.Duration // a file that is wrong may be half written: look again
	again  time.Duration // what refused a right file may have passed: try again
}

// usual keeps the promise that a change is in use within 3 s, whatever the file
// system tells us.
var usual = pace{settle: 150 * time.Millisecond, patrol: time.Second, doubt: 300 * time.Millisecond, again: 10 * time.Second}

// Following says how to follow a watchlist.
type Following struct {
	Paths  []string // as for Load
	Kinds  Kinds
	Start  *Config          // what is in use already; nil applies the file at once
	Reload <-chan os.Signal // SIGHUP: apply again, changed or not; nil when there is none
	Log    *slog.Logger     // nil: silence
	Failed func(error)      // told once for every content that cannot be used; may be nil

	pace pace // zero: the usual; tests are in a hurry
}

// inputs is everything a watchlist was made of: its files, which of them a folder holds,
// and the files they name.
type inputs map[string][sha256.Size]byte // checksums by path

// note remembers what a file held when it was read, or that it could not be.
func (in inputs) note(path string, data []byte, err error) {
	if err != nil {
		in.read(path) // it may only have been too large for its purpose
		return
	}
	in[path] = sha256.Sum256(data)
}

func (in inputs) read(path string) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		_, _ = in.folder(path) // the error is noted
		return
	}
	data, err := readBounded(path, maxWords)
	if err != nil {
		data = []byte("error: " + err.Error())
	}
	in[path] = sha256.Sum256(data)
}

// again reads the same files as they are now.
func (in inputs) again() inputs {
	now := inputs{}
	for path := range in {
		now.read(path)
	}
	return now
}

// Follow keeps the watchlist in use the same as its files, until ctx ends. Every
// change is parsed and checked as a whole and then given to apply, never two at
// once; within 3 s of the change. A file that is wrong, or that apply refuses,
// leaves the old one in use and is reported once for each content; what was refused for
// another reason than a mistake in it (a database that is away) is tried again every 10 s.
//
// The folder is watched rather than the file, since editors rename and
// Kubernetes swaps a link; the files that the watchlist names (secrets, words)
// are followed too. The error is ctx's, or that the folder cannot be read.
func Follow(ctx context.Context, f Following, apply func(*Config) error) error {
	if f.Log == nil {
		f.Log = slog.New(slog.DiscardHandler)
	}
	for _, path := range f.Paths {
		if _, err := os.Stat(filepath.Dir(path)); err != nil {
			return fmt.Errorf("watchlist: follow %s: %w", path, err)
		}
	}
	if f.pace == (pace{}) {
		f.pace = usual
	}
	w := &follower{Following: f, apply: apply}
	if f.Start != nil {
		w.last = f.Start.inputs
	}
	events, troubles := w.watch()
	if w.notified != nil {
		defer w.notified.Close()
	}
	tick := time.NewTicker(f.pace.patrol)
	defer tick.Stop()
	pending := time.After(0) // look once at the start: it may have changed since Load
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.Reload:
			w.refused = false // whoever asks is told
			w.look(ctx, true)
		case <-events:
			if pending == nil { // never put off: a database beside the file changes all the time
				pending = time.After(f.pace.settle)
			}
		case err := <-troubles:
			f.Log.Warn("file events were lost, looking every second", "err", err)
		case <-pending:
			pending = nil
			w.look(ctx, false)
		case <-tick.C:
			w.look(ctx, w.refused && !time.Now().Before(w.again))
		}
	}
}

type follower struct {
	Following
	apply    func(*Config) error
	last     inputs    // what was used, or refused, last
	stamps   []stamp   // of the files at that time
	refused  bool      // last was refused for what may pass
	again    time.Time // when to give it to apply again
	notified *fsnotify.Watcher
}

// stamp is what a file system says of a file without reading it.
type stamp struct {
	path string
	info os.FileInfo
}

func (s stamp) same(o stamp) bool {
	if s.info == nil || o.info == nil {
		return s.info == o.info
	}
	return s.path == o.path && s.info.Size() == o.info.Size() && s.info.ModTime().Equal(o.info.ModTime()) && os.SameFile(s.info, o.info)
}

// look takes the file in if it differs from what was looked at last.
func (w *follower) look(ctx context.Context, force bool) {
	stamps := w.stamp()
	if !force && w.stamps != nil && slices.EqualFunc(stamps, w.stamps, stamp.same) && !w.fresh(stamps) {
		return
	}
	w.stamps = stamps
	if !force && w.last != nil && maps.Equal(w.last, w.last.again()) {
		return
	}
	c, in, err := w.read()
	for ctx.Err() == nil {
		if err != nil { // an editor may be in the middle of writing
			select {
			case <-ctx.Done():
			case <-time.After(w.pace.doubt):
			}
		}
		if maps.Equal(in, in.again()) {
			break
		}
		c, in, err = w.read() // also a good one: its files may be of two versions
	}
	if ctx.Err() != nil {
		return
	}
	if !force && w.last != nil && maps.Equal(w.last, in) { // half written, and then as it was
		w.stamps = nil
		return
	}
	told := w.refused && maps.Equal(w.last, in) // other words for it would be another notice every 10 s
	w.refused = false
	if err == nil {
		if err = w.apply(c); err != nil {
			w.refusal(err)
			err = fmt.Errorf("the new watchlist was refused: %w", err)
		}
	}
	w.last = in
	w.rewatch()
	w.stamps = nil // while it was applied it may have changed, even to a file of an old time, or to none: the next look reads
	if err != nil {
		if !told || !w.refused {
			w.report(err)
		}
		return
	}
	w.Log.Info("watchlist taken", "path", c.Path, "watches", len(c.Watches), "sources", len(c.Sources))
}

// refusal notes why apply refused the file, when it is not for a mistake in it.
func (w *follower) refusal(err error) {
	var mistakes *Errors
	if !errors.As(err, &mistakes) {
		w.refused, w.again = true, time.Now().Add(w.pace.again)
	}
}

func (w *follower) read() (*Config, inputs, error) {
	return load(w.Paths, reading{env: os.LookupEnv, kinds: w.Kinds})
}

// fresh reports whether a file changed so lately that a second change could
// carry the same time stamp.
func (w *follower) fresh(stamps []stamp) bool {
	return slices.ContainsFunc(stamps, func(s stamp) bool {
		return s.info != nil && time.Since(s.info.ModTime()) < 2*w.pace.patrol
	})
}

func (w *follower) stamp() []stamp {
	paths := slices.Sorted(maps.Keys(w.last))
	if len(paths) == 0 {
		paths = w.Paths
	}
	var out []stamp
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			info = nil
		}
		out = append(out, stamp{p, info})
	}
	return out
}

// report says once what is wrong with one content.
func (w *follower) report(err error) {
	problems := 1
	var many *Errors
	if errors.As(err, &many) {
		problems = len(many.List)
	}
	w.Log.Error("watchlist not taken, the old one stays in use", "path", strings.Join(w.Paths, ", "), "problems", problems, "err", err)
	if w.Failed != nil {
		w.Failed(err)
	}
}

// watch asks the system to tell of changes. Without it the patrol does the work.
func (w *follower) watch() (<-chan fsnotify.Event, <-chan error) {
	n, err := fsnotify.NewWatcher()
	if err != nil {
		w.Log.Warn("no file events, looking every second instead", "err", err)
		return nil, nil
	}
	w.notified = n
	w.rewatch()
	return n.Events, n.Errors
}

// rewatch watches every folder that holds a file of the watchlist.
func (w *follower) rewatch() {
	if w.notified == nil {
		return
	}
	var want []string
	for _, path := range slices.Concat(w.Paths, slices.Collect(maps.Keys(w.last))) {
		dir := filepath.Dir(path)
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			dir = path
		}
		if !slices.Contains(want, dir) {
			want = append(want, dir)
		}
	}
	have := w.notified.WatchList()
	for _, dir := range want {
		if !slices.Contains(have, dir) {
			_ = w.notified.Add(dir) // a folder that cannot be watched is on patrol
		}
	}
	for _, dir := range have {
		if !slices.Contains(want, dir) {
			_ = w.notified.Remove(dir)
		}
	}
}
