package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/config"
)

type initCmd struct {
	Config string `short:"c" default:"watchlist.yaml" help:"The file to write; it must not exist." placeholder:"FILE"`
}

// Run asks, writes the watchlist, and checks what it wrote.
func (c *initCmd) Run(ctx context.Context, term terminal) error {
	if fileExists(c.Config) {
		return usageError{fmt.Sprintf("%s exists already; give another name with -c", c.Config)}
	}
	answers, err := interview(term)
	if err != nil {
		return err
	}
	text := answers.watchlist()
	lookup := func(name string) (string, bool) { // tokens may come later
		if v, ok := term.lookup(name); ok {
			return v, true
		}
		return "not set yet", true
	}
	if cfg, err := config.Parse(c.Config, []byte(text), lookup, daemon.KindOptions()); err != nil {
		if _, err := daemon.Check(cfg, err); err != nil {
			return err
		}
	}
	if err := os.WriteFile(c.Config, []byte(text), 0o644); err != nil {
		return fmt.Errorf("write the watchlist: %w", err)
	}
	fmt.Fprintf(term.out, "\n%s is written. Next:\n  earshot check -c %s --probe   what each source shows\n  earshot run -c %s             listen\n", c.Config, c.Config, c.Config)
	return nil
}

// interviewed are the answers, as typed.
type interviewed struct {
	contact string
	name    string
	terms   []string
	sources []string
	channel string
}

func interview(term terminal) (interviewed, error) {
	in := bufio.NewReader(term.in)
	var a interviewed
	var err error
	ask := func(question string, required bool) string {
		for err == nil {
			fmt.Fprintf(term.out, "%s\n> ", question)
			var line string
			line, err = in.ReadString('\n')
			if line = strings.TrimSpace(line); line != "" || !required {
				if line != "" && errors.Is(err, io.EOF) {
					err = nil
				}
				return line
			}
		}
		return ""
	}
	a.contact = ask("Who should a site's owner write to? (an e-mail address; sites see it)", true)
	a.name = ask("What is your company or product called?", true)
	a.terms = split(ask("How do people write it? Separate spellings by commas; inflected and transliterated forms are found by themselves. (Enter: as above)", false))
	if len(a.terms) == 0 {
		a.terms = []string{a.name}
	}
	a.sources = split(ask("Where do people talk about it? Addresses of feeds, forums or review pages, or t.me/channel, separated by commas or spaces.", true))
	a.channel = ask("Which Slack channel should hear of complaints? (Enter: none yet, alerts go to the terminal)", false)
	if err != nil && !errors.Is(err, io.EOF) {
		return a, fmt.Errorf("read the answer: %w", err)
	}
	if a.contact == "" || a.name == "" || len(a.sources) == 0 {
		return a, usageError{"the answers ended before the watchlist was complete; nothing was written"}
	}
	return a, nil
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

// watchlist writes the answers as YAML with a word of explanation at each part.
func (a interviewed) watchlist() string {
	var b strings.Builder
	quoted := make([]string, len(a.terms))
	for i, t := range a.terms {
		quoted[i] = strconv.Quote(t)
	}
	fmt.Fprintf(&b, "# earshot watchlist. Check it with: earshot check\ncontact: %s\n\nwatch:\n  - name: %s\n    terms: [%s]\n", strconv.Quote(a.contact), strconv.Quote(a.name), strings.Join(quoted, ", "))
	b.WriteString("    # context: [bank, card]      # for a name that is also a common word: only with one of these nearby\n    # ignore: [\"other company\"]   # phrases that are somebody else\n    # official: [\"Our Support\"]   # our own authors: their post is the public answer\n\nsources:\n")
	for _, s := range a.sources {
		for _, one := range strings.Fields(s) {
			kind, address := guessKind(one)
			fmt.Fprintf(&b, "  - %s: %s\n", kind, strconv.Quote(address))
		}
	}
	to := "console"
	if a.channel != "" {
		to = "#" + strings.TrimPrefix(a.channel, "#")
	}
	fmt.Fprintf(&b, "\nroutes:\n  - {to: %s}\n", strconv.Quote(to))
	if a.channel != "" {
		b.WriteString("\nslack:   # earshot slack manifest prints the app; see docs/slack.md\n  bot_token: \"${env:SLACK_BOT_TOKEN}\"\n  app_token: \"${env:SLACK_APP_TOKEN}\"\n")
	}
	b.WriteString("\nstore: {database: \"sqlite:earshot.db\"}\n")
	return b.String()
}

// guessKind picks the kind of source from what an address looks like. The probe
// says whether the guess was right.
func guessKind(address string) (kind, value string) {
	low := strings.ToLower(address)
	bare := strings.TrimPrefix(strings.TrimPrefix(low, "https://"), "http://")
	if rest, ok := strings.CutPrefix(bare, "t.me/"); ok {
		return "telegram", strings.Trim(strings.TrimPrefix(rest, "s/"), "/")
	}
	if !strings.Contains(low, "://") {
		address = "https://" + address
	}
	switch {
	case containsAny(bare, "rss", "feed", "atom", ".xml"):
		return "feed", address
	case containsAny(bare, "forum", "viewtopic", "showthread", "thread", "topic", "board"):
		return "forum", address
	default:
		return "page", address
	}
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
