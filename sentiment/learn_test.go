package sentiment_test

import (
	"crypto/sha256"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// TestLearnMonth simulates a month of an installation for each language: the posts
// of brands that no weight was fitted on come day by day in an order of their own,
// staff judge the alerts and every fourth of the rest, and after ten and after twenty
// days the weights learn what was judged so far. Measured are the days after, whose
// posts were taught to nobody: false alarms fall, and F1 does not pay more than .02 for it.
func TestLearnMonth(t *testing.T) {
	s := scorerOf(t, sentiment.Options{})
	byLang := map[string][]stream.Post{}
	places := stream.NewPlaces()
	for _, file := range streamFiles(t) {
		posts := readPosts(t, places, file)
		for _, p := range posts {
			if p.Held() && p.Complaint != "borderline" {
				byLang[p.Input.Lang] = append(byLang[p.Input.Lang], p)
			}
		}
	}
	var allBefore, allAfter []tested
	for _, lang := range s.Languages() {
		posts := byLang[lang]
		sort.Slice(posts, func(i, j int) bool { return dayOf(&posts[i]) < dayOf(&posts[j]) })
		var before, after []tested
		lines := 0
		for _, from := range []int{10, 20} {
			taught := len(posts) * from / 30
			examples := judged(s, posts[:taught])
			learned := s.Learn(examples)
			lines = strings.Count(learned, "\n")
			l := scorerOf(t, sentiment.Options{Learned: learned})
			if was, is := alerts(s, examples), alerts(l, examples); is > was {
				t.Errorf("%s, day %d: what was taught gives %.0f alerts, %.0f before", lang, from, is, was)
			}
			for _, p := range posts[taught : len(posts)*(from+10)/30] {
				before, after = append(before, judge(s, p)), append(after, judge(l, p))
			}
		}
		a, b := measure(before), measure(after)
		t.Logf("%s shipped %s", lang, &a)
		t.Logf("%s learned %s (%d weights moved)", lang, &b, lines)
		allBefore, allAfter = append(allBefore, before...), append(allAfter, after...)
	}
	a, b := measure(allBefore), measure(allAfter)
	t.Logf("all shipped %s", &a)
	t.Logf("all learned %s", &b)
	if b.fp > a.fp || b.f1() < a.f1()-0.02 {
		t.Errorf("learning gave %d false alarms of %d, F1 %.3f of %.3f", b.fp, a.fp, b.f1(), a.f1())
	}
}

// TestLearnOfAlerts: staff judge alerts, and what is learned of them alone may find others in the posts that
// raised none. Where those are given too, there are no more alerts in all than before.
func TestLearnOfAlerts(t *testing.T) {
	s := scorerOf(t, sentiment.Options{})
	places := stream.NewPlaces()
	for _, file := range streamFiles(t) {
		if name := filepath.Base(file); name != "hard-uk.tsv" && name != "long-uk.tsv" {
			continue
		}
		var alone, all []sentiment.Example
		for _, p := range readPosts(t, places, file) {
			if !p.Held() {
				continue
			}
			x := judge(s, p)
			e := sentiment.Example{Input: p.Input, Complaint: x.yes(), Unjudged: !x.alert}
			if x.alert {
				alone = append(alone, e)
			}
			all = append(all, e)
		}
		was := alerts(s, all)
		learned := s.Learn(all)
		is, loud := alerts(scorerOf(t, sentiment.Options{Learned: learned}), all), alerts(scorerOf(t, sentiment.Options{Learned: s.Learn(alone)}), all)
		t.Logf("%s: %.0f alerts, %.0f when learned, %.0f when learned of alerts alone", filepath.Base(file), was, is, loud)
		if is > was || learned == "" {
			t.Errorf("%s: %.0f alerts, %.0f when %q is learned", file, was, is, learned)
		}
	}
}

func dayOf(p *stream.Post) string {
	sum := sha256.Sum256([]byte("day " + p.File + p.ID))
	return string(sum[:])
}

func judge(s *sentiment.Scorer, p stream.Post) tested {
	x := tested{Post: p, score: s.Score(p.Input)}
	x.alert = x.score.Complaint >= s.AlertAt(p.Input.Kind)
	return x
}

// judged is what staff look at: alerts, and every fourth of the rest.
func judged(s *sentiment.Scorer, posts []stream.Post) []sentiment.Example {
	var list []sentiment.Example
	for i, p := range posts {
		switch x := judge(s, p); {
		case x.alert:
			list = append(list, sentiment.Example{Input: p.Input, Complaint: x.yes()})
		case i%4 == 0:
			list = append(list, sentiment.Example{Input: p.Input, Complaint: x.yes(), Weight: 4})
		}
	}
	return list
}

// alerts are how many alerts the examples stand for.
func alerts(s *sentiment.Scorer, examples []sentiment.Example) (sum float64) {
	for _, e := range examples {
		if judge(s, stream.Post{Input: e.Input}).alert {
			sum += max(e.Weight, 1)
		}
	}
	return sum
}

// TestLearn: what is taught takes effect, the same examples teach the same, one
// verdict moves next to nothing, and a file with mistakes is refused.
func TestLearn(t *testing.T) {
	s := scorerOf(t, sentiment.Options{})
	post := sentiment.Input{Text: "The queue at Brand was terrible again, I waited an hour.", Lang: "en", Kind: "social"}
	one := sentiment.Example{Input: post}
	first := s.Score(post).Complaint
	after := func(n int) float64 {
		learned := s.Learn(slices.Repeat([]sentiment.Example{one}, n))
		if learned != s.Learn(slices.Repeat([]sentiment.Example{one}, n)) {
			t.Error("the same examples teach different things")
		}
		l := scorerOf(t, sentiment.Options{Learned: learned})
		return l.Score(post).Complaint
	}
	if x := after(1); first-x > 0.1 {
		t.Errorf("one verdict took the complaint from %.2f to %.2f", first, x)
	}
	if x := after(100); x > first/2 {
		t.Errorf("a hundred verdicts took the complaint from %.2f to %.2f only", first, x)
	}
	if s.Learn(nil) != "" {
		t.Error("nothing taught something")
	}
	_, err := sentiment.New(sentiment.Options{Learned: "score bad\t0.2\nasks\t99\n", LearnedFile: "learned.tsv"})
	if err == nil || !strings.Contains(err.Error(), "learned.tsv:2:") {
		t.Errorf("mistakes are told as %v", err)
	}
}

// TestLearnedByAnother: weights that speak of what this version does not weigh are no mistake,
// for an upgrade would keep earshot from starting; none of them is used, and the scorer says so.
func TestLearnedByAnother(t *testing.T) {
	post := sentiment.Input{Text: "The queue at Brand was terrible again, I waited an hour.", Lang: "en", Kind: "social"}
	complaint := func(learned string) (float64, string) {
		s := scorerOf(t, sentiment.Options{Learned: learned})
		return s.Score(post).Complaint, s.Outdated()
	}
	shipped, _ := complaint("")
	if same, outdated := complaint("score bad\t-3\n"); same == shipped || outdated != "" {
		t.Fatalf("weights of this version do nothing (%.2f), or are outdated by %q", same, outdated)
	}
	if got, outdated := complaint("score bad\t-3\nscore bed\t0.2\ntaken together\t-1\n"); got != shipped || outdated != "score bed" {
		t.Errorf("half of what another version learned is used: %.2f, not %.2f; outdated by %q", got, shipped, outdated)
	}
}
