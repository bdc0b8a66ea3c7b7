package sentiment

import (
	"math"
	"strings"
	"testing"
)

// TestNetworkSays: what the network says of a text is what its file comes to, row by row.
func TestNetworkSays(t *testing.T) {
	s := shippedScorer(t)
	weights := map[[2]string]float64{}
	for line := range strings.Lines(builtin(verdictFile)) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) == 3 && cells[0] != "model" {
			weights[[2]string{cells[0], cells[1]}] = float64(number(cells[2]))
		}
	}
	m := &s.common.models
	models := []string{}
	for _, a := range m.answers {
		models = append(models, s.common.frames[a].name())
	}
	models = append(models, complaintModel)
	for _, x := range readSamples(t, "testdata/hand/en.tsv") {
		sc := s.scored(Input{Text: x.text})
		row := map[string]float64{}
		for i, v := range sc.x {
			row[s.common.features[i]] = float64(v)
		}
		said := m.network.say(sc.held)
		for k, model := range models {
			want := 0.0
			for from, w := range weights {
				if from[0] != model {
					continue
				}
				counts := 1.0
				if strings.HasPrefix(from[1], unitModel) {
					counts = 0
					for feature, v := range row {
						counts += weights[[2]string{from[1], feature}] * v
					}
				}
				want += w * max(counts, 0)
			}
			if math.Abs(float64(said[k])-want) > 1e-3*max(1, math.Abs(want)) {
				t.Fatalf("%q: %s is said %.4f, by the file %.4f", x.text, model, said[k], want)
			}
		}
		s.pool.Put(sc)
	}
}

// TestVerdictFile: mistakes in the file are told with their place.
func TestVerdictFile(t *testing.T) {
	const head = "model\tfeature\tweight\tnote\n"
	for name, c := range map[string]struct{ rows, want string }{
		"good":    {"unit 1\tasks\t0.5\nevent yes\tunit 1\t1\nevent yes\talways\t-1\ncomplaint\tunit 1\t1\ncomplaint\tscore bad\t0.7\nalert\treview\t0.5\n", ""},
		"model":   {"unti 1\tasks\t0.5\n", `verdict.tsv:2:1: unknown model "unti 1"`},
		"feature": {"unit 1\task\t0.5\n", `verdict.tsv:2:8: unknown feature "ask"`},
		"unit":    {"complaint\tunit 99\t0.5\n", `verdict.tsv:2:11: unknown unit "unit 99"`},
		"answer":  {"event yes\tunit 1\t1\ncomplaint\tevent yes\t0.5\n", `verdict.tsv:3:11: unknown unit "event yes"`},
		"kind":    {"alert\tletter\t0.5\n", `verdict.tsv:2:7: unknown kind "letter"`},
		"weight":  {"unit 1\tasks\t300\n", "verdict.tsv:2:13"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newFrom(builtinBut(map[string]string{verdictFile: head + c.rows}), Options{})
			wantMistake(t, err, c.want)
		})
	}
}

// TestScoreCounts: the score of the words counts beside what network and trees make of it.
func TestScoreCounts(t *testing.T) {
	const head, model = "model\tfeature\tweight\tnote\n", "unit 1\tasks\t0\ncomplaint\tunit 1\t0\n"
	none := map[string]string{treesFile: ""}
	complaint := func(rows, text string) float64 {
		t.Helper()
		none[verdictFile] = head + model + rows
		s, err := newFrom(builtinBut(none), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return s.Score(Input{Text: text}).Complaint
	}
	const bad, good = "They lost my parcel and lied to me.", "Great service, thank you!"
	for _, text := range []string{bad, good} {
		if got := complaint("", text); got != 0.5 {
			t.Errorf("%q: %.3f by a network that says nothing, want a half", text, got)
		}
	}
	const rows = "complaint\tscore bad\t0.7\ncomplaint\tscore good\t-0.7\n"
	if b, g := complaint(rows, bad), complaint(rows, good); b <= 0.52 || g >= 0.48 {
		t.Errorf("%.3f for bad words and %.3f for good ones; they count nothing", b, g)
	}
	if got := shippedScorer(t).common.models.score; len(got) != 2 {
		t.Errorf("the shipped file counts the score by %v, want a weight of bad words and one of good ones", got)
	}
}

// TestReasons: a feature is told to have given what the verdict would lose without it.
func TestReasons(t *testing.T) {
	s := shippedScorer(t)
	in := Input{Text: "Third week without a refund, and nobody answers!", Kind: "review", Stars: 1}
	starless := in
	starless.Stars = 0
	odds := func(in Input) float64 {
		sc := s.scored(in)
		defer s.pool.Put(sc)
		return float64(s.weigh(sc))
	}
	for _, r := range s.Reasons(in) {
		if r.Feature == "few stars" {
			if want := odds(in) - odds(starless); math.Abs(r.Weight-want) > 0.006 {
				t.Errorf("few stars gave %.3f, without them the verdict loses %.3f", r.Weight, want)
			}
			return
		}
	}
	t.Error("few stars are no reason")
}
