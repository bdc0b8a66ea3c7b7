package sentiment

import (
	"os"
	"reflect"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
)

// neutral is what a share is when its rule is turned off; 1 where it stands for
// a factor.
var neutral = map[string]float32{
	"looseNegation": 0, "hintShare": 0, "shout": 0, "accusation": 0,
	"mostHints": -100, "hintWords": 1e6, // no bound
}

func setShare(t *testing.T, k *shares, name string, to float32) {
	t.Helper()
	fields := map[string]*float32{
		"looseNegation": &k.looseNegation, "hintShare": &k.hintShare, "mostHints": &k.mostHints, "hintWords": &k.hintWords, "afterBut": &k.afterBut, "beforeBut": &k.beforeBut,
		"beforeButStart": &k.beforeButStart, "conceded": &k.conceded, "supposed": &k.supposed, "bareShare": &k.bareShare, "moodShare": &k.moodShare,
		"askedWord": &k.askedWord, "askedCue": &k.askedCue, "openWord": &k.openWord, "openCue": &k.openCue, "newsShare": &k.newsShare,
		"pastPraise": &k.pastPraise, "capsShare": &k.capsShare, "shout": &k.shout, "negatedComplaint": &k.negatedComplaint,
		"lastSentence": &k.lastSentence, "firstSentence": &k.firstSentence, "accusation": &k.accusation, "settledShare": &k.settledShare,
		"fearTurned": &k.fearTurned, "rivalPraise": &k.rivalPraise, "rivalFault": &k.rivalFault, "otherSection": &k.otherSection, "thanksTurned": &k.thanksTurned,
	}
	f := fields[name]
	if f == nil {
		t.Fatalf("unknown rule of the engine %q", name)
	}
	*f = to
}

// TestEngine: each rule of the engine makes the texts written for it worse or
// better than they are with the rule turned off; turned off, or turned round, it
// fails here. Every rule, the bounds of small signs included, needs a line in the languages of mustNotice; where the others have none it is told.
func TestEngine(t *testing.T) {
	const name = "testdata/engine.tsv"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	s, off := shippedScorer(t), newScorer(t)
	lines := map[string]int{}
	var errs tsv.Errors
	for _, r := range tsv.Read(name, string(b), "rule lang effect text", &errs) {
		rule, lang, effect, text := r.Cell(0), r.Cell(1), r.Cell(2), r.Cell(3)
		lines[rule+" "+lang]++
		in := Input{Text: text, Lang: lang}
		off.shares = shipped
		value, ok := neutral[rule]
		if !ok {
			value = 1
		}
		setShare(t, &off.shares, rule, value)
		with, without := s.Score(in), off.Score(in)
		d := with.Value - without.Value
		if effect == "worse" {
			d = -d
		}
		if d < 0.005 {
			t.Errorf("%s: %q: %s should make it %s: %.3f with, %.3f without: %s", r.At(0), text, rule, effect, with.Value, without.Value, why(with))
		}
	}
	if err := errs.Err(); err != nil {
		t.Error(err)
	}
	fields := reflect.TypeFor[shares]()
	for i := range fields.NumField() {
		rule := fields.Field(i).Name
		for _, lang := range s.Languages() {
			if lines[rule+" "+lang] == 0 {
				t.Errorf("no line notices %s in %s", rule, lang)
			}
		}
	}
}

// TestWrongLanguageDeclared: script and function words win over what a server says.
func TestWrongLanguageDeclared(t *testing.T) {
	s := shippedScorer(t)
	for _, x := range []struct{ want, text string }{
		{"ru", "Третью неделю жду возврат денег, поддержка не отвечает. Ужасный сервис"},
		{"uk", "Третій тиждень чекаю на повернення грошей, підтримка не відповідає. Жахливий сервіс"},
		{"bg", "Чакам парите си вече трета седмица, никой не отговаря. Ужасно обслужване"},
		{"bg", "chakam parite si veche treta sedmica, nikoi ne otgovarya. uzhasno obsluzhvane"},
	} {
		own := s.Score(Input{Text: x.text, Lang: x.want})
		for _, declared := range []string{"en", "en-US", "", "de"} {
			got := s.Score(Input{Text: x.text, Lang: declared})
			if got.Lang != x.want || got.Value > -0.3 || got.Value > own.Value+0.05 {
				t.Errorf("%q declared %q: %s %.2f, by itself %.2f: %s", x.text, declared, got.Lang, got.Value, own.Value, why(got))
			}
		}
	}
	got := s.Score(Input{Text: "Third week without a refund and support does not answer. Terrible service.", Lang: "uk"})
	if got.Lang != "en" || got.Value > -0.3 {
		t.Errorf("an English text declared uk: %s %.2f", got.Lang, got.Value)
	}
}

// TestForeignTongueDeclared: an English text of few words on a site that calls all its reviews Russian, Ukrainian
// or Bulgarian is heard as English, and what is spelt in Latin letters there is not.
func TestForeignTongueDeclared(t *testing.T) {
	s := shippedScorer(t)
	for _, declared := range []string{"ru", "uk", "bg"} {
		for _, text := range []string{"Terrible app, crashes constantly", "Scammers!", "Worst delivery ever", "Awful service. Stole my money, avoid!"} {
			own, got := s.Score(Input{Text: text}), s.Score(Input{Text: text, Lang: declared})
			if got.Lang != "en" || got.Value != own.Value || got.Complaint != own.Complaint {
				t.Errorf("%q declared %s: %s %.2f, complaint %.2f; want en %.2f, %.2f", text, declared, got.Lang, got.Value, got.Complaint, own.Value, own.Complaint)
			}
		}
	}
	for _, x := range []struct{ lang, text string }{
		{"ru", "pozor, moshenniki"}, {"ru", "koshmar"}, {"ru", "uzhas"}, {"ru", "otvratitelnyi servis"}, {"ru", "normalno"},
		{"uk", "zhah"}, {"uk", "shahrai"}, {"uk", "zhahlyvyi servis"}, {"bg", "uzhas"}, {"bg", "izmamnici"}, {"bg", "super zle"}, {"bg", "Romashka"},
	} {
		if got := s.Score(Input{Text: x.text, Lang: x.lang}); got.Lang != x.lang {
			t.Errorf("%q declared %s is read as %s", x.text, x.lang, got.Lang)
		}
	}
}
