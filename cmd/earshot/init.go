package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/presets"
)

type initCmd struct {
	languageFlag
	Config string `short:"c" default:"watchlist.yaml" help:"The file to write; it must not exist." placeholder:"FILE"`
}

// Run asks, writes the watchlist, and checks what it wrote.
func (c *initCmd) Run(term terminal) error {
	s := c.speech(term.lookup)
	if fileExists(c.Config) {
		return usageError{s.Text("init.exists", "file", c.Config)}
	}
	if err := mayMake(c.Config); err != nil { // before the questions: the answers would be lost
		return usageError{s.Text("cli.not_written", "file", c.Config, "why", s.cause(err))}
	}
	answers, err := interview(term, s)
	if err != nil {
		return err
	}
	text := answers.watchlist(s)
	list, err := checkWritten(c.Config, text, term)
	if err != nil {
		return s.tell(term, err)
	}
	mode := os.FileMode(0o644)
	if list.HoldsSecret(c.Config) {
		mode = 0o600
	}
	if err := writeWhole(c.Config, text, mode); err != nil {
		return errors.New(s.Text("cli.not_written", "file", c.Config, "why", s.cause(err)))
	}
	fmt.Fprintf(term.out, "\n%s\n  earshot check -c %s --probe   %s\n  earshot run -c %s             %s\n", s.Text("init.written", "file", c.Config), c.Config, s.Text("init.next_check"), c.Config, s.Text("init.next_run"))
	return nil
}

// checkWritten checks a watchlist that is to be written. Tokens may come later.
func checkWritten(file, text string, term terminal) (watchlist.List, error) {
	cfg, err := config.ParseForReading([]config.File{{Name: file, Text: []byte(text)}}, term.lookup, watchlist.Kinds())
	return watchlist.Check(cfg, err)
}

// interviewed are the answers.
type interviewed struct {
	lang    string // of the watchlist, as it was asked in; empty: English
	contact string
	name    string
	terms   []string
	sources []string // blocks, without dash and indentation
	later   []string // blocks that need a key first, or terms to be read, under a line that says so
	channel string
}

// interviewer asks. An answer that will not do is asked for again.
type interviewer struct {
	in  *bufio.Reader
	out io.Writer
	err error // the answers ended
}

// ask asks until good says "" of the answer: good keeps it, or says what is wrong with it.
func (i *interviewer) ask(question string, good func(string) string) {
	for i.err == nil {
		var line string
		if line, i.err = ask(i.in, i.out, question); i.err != nil {
			return
		}
		wrong := good(line)
		if wrong == "" {
			return
		}
		fmt.Fprintf(i.out, "%s\n", wrong)
	}
}

func (s speech) something(answer string) string {
	if answer == "" {
		return s.Text("init.answer_needed")
	}
	return ""
}

func (s speech) contactAddress(answer string) string {
	if !strings.Contains(answer, "@") && !strings.HasPrefix(answer, "http") {
		return s.Text("init.no_contact")
	}
	return ""
}

func interview(term terminal, s speech) (interviewed, error) {
	i := interviewer{in: bufio.NewReader(term.in), out: term.out}
	var a interviewed
	if !s.english() {
		a.lang = s.Code()
	}
	i.ask(s.Text("init.contact"), func(line string) string {
		a.contact = line
		return cmp.Or(s.contactAddress(line), a.wrong(s, term))
	})
	i.ask(s.Text("init.name"), func(line string) string {
		a.name = line
		return cmp.Or(s.something(line), a.wrong(s, term))
	})
	i.ask(s.Text("init.terms"), func(line string) string {
		if a.terms = split(line); len(a.terms) == 0 {
			a.terms = []string{a.name}
		}
		return a.wrong(s, term)
	})
	i.ask(s.Text("init.places"), func(line string) string {
		before := a.sources
		wrong := cmp.Or(a.places(line, s, term.out), a.wrong(s, term))
		if wrong != "" {
			a.sources = before
		}
		return wrong
	})
	i.ask(s.Text("init.channel"), func(line string) string {
		a.channel = line
		return a.wrong(s, term)
	})
	switch {
	case errors.Is(i.err, context.Canceled): // also at the last question, whose answer may be empty
		fmt.Fprintln(term.out)
		return a, errors.New(s.Text("init.ended"))
	case i.err != nil && !errors.Is(i.err, io.EOF):
		return a, fmt.Errorf("read the answer: %w", i.err)
	}
	if a.contact == "" || a.name == "" || len(a.sources) == 0 {
		return a, usageError{s.Text("init.ended")}
	}
	return a, nil
}

// wrong is what the check of the watchlist would say of the answers there are, in words
// alone; questions that were not asked yet are answered by what will do. Found at the end
// it would cost all answers.
func (a interviewed) wrong(s speech, term terminal) string {
	a.name = cmp.Or(a.name, "earshot")
	if len(a.terms) == 0 {
		a.terms = []string{a.name}
	}
	if len(a.sources) == 0 {
		a.sources = []string{`feed: "https://news.example/rss"`}
	}
	_, err := checkWritten("", a.watchlist(s), term)
	var found *config.Errors
	if !errors.As(err, &found) {
		return ""
	}
	plain, last := &config.Errors{}, config.Pos{}
	for _, e := range found.List {
		if !e.Warning && e.Pos != last { // two parts may find fault with one word
			last, e.Pos = e.Pos, config.Pos{}
			plain.List = append(plain.List, e)
		}
	}
	var words strings.Builder
	_ = s.render(&words, plain, false) // a Builder does not fail
	return strings.TrimSpace(words.String())
}

