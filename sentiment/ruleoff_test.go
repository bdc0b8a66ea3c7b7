package sentiment

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
)

// ruleLines reads the texts that must be found, by rule or value of a frame and by
// language.
func ruleLines(t *testing.T) map[string]map[string][]Input {
	t.Helper()
	lines := map[string]map[string][]Input{}
	var files []string
	for _, pattern := range []string{"testdata/rules/*.tsv", "testdata/rules/*/*.tsv"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	var errs tsv.Errors
	for _, file := range files {
		name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".tsv"), "-", " ")
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if lines[name] == nil {
			lines[name] = map[string][]Input{}
		}
		for _, r := range tsv.Read(file, string(b), "lang fires text", &errs) {
			if lang, text := r.Cell(0), r.Cell(2); r.Cell(1) == "yes" {
				lines[name][lang] = append(lines[name][lang], Input{Text: text, Lang: lang, Spans: namedBrand(text)})
			}
		}
	}
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// mutant is a scorer of which one rule or one value of a frame is taken away, and
// given back by undo.
type mutant struct {
	s    *Scorer
	undo []func()
}

// tables are those of all languages: a text between two of them is read with both.
func (m *mutant) tables() (all []*table) {
	for k := range m.s.langs {
		all = append(all, m.s.table(k))
	}
	return all
}

// turnOff takes every row of the rule away, and what the engine gives its name to.
func (m *mutant) turnOff(rule uint8, name string) {
	for _, t := range m.tables() {
		for i := range t.trie.patterns {
			if p := &t.trie.patterns[i]; p.rule == rule && p.frame == 0 && p.role == roleNone {
				m.set(&p.weight, 0)
			}
		}
		hints := name == "small sign"
		for i := range t.words {
			if w := &t.words[i]; hints == (w.flags&wordHint != 0) && (hints || name == "word") {
				m.set(&w.weight, 0)
			}
		}
		if roles := engineRoles[name]; roles != 0 {
			m.dropRoles(t, roles)
		}
	}
	if name == "emoji" {
		for h, w := range m.s.emoji {
			m.undo = append(m.undo, func() { m.s.emoji[h] = w })
		}
		clear(m.s.emoji)
	}
}

// engineRoles are what the engine makes a rule of besides its rows.
var engineRoles = map[string]uint32{
	"negation": 1 << roleNegator, "lack": 1<<roleAbsence | 1<<roleNegator, "praise by absence": 1<<roleAbsence | 1<<roleNegator,
	"accusing question": 1 << roleAccuse, "irony": 1<<roleThanks | 1<<roleIrony, "rating": 1<<roleStar | 1<<roleOf,
	"relief": 1 << roleTurn,
}

func (m *mutant) dropRoles(t *table, roles uint32) {
	for i := range t.infos {
		if in := &t.infos[i]; in.roles&roles != 0 {
			was := in.roles
			in.roles &^= roles
			m.undo = append(m.undo, func() { in.roles = was })
		}
	}
	for i := range t.trie.patterns {
		if p := &t.trie.patterns[i]; p.role != roleNone && roles&(1<<p.role) != 0 {
			was := p.role
			p.role = roleNotNeg
			m.undo = append(m.undo, func() { p.role = was })
		}
	}
}

// turnOffCues takes the cues of a frame's value away, its endings included.
func (m *mutant) turnOffCues(frame uint8) {
	for _, t := range m.tables() {
		for i := range t.trie.patterns {
			if p := &t.trie.patterns[i]; p.frame == frame {
				was := *p
				p.frame, p.weight, p.rule = 0, 0, 0
				m.undo = append(m.undo, func() { *p = was })
			}
		}
		for i := range t.endings {
			if e := &t.endings[i]; e.frame == frame {
				m.set(&e.weight, 0)
			}
		}
	}
}

func (m *mutant) set(x *float32, to float32) {
	was := *x
	*x = to
	m.undo = append(m.undo, func() { *x = was })
}

func (m *mutant) restore() {
	for _, undo := range slices.Backward(m.undo) {
		undo()
	}
	m.undo = m.undo[:0]
}

// notice reports whether one of the texts is found with everything in place and no
// more by the mutant.
func (m *mutant) notice(s *Scorer, texts []Input, name string, rule bool) bool {
	return slices.ContainsFunc(texts, func(in Input) bool {
		return s.fires(in, name, rule) && !m.s.fires(in, name, rule)
	})
}

// TestRuleOff takes each rule and each value of a frame away, one after the other: a
// line of testdata/rules must notice it in every language.
func TestRuleOff(t *testing.T) {
	s, m := shippedScorer(t), &mutant{s: newScorer(t)}
	lines := ruleLines(t)
	check := func(name string, rule bool) {
		for _, lang := range s.Languages() {
			if !m.notice(s, lines[name][lang], name, rule) {
				t.Errorf("%s turned off: no line of testdata/rules notices it in %s", name, lang)
			}
		}
		m.restore()
	}
	for i, rule := range s.common.rules.list {
		if i > 0 && rule != "guard" { // guards are silent: TestGuards
			m.turnOff(uint8(i), rule)
			check(rule, true)
		}
	}
	for i, v := range s.common.frames {
		if i > 0 {
			m.turnOffCues(uint8(i))
			check(v.name(), false)
		}
	}
}
