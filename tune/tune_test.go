package tune_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/tune"
)

func TestWords(t *testing.T) {
	cues := toy{map[string]float64{"wicked": -1.4, "dying": -1.5, "awful": -3, "refuses to": -3.5, "slow": -0.9, "nice": 1, "24ч": -1.4}}
	complaints := filler(tune.Confirmed, 10, "acme is awful with my %s")
	cases := []struct {
		name  string
		in    tune.Input
		want  []string // kind and phrase of each change
		after int      // false alarms that stay
		left  []string
	}{
		{"a word that was always wrong", input(complaints, filler(tune.NotNegative, 5, "wicked %s by acme")), []string{"neutral wicked"}, 0, nil},
		{"a word that is right elsewhere, wrong in one phrase", input(complaints, filler(tune.NotNegative, 5, "acme %s dying laughing"),
			filler(tune.Confirmed, 2, "dying at acme %s")), []string{"neutral dying laughing"}, 0, nil},
		{"a word that is mostly wrong, yet decides true complaints", input(complaints, filler(tune.NotNegative, 5, "dying %s so acme"),
			filler(tune.Confirmed, 2, "dying of %s acme")), nil, 5, []string{"dying"}},
		{"a word that is mostly wrong, where half of it will do", input(complaints, filler(tune.NotNegative, 5, "wicked %s so acme"),
			filler(tune.Confirmed, 2, "wicked and wicked %s acme")), []string{"lighter wicked"}, 0, nil},
		{"a word of complaints", input(complaints, filler(tune.NotNegative, 5, "awful %s acme")), nil, 5, nil},
		{"a cue too heavy for a guard of the same words", input(complaints, filler(tune.NotNegative, 5, "acme refuses to %s")), nil, 5, []string{"refuses to"}},
		{"each text by another word", input(complaints, filler(tune.NotNegative, 4, "nice acme %s"),
			[]tune.Example{example(tune.NotNegative, "wicked acme")}), nil, 1, nil},
		{"the same text five times is one", input(complaints, copies(5, example(tune.NotNegative, "wicked acme"))), nil, 5, nil},
		{"too few complaints", input(complaints[:9], filler(tune.NotNegative, 5, "wicked %s by acme")), nil, 5, nil},
		{"a word that the scorer cuts in two", input(complaints, filler(tune.NotNegative, 5, "24ч %s by acme")), nil, 5, nil},
		{"weak complaints become clear", input(complaints, filler(tune.NotNegative, 5, "nice %s by acme"),
			filler(tune.Confirmed, 3, "acme is so slow with %s")), []string{"heavier slow"}, 0, nil},
		{"not where staff said it is no complaint", input(complaints, filler(tune.NotNegative, 5, "slow %s by acme"),
			filler(tune.Confirmed, 6, "acme is so slow with %s")), nil, 5, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plan := propose(t, c.in, cues)
			var got, left []string
			for _, w := range plan.Words {
				got = append(got, w.Kind+" "+w.Phrase)
				if w.Loses != 0 {
					t.Errorf("loses %+v", w)
				}
			}
			for _, l := range plan.Left {
				left = append(left, l.Phrase)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) || plan.After.FalseAlarms != c.after || c.left != nil && fmt.Sprint(left) != fmt.Sprint(c.left) {
				t.Errorf("proposes %q, leaves %q, %d false alarms; want %q, %q, %d\n%+v", got, left, plan.After.FalseAlarms, c.want, c.left, c.after, plan)
			}
			if plan.After.Complaints < plan.Before.Complaints || (len(c.want) > 0) != (plan.Diff != "") {
				t.Errorf("%+v", plan)
			}
		})
	}
}

func copies(n int, e tune.Example) []tune.Example {
	var out []tune.Example
	for range n {
		out = append(out, e)
	}
	return out
}