// places takes the addresses of a line and says of each that cannot be read why. It
// returns what is wrong when nothing can be read.
func (a *interviewed) places(line string, s speech, out io.Writer) string {
	for _, one := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\t' }) {
		if name, why, instead, ok := presets.Unreadable(one); ok {
			fmt.Fprintln(out, s.Text("init.unreadable", "place", s.place(name), "why", s.place(why), "instead", s.place(instead)))
			continue
		}
		if config.Refers(one) {
			fmt.Fprintln(out, s.reference(one))
			continue
		}
		if !strings.Contains(one, ".") && !strings.HasPrefix(one, "@") {
			fmt.Fprintln(out, s.Text("init.no_address", "text", strconv.Quote(one)))
			continue
		}
		place, ok := presets.Recognize(one, a.terms[0])
		if !ok {
			a.sources = append(a.sources, guess(one))
			continue
		}
		watch := ""
		if place.Kind.Subject {
			watch = a.name
		}
		block := place.Block(watch)
		if len(place.Missing) == 0 {
			a.sources = append(a.sources, block)
			continue
		}
		said, how := s.needs(place)
		fmt.Fprintln(out, said)
		a.later = append(a.later, how+"\n"+block)
	}
	if len(a.sources) == 0 {
		return s.Text("init.nothing")
	}
	return ""
}

// channelID is a channel as Slack's addresses and menus give it.
var channelID = regexp.MustCompile(`^[CGD][A-Z0-9]{8,}$`)

// needs says what a place needs before it can be read, and how the watchlist tells of it.
func (s speech) needs(place presets.Place) (said, how string) {
	if key := s.key(place.Kind); key != "" {
		return s.Text("init.needs_key", "kind", place.Kind.Name), s.Text("init.file.needs", "what", key)
	}
	docs := make([]string, len(place.Missing)) // what Block writes for them may be an example
	for i, option := range place.Missing {
		docs[i] = s.option(option.Doc)
	}
	return s.Text("init.needs_terms", "kind", place.Kind.Name), strings.Join(docs, " ")
}

func split(line string) []string {
	var out []string
	for _, part := range strings.FieldsFunc(line, func(r rune) bool { return r == ',' || r == ';' }) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// What an editor explains the keys with stands beside the watchlist. It is not written unasked, and so the
// line that leads to it is a comment of a comment: an editor would look for it in vain, and after an update
// an old one calls new keys wrong.
const (
	schemaFile = "watchlist.schema.json"
	schemaLine = "## yaml-language-server: $schema=" + schemaFile
)

// watchlist writes the answers as YAML with a word of explanation at each part.
func (a interviewed) watchlist(s speech) string {
	var b strings.Builder
	quoted := make([]string, len(a.terms))
	for i, t := range a.terms {
		quoted[i] = strconv.Quote(t)
	}
	fmt.Fprintf(&b, "# %s\n# %s\n%s\n\ncontact: %s\n", s.Text("init.file.head"), s.Text("init.file.editor", "command", "earshot schema --lang "+s.Code()+" > "+schemaFile), schemaLine, strconv.Quote(a.contact))
	if a.lang != "" {
		fmt.Fprintf(&b, "language: %s\n", a.lang)
	}
	fmt.Fprintf(&b, "\nwatch:\n  - name: %s\n    terms: [%s]\n", strconv.Quote(a.name), strings.Join(quoted, ", "))
	hint := func(value, words string) { fmt.Fprintf(&b, "    # %s   # %s\n", value, words) }
	hint("context: ["+s.Text("init.file.context_words")+"]   ", s.Text("init.file.context"))
	hint("ignore: ["+strconv.Quote(s.Text("init.file.ignore_words"))+"]", s.Text("init.file.ignore"))
	hint("official: ["+strconv.Quote(s.Text("init.file.official_words"))+"]", s.Text("init.file.official"))
	fmt.Fprintf(&b, "\nsources:   # %s\n", s.Text("init.file.sources"))
	for _, block := range a.sources {
		fmt.Fprintf(&b, "  - %s\n", strings.ReplaceAll(block, "\n", "\n    "))
	}
	for _, block := range a.later {
		needs, block, _ := strings.Cut(block, "\n")
		fmt.Fprintf(&b, "  # %s\n  # - %s\n", needs, strings.ReplaceAll(block, "\n", "\n  #   "))
	}
	to := "console"
	switch {
	case channelID.MatchString(a.channel):
		to = a.channel
	case a.channel != "":
		to = "#" + strings.TrimPrefix(a.channel, "#")
	}
	fmt.Fprintf(&b, "\nroutes:\n  - {to: %s}\n", strconv.Quote(to))
	if a.channel != "" {
		fmt.Fprintf(&b, "\nslack:   # %s\n%s", s.Text("init.file.slack"), "  bot_token: \"${env:SLACK_BOT_TOKEN}\"\n  app_token: \"${env:SLACK_APP_TOKEN}\"\n")
	}
	b.WriteString("\nstore: {database: \"sqlite:earshot.db\"}\n")
	return b.String()
}

// guess picks the engine from what an address looks like. check --probe says whether the
// guess was right; earshot add asks the site.
func guess(address string) (block string) {
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	low, kind := strings.ToLower(address), "page"
	switch {
	case containsAny(low, "rss", "feed", "atom", ".xml"):
		kind = "feed"
	case containsAny(low, "forum", "viewtopic", "showthread", "thread", "topic", "board"):
		kind = "forum"
	}
	return kind + ": " + strconv.Quote(address)
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
