package earshot_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/earshot/earshot/internal/testkit"
)

// spelled are the texts that people read, by language.
var spelled = map[string][]string{
	"en": {"README.md", "SECURITY.md", "docs/*.md", "docs/guide/README.md", "docs/guide/en/*.md", "docs/guide/en/admin/*.md", "examples/README.md",
		"examples/app/README.md", "examples/app/config/*.yaml", "internal/i18n/*en.tsv"},
	"uk": {"docs/guide/uk/*.md", "docs/guide/uk/admin/*.md", "examples/bank/README.md", "examples/bank/config/*.yaml", "examples/restaurants/README.md",
		"examples/restaurants/config/*.yaml", "internal/i18n/*uk.tsv"},
	"ru": {"docs/guide/ru/*.md", "docs/guide/ru/admin/*.md", "examples/clinic/README.md", "examples/clinic/config/*.yaml", "internal/i18n/*ru.tsv"},
	"bg": {"docs/guide/bg/*.md", "docs/guide/bg/admin/*.md", "examples/shop/README.md", "examples/shop/config/*.yaml", "internal/i18n/*bg.tsv"},
}

// forProgrammers are pages full of names: of other programs, of data sets, of sites.
var forProgrammers = map[string]bool{"docs/sources.md": true, "docs/benchmarks.md": true, "docs/sentiment.md": true, "docs/hearing.md": true}

// dictionaries are hunspell's names of the languages.
var dictionaries = map[string]string{"en": "en_US", "uk": "uk_UA", "ru": "ru_RU", "bg": "bg_BG"}

// unspelled is what is no prose, or is in no dictionary: code, addresses, placeholders.
var unspelled = regexp.MustCompile("(?ms)^```.*?^```|^    .*?$|<!--.*?-->|`[^`\n]*`|\\]\\([^)]*\\)|<?https?:[^\\s>]*>?|\\{[^}]*\\}|[\\w.-]*@[\\w.-]+|[\\w/-]+\\.(?:md|tsv|yaml|db|example)\\b(?:#[\\w-]+)?")

var word = regexp.MustCompile(`[\p{L}\p{M}]+(?:[’'-][\p{L}\p{M}]+)*`)

// prose is what of a file is read by people.
func prose(path, text string) string {
	switch filepath.Ext(path) {
	case ".yaml": // the comments that are no sources
		text = strings.Join(regexp.MustCompile(`(?m)(?:^|\s)# [^ -].*$`).FindAllString(text, -1), "\n")
	case ".tsv":
		var b strings.Builder
		for line := range strings.Lines(text) {
			key, shown, _ := strings.Cut(line, "\t")
			if !strings.HasPrefix(key, "month_short.") && !strings.HasPrefix(key, "weekday_short.") && !strings.HasPrefix(key, "time.") && !strings.HasPrefix(key, "span.") {
				b.WriteString(shown)
			}
		}
		text = b.String()
	}
	return unspelled.ReplaceAllString(text, " ")
}

// TestSpelling: every word of the docs, the guide, the examples and the program's own texts
// is in a dictionary or in docs/spelling.txt. Latin words in Cyrillic texts are looked up in
// English; names and abbreviations with a capital inside are nobody's.
func TestSpelling(t *testing.T) {
	if _, err := exec.LookPath("hunspell"); err != nil {
		testkit.Require(t, "hunspell", "hunspell")
	}
	list, err := os.ReadFile("docs/spelling.txt")
	if err != nil {
		t.Fatal(err)
	}
	known := strings.Fields(regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(string(list), ""))
	stands := map[string]bool{}
	words := map[string]map[string]string{"en": {}, "uk": {}, "ru": {}, "bg": {}} // language, word, where it stands
	for lang, patterns := range spelled {
		for _, pattern := range patterns {
			paths, err := filepath.Glob(pattern)
			if err != nil || len(paths) == 0 {
				t.Fatalf("%s: nothing there: %v", pattern, err)
			}
			for _, path := range paths {
				if forProgrammers[path] {
					continue
				}
				text, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				for _, w := range word.FindAllString(prose(path, string(text)), -1) {
					w = strings.TrimSuffix(strings.TrimSuffix(w, "'s"), "’s")
					own := lang
					switch cyrillic := strings.IndexFunc(w, func(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }) >= 0; {
					case !cyrillic:
						own = "en"
					case lang == "en":
						continue // what somebody says, quoted
					}
					if letters := []rune(w); len(letters) > 1 && strings.IndexFunc(string(letters[1:]), unicode.IsUpper) < 0 {
						words[own][w] = path
						stands[strings.ToLower(w)] = true
					}
				}
			}
		}
	}
	for lang, all := range words {
		if len(all) < 900 {
			t.Errorf("%s: only %d words: is the pattern still right?", lang, len(all))
		}
		for _, w := range misspelled(t, dictionaries[lang], all) {
			if !slices.Contains(known, strings.ToLower(w)) {
				t.Errorf("%s: %q is in no dictionary of %s and not in docs/spelling.txt", all[w], w, lang)
			}
		}
	}
	for _, w := range known {
		if !stands[w] { // what one version of a dictionary knows another may not
			t.Errorf("docs/spelling.txt: %q stands nowhere", w)
		}
	}
}

// misspelled are the words that a dictionary does not know.
func misspelled(t *testing.T, dictionary string, words map[string]string) []string {
	t.Helper()
	var asked, said, wrong bytes.Buffer
	for w := range words {
		asked.WriteString(w + "\n")
	}
	cmd := exec.Command("hunspell", "-l", "-i", "UTF-8", "-d", dictionary)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &asked, &said, &wrong
	if err := cmd.Run(); err != nil || strings.Contains(wrong.String(), "open the dictionary") {
		testkit.Require(t, "hunspell", "hunspell-"+dictionary)
	}
	var all []string
	for _, part := range strings.Fields(said.String()) { // hunspell names a part of a word, too
		for w := range words {
			if w == part || strings.Contains(w, part) && strings.ContainsAny(w, "-’'") && !slices.Contains(all, w) && words[part] == "" {
				all = append(all, w)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
