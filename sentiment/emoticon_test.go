package sentiment

import "testing"

func TestEmoticons(t *testing.T) {
	s := shippedScorer(t)
	for text, want := range map[string]string{
		":)": ":)", "thanks:)": ":)", "ok :-))) bye": ":-)))", "no :'( why": ":'(", "well =/ no": "=/", "love <3": "<3",
		"ha =D": "=D", ":]": ":]", "hm :| no": ":|",
		"http://example.org": "", "size:D": "", "=Done": "", ":Print": "", "a <-3": "", "x >3": "", ":": "", ":-": "", "<": "", "=/": "=/", ":-/": ":-/", "://": "",
	} {
		sc := s.pool.Get().(*scratch)
		sc.readText(text, nil)
		got := ""
		for _, tok := range sc.lex.toks {
			if tok.kind == emojiToken {
				got += text[tok.start:tok.end]
				if _, ok := s.emoji[tok.hash]; !ok {
					t.Errorf("%q stands for an emoji that emoji.tsv does not have", got)
				}
			}
		}
		s.pool.Put(sc)
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