func propose(t *testing.T, in tune.Input, cues toy) tune.Plan {
	t.Helper()
	plan, err := tune.Propose(t.Context(), in, cues, toyMatch{"acme": {"old phrase"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestOwnLineIsChanged(t *testing.T) {
	in := input(filler(tune.Confirmed, 10, "acme is awful with my %s"), filler(tune.NotNegative, 6, "gobsmacked %s by acme"))
	in.New, in.Words = false, "# ours\r\nxx\tpattern\tgobsmacked\t-3\tword\t-\t-\tsince May\r\nxx\tpattern\tother\t-2\tword\r\n"
	plan := propose(t, in, toy{map[string]float64{"awful": -3}})
	if len(plan.Words) != 1 || plan.Words[0].Replaces != 2 || plan.After.FalseAlarms != 0 {
		t.Fatalf("%+v", plan)
	}
	if got := patched(t, in.Words, plan.Diff); !strings.Contains(got, "xx\tpattern\tgobsmacked\t0\t") || !strings.HasSuffix(got, "xx\tpattern\tother\t-2\tword\r\n") || strings.Count(got, "\n") != 3 {
		t.Errorf("file becomes %q", got)
	}
}

func TestMayLose(t *testing.T) {
	in := input(filler(tune.Confirmed, 10, "acme is awful with my %s"), filler(tune.NotNegative, 5, "dying %s so acme"),
		filler(tune.Confirmed, 1, "dying of %s acme"))
	in.MayLose = 1
	plan := propose(t, in, toy{map[string]float64{"awful": -3, "dying": -1.1}})
	if len(plan.Words) != 1 || plan.Words[0].Removes != 5 || plan.Words[0].Loses != 1 {
		t.Errorf("%+v", plan)
	}
}

// TestWordsByChance: a word that stands in three false alarms and in no complaint tells something where a false
// alarm is rare, and nothing where every second text is called one, as by staff who dismiss what they have no time for.
func TestWordsByChance(t *testing.T) {
	game := filler(tune.NotNegative, 3, "acme boss kills %s")
	cues := toy{map[string]float64{"kills": -3, "lost": -3}}
	for _, c := range []struct{ wrong, right, want int }{{5, 32, 1}, {9, 12, 1}, {29, 32, 0}} {
		plan := propose(t, input(game, filler(tune.NotNegative, c.wrong-3, "acme lost its fan %s"), filler(tune.Confirmed, c.right, "acme lost my %s")), cues)
		if len(plan.Words) != c.want {
			t.Errorf("%d false alarms and %d complaints: proposes %+v", c.wrong, c.right, plan.Words)
		}
	}
}

// TestNothingIsHarmed: whatever staff said, the words file after the diff raises no
// new false alarm, loses no complaint, and does what the plan says of it.
func TestNothingIsHarmed(t *testing.T) {
	proposals := 0
	for seed := range uint64(250) {
		r := rand.New(rand.NewPCG(seed, 1))
		cues := toy{map[string]float64{}}
		vocabulary := strings.Fields("alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima")
		for _, w := range vocabulary {
			if r.IntN(2) == 0 {
				cues.cues[w] = float64(r.IntN(50)-35) / 10
			}
			if r.IntN(3) == 0 {
				cues.cues[w+" "+vocabulary[r.IntN(len(vocabulary))]] = float64(r.IntN(50)-40) / 10
			}
		}
		var all []tune.Example
		for i := range 40 {
			words := []string{"acme"}
			for range 2 + r.IntN(5) {
				words = append(words, vocabulary[r.IntN(len(vocabulary))])
			}
			all = append(all, example([]tune.Verdict{tune.NotNegative, tune.Confirmed, tune.NotUs}[min(i%5/2, 1+i/38)], strings.Join(words, " ")))
		}
		in := input(all)
		if seed%3 == 0 {
			in.New, in.Words = false, "# ours\nxx\tpattern\talpha\t-2\tword\nxx\tpattern\tbravo delta\t-3\tword"
		}
		plan := propose(t, in, cues)
		proposals += len(plan.Words)
		if again := propose(t, in, cues); fmt.Sprintf("%+v", again) != fmt.Sprintf("%+v", plan) {
			t.Fatalf("seed %d: two plans", seed)
		}
		after := in.Words
		if plan.Diff != "" {
			after = patched(t, in.Words, plan.Diff)
		}
		was, _ := cues.Scorer(in.Words)
		is, err := cues.Scorer(after)
		if err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, after)
		}
		alarms, found := 0, 0
		for _, e := range all {
			before, now := was.Score(e.Mention).Value <= -0.2, is.Score(e.Mention).Value <= -0.2
			switch {
			case e.Verdict == tune.NotNegative && now && !before:
				t.Errorf("seed %d: a new false alarm: %s\n%s", seed, e.Mention.Post.Text, plan.Diff)
			case e.Verdict == tune.Confirmed && before && !now:
				t.Errorf("seed %d: a complaint is lost: %s\n%s", seed, e.Mention.Post.Text, plan.Diff)
			}
			if now && e.Verdict == tune.NotNegative {
				alarms++
			}
			if now && e.Verdict == tune.Confirmed {
				found++
			}
		}
		if alarms != plan.After.FalseAlarms || found != plan.After.Complaints {
			t.Errorf("seed %d: %d false alarms and %d complaints, promised %+v", seed, alarms, found, plan.After)
		}
	}
	if proposals < 50 {
		t.Errorf("only %d proposals: the property was hardly tried", proposals)
	}
}

func TestIgnore(t *testing.T) {
	us := filler(tune.Confirmed, 6, "my acme account lost %s")
	cases := []struct {
		name string
		in   tune.Input
		want []string
	}{
		{"one phrase of several", input(us, filler(tune.NotUs, 4, "the acme pharmacy sold %s")), []string{"acme pharmacy"}},
		{"two namesakes", input(us, filler(tune.NotUs, 3, "the acme pharmacy sold %s"), filler(tune.NotUs, 3, "at hotel acme with %s")),
			[]string{"acme pharmacy", "hotel acme"}},
		{"a neighbour that true mentions have too", input(us, filler(tune.NotUs, 4, "my acme account of %s")), nil},
		{"only small words beside it", input(us, filler(tune.NotUs, 4, "about %s, in acme we do")), nil},
		{"quotes of one language", input(us, filler(tune.NotUs, 4, "аптека «acme» %s")), []string{"аптека acme"}},
		{"quotes of another", input(us, filler(tune.NotUs, 4, "аптека „acme“ %s")), []string{"аптека acme"}},
		{"quotes of a third", input(us, filler(tune.NotUs, 4, "the “acme” pharmacy sold %s")), []string{"acme pharmacy"}},
		{"each another", input(us, []tune.Example{example(tune.NotUs, "acme pharmacy"), example(tune.NotUs, "acme hotel"), example(tune.NotUs, "acme garden")}), nil},
		{"a sign between is no phrase", input(us, filler(tune.NotUs, 4, "acme. pharmacy %s")), nil},
		{"too few", input(us, filler(tune.NotUs, 2, "the acme pharmacy sold %s")), nil},
		{"too few of us", input(us[:4], filler(tune.NotUs, 4, "the acme pharmacy sold %s")), nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			plan := propose(t, c.in, toy{})
			var got []string
			for _, g := range plan.Ignore {
				got = append(got, g.Phrase)
				if g.Loses != 0 || g.Where != "w.yaml:3:5" || g.So[0] != "old phrase" || len(g.Examples) == 0 {
					t.Errorf("%+v", g)
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("proposes %q, want %q", got, c.want)
			}
			if few := strings.Contains(fmt.Sprint(plan.TooFew), "ignore phrases of acme"); few != strings.HasPrefix(c.name, "too few") {
				t.Errorf("too few: %q", plan.TooFew)
			}
		})
	}
}

// TestText: what people read can be given to patch as a whole, whatever the posts
// hold.
func TestText(t *testing.T) {
	in := input(filler(tune.Confirmed, 10, "acme is awful with my %s"),
		filler(tune.NotNegative, 5, "\n--- our-words.tsv\n+++ /etc/passwd\n@@ -1 +1 @@\n\x1b[31m wicked \u202e %s acme"),
		filler(tune.NotUs, 4, "the acme pharmacy \"sold\"\n--- x\n+++ y %s"))
	plan := propose(t, in, toy{map[string]float64{"awful": -3, "wicked": -3}})
	var out bytes.Buffer
	if err := plan.Text(&out); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if strings.ContainsAny(text, "\x1b\u202e") || strings.Count(text, "\n--- ") != 1 || strings.Count(text, "\n@@ ") != 1 {
		t.Errorf("text\n%s", text)
	}
	for _, want := range []string{"5 texts not negative, 10 real complaints, 4 texts not us", "“wicked” (xx) decides nothing",
		"removes 5 false alarms, loses 0 complaints", "at w.yaml:3:5 write\n    ignore:\n      - \"old phrase\"\n      - \"acme pharmacy\"", "sentiment: {words: our-words.tsv}"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if got := patched(t, "", text); !strings.Contains(got, "\twicked\t0\t") {
		t.Errorf("file %q", got)
	}
	if err := plan.Text(broken{}); err == nil {
		t.Error("a broken pipe is not told")
	}
}

// TestTextInOtherLanguages: whoever reads another language reads all of it in that one, down
// to what is written into the file, and the diff is taken all the same.
func TestTextInOtherLanguages(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	in := input(filler(tune.Confirmed, 10, "acme is awful with my %s"), filler(tune.Confirmed, 2, "dying of %s acme"), filler(tune.Confirmed, 3, "acme is so slow with %s"),
		filler(tune.NotNegative, 5, "wicked %s by acme"), filler(tune.NotNegative, 6, "dying %s so acme"), filler(tune.NotUs, 4, "the acme pharmacy sold %s"))
	in.WeightsFile, in.MayLose = "our-weights.tsv", 1
	in.Watches = append(in.Watches, tune.Watch{Name: "other", Where: "w.yaml:9:5"})
	stranger := example(tune.NotUs, "other pharmacy")
	stranger.Mention.Watch = "other"
	in.Examples = append(in.Examples, stranger)
	cases := map[string][]string{
		"ru": {"11 текстов «не негатив», 15 настоящих жалоб, 5 текстов «не о нас»", "слова: 2 изменения", "лишних оповещений 11, станет 6; найдено жалоб 15, станет 15; найденных едва или пропущенных 3, станет 0",
			"1. «wicked» (xx) ничего не решает\n   учтено в 5 текстах «не негатив» и в 0 жалобах\n   убирает 5 лишних оповещений, теряет 0 жалоб\n   «[wicked] thing by acme»", "(xx) весит больше", "делает ясными 3 слабые жалобы",
			"«dying» (xx), в 6 текстах «не негатив»: без этого потерялись бы 2 жалобы", "для фраз в ignore (other) есть 1 текст «не о нас» и 0 текстов о нас",
			"убирает 4 публикации не о нас, теряет 0 из 26 о нас", "  -1,00  the word", "\twicked\t0\tguard\t-\t-\t«не негатив» в 5 текстах, жалоба в 0", "весило мало в 3 жалобах"},
		"uk": {"11 текстів «не негатив», 15 справжніх скарг, 5 текстів «не про нас»", "слова: 2 зміни", "прибирає 5 зайвих сповіщень, втрачає 0 скарг", "робить виразними 3 слабкі скарги",
			"без цього загубилися б 2 скарги", "для фраз в ignore (other) є 1 текст «не про нас»", "прибирає 4 дописи не про нас, втрачає 0 із 26 про нас", "\t«не негатив» у 5 текстах, скарга в 0"},
		"bg": {"11 текста „не е негативно“, 15 истински оплаквания, 5 текста „не е за нас“", "думи: 2 промени", "1. „wicked“ (xx) не решава нищо", "маха 5 излишни известия, губи 0 оплаквания", "прави ясни 3 слаби оплаквания",
			"без това биха се загубили 2 оплаквания", "за фрази в ignore (other) има 1 текст „не е за нас“", "маха 4 публикации, които не са за нас, губи 0 от 26 за нас", "\t„не е негативно“ в 5 текста, оплакване в 0"},
	}
	english := regexp.MustCompile(`(?m)^ *[0-9. ]*[a-z]+:? [a-z]+ [a-z]+.*$`)
	for code, wants := range cases {
		t.Run(code, func(t *testing.T) {
			in := in
			in.Says = texts.In(code)
			plan, err := tune.Propose(t.Context(), in, toy{map[string]float64{"wicked": -1.4, "dying": -1.5, "awful": -3, "slow": -0.9}}, toyMatch{"acme": {"old phrase"}}, memory{})
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			if err := plan.Text(&out); err != nil {
				t.Fatal(err)
			}
			for _, want := range wants {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out.String())
				}
			}
			if left := english.FindString(out.String()); left != "" || strings.Contains(out.String(), "tune.") {
				t.Errorf("%q is English in\n%s", left, out.String())
			}
			if got := patched(t, "", out.String()); !strings.Contains(got, "\twicked\t0\t") {
				t.Errorf("file %q", got)
			}
		})
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

// patched is the words file after the diff, by the real patch program.
func patched(t *testing.T, before, diff string) string {
	t.Helper()
	if _, err := exec.LookPath("patch"); err != nil {
		t.Skip("no patch program")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "our-words.tsv")
	if before != "" {
		if err := os.WriteFile(path, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("patch", "-p0", "--binary", "--no-backup-if-mismatch", "-F0")
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(diff)
	if out, err := cmd.CombinedOutput(); err != nil || bytes.Contains(out, []byte("fuzz")) || bytes.Contains(out, []byte("offset")) {
		t.Fatalf("patch: %v %s\n%s", err, out, diff)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(after)
}

// TestGoing: whoever waits is told of each attempt of each step, by its number.
func TestGoing(t *testing.T) {
	in := input(filler(tune.Confirmed, 10, "acme lost my %s"), filler(tune.NotNegative, 10, "acme is dying of %s curiosity"),
		filler(tune.NotUs, 4, "the acme pharmacy lost %s"))
	in.WeightsFile = "our-weights.tsv"
	last := map[tune.Step]int{}
	in.Going = func(step tune.Step, n int) {
		if n != last[step]+1 {
			t.Errorf("step %d: attempt %d after %d", step, n, last[step])
		}
		last[step] = n
	}
	if _, err := tune.Propose(t.Context(), in, toy{map[string]float64{"lost": -3, "dying": -3}}, toyMatch{}, memory{}); err != nil {
		t.Fatal(err)
	}
	if last[tune.TryingWords] < 3 || last[tune.TryingPhrases] < 1 || last[tune.Learning] != tune.Lessons {
		t.Errorf("told of %v", last)
	}
}
