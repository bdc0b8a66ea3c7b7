package sentiment_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

var auditFile = flag.String("audit", "", "write how often each cue is right to this file")

var streamMiss = flag.String("stream-miss", "", "write the wrong posts of the tuned part to this file (never those of the held third)")

// tables are compiled once for all scorers of scorerOf.
var tables sentiment.Tables

func scorerOf(t *testing.T, o sentiment.Options) *sentiment.Scorer {
	t.Helper()
	o.Tables = &tables
	s, err := sentiment.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readPosts(t *testing.T, places *stream.Places, file string) []stream.Post {
	t.Helper()
	posts, err := stream.Read(file, places)
	if err != nil {
		t.Fatal(err)
	}
	return posts
}

// tested is a post with what the scorer says of it.
type tested struct {
	stream.Post
	score mention.Score
	alert bool
}

func (x *tested) yes() bool { return x.Complaint == "yes" }

// streamFiles are the labelled posts of this repository and, where they are, the
// shared ones.
func streamFiles(t *testing.T) []string {
	t.Helper()
	shared := testkit.SharedDir(t)
	var files []string
	for _, dir := range []string{filepath.Join(shared, "eval", "stream"), "testdata/stream"} {
		found, err := stream.Files(dir)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Skip("no labelled posts are here (EARSHOT_SHARED)")
	}
	return files
}

// TestStream prints how well complaints are told from the rest of a stream, and
// how often the frames are answered rightly: for the part that is tuned on and
// for the held third.
func TestStream(t *testing.T) {
	s := scorerOf(t, sentiment.Options{})
	places := stream.NewPlaces()
	var miss strings.Builder
	for _, file := range streamFiles(t) {
		posts := readPosts(t, places, file)
		var tuned, held, bare []tested
		for _, p := range posts {
			x := judge(s, p)
			if p.Held() {
				held = append(held, x)
				if p.Input.Stars == 0 {
					bare = append(bare, x)
				}
				continue
			}
			tuned = append(tuned, x)
			if x.Complaint != "borderline" && x.alert != x.yes() {
				fmt.Fprintln(&miss, missed(s, &x))
			}
		}
		name := filepath.Base(file)
		t.Logf("%-12s tuned %s", name, figures(tuned))
		t.Logf("%-12s held  %s", name, figures(held))
		t.Logf("%-12s held, without stars %s", name, figures(bare))
		for _, frame := range []string{"about", "voice", "event"} {
			t.Logf("%-12s %s: tuned %s, held %s", name, frame, agreement(tuned, frame), agreement(held, frame))
			t.Logf("%s", confusion(held, frame))
		}
	}
	if *streamMiss != "" {
		if err := os.WriteFile(*streamMiss, []byte(miss.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func missed(s *sentiment.Scorer, x *tested) string {
	var frames, why []string
	for _, f := range x.score.Frames {
		frames = append(frames, f.Frame+" "+f.Value)
	}
	for i, r := range s.Reasons(x.Input) {
		if i < 8 {
			why = append(why, r.String())
		}
	}
	return strings.Join([]string{x.Input.Lang, x.Complaint, fmt.Sprintf("%.2f", x.score.Complaint), string(x.Input.Kind), x.Tag,
		x.About + "/" + x.Voice + "/" + x.Event, strings.Join(frames, ", "), strings.Join(why, "; "),
		x.Brand, strings.ReplaceAll(x.Input.Text, "\n", `\n`)}, "\t")
}

// measured is how well complaints are told from the rest: at the thresholds, and
// by order alone (average precision, the best F1 of any threshold).
type measured struct {
	n, yes, tp, fp int
	ap, best       float64
}

func (m *measured) precision() float64   { return share(m.tp, m.tp+m.fp) }
func (m *measured) recall() float64      { return share(m.tp, m.yes) }
func (m *measured) f1() float64          { return share(2*m.tp, m.tp+m.fp+m.yes) }
func (m *measured) falseAlarms() float64 { return 100 * share(m.fp, m.n-m.yes) }

func (m *measured) String() string {
	return fmt.Sprintf("n %4d  P %.3f  R %.3f  F1 %.3f  AP %.3f  best F1 %.3f  false alarms %4.1f", m.n, m.precision(), m.recall(), m.f1(), m.ap, m.best, m.falseAlarms())
}

func figures(all []tested) string { m := measure(all); return m.String() }

func measure(all []tested) measured {
	var m measured
	var list []tested
	for _, x := range all {
		if x.Complaint == "borderline" {
			continue
		}
		list = append(list, x)
		switch {
		case x.yes() && x.alert:
			m.tp++
		case x.alert:
			m.fp++
		}
		if x.yes() {
			m.yes++
		}
	}
	m.n = len(list)
	sort.SliceStable(list, func(i, j int) bool { return list[i].score.Complaint > list[j].score.Complaint })
	hits := 0
	for i, x := range list {
		if x.yes() {
			hits++
			m.ap += float64(hits) / float64(i+1) / float64(m.yes)
		}
		m.best = max(m.best, 2*float64(hits)/float64(i+1+m.yes))
	}
	return m
}

func share(a, b int) float64 { return float64(a) / float64(max(b, 1)) }

func label(x *tested, frame string) string {
	v := map[string]string{"about": x.About, "voice": x.Voice, "event": x.Event}[frame]
	if v == "both" {
		v = "us"
	}
	return v
}

func answered(x *tested, frame string) string {
	for _, f := range x.score.Frames {
		if f.Frame == frame {
			if frame == "event" && f.Value != "yes" {
				return "no"
			}
			return f.Value
		}
	}
	if frame == "event" {
		return "no"
	}
	return ""
}

// agreement is how often the frame is answered as labelled, beside the share of
// the commonest label.
func agreement(all []tested, frame string) string {
	right, n := 0, 0
	count := map[string]int{}
	for i := range all {
		want := label(&all[i], frame)
		if want == "" {
			continue
		}
		n++
		count[want]++
		if answered(&all[i], frame) == want {
			right++
		}
	}
	common := 0
	for _, c := range count {
		common = max(common, c)
	}
	return fmt.Sprintf("%.3f (commonest %.3f)", share(right, n), share(common, n))
}

// confusion lists, for each label, what was answered.
func confusion(all []tested, frame string) string {
	table := map[string]map[string]int{}
	for i := range all {
		want := label(&all[i], frame)
		if want == "" {
			continue
		}
		if table[want] == nil {
			table[want] = map[string]int{}
		}
		table[want][answered(&all[i], frame)]++
	}
	var lines []string
	for want, got := range table {
		var cells []string
		for v, n := range got {
			cells = append(cells, fmt.Sprintf("%s %d", v, n))
		}
		sort.Strings(cells)
		lines = append(lines, fmt.Sprintf("    %s as: %s", want, strings.Join(cells, ", ")))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}
