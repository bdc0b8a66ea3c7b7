package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/page"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
)

// tryItems is how many items of a page are shown.
const tryItems = 3

// mostTried bounds a file that is tried, in bytes.
const mostTried = 16 << 20

// try is the workshop of selectors: one page, and what each selector finds on it.
func (c *crawlCmd) try(ctx context.Context, term terminal) error {
	s := speechOf(term)
	list, listErr := loadForReading(c.Config, term)
	src, err := c.triedSource(list, listErr)
	if err != nil {
		return s.placeless(selectFlag, selectFlag+": ", err)
	}
	var opt page.Options
	if err := src.Section.Decode(&opt); err != nil {
		return err
	}
	if opt.Select == nil && !c.Propose {
		return usageError{"nothing to try: name a source with `page:` and `select:`, write --select '{item: .review, text: .body}', or ask with --propose"}
	}
	res, err := c.triedPage(ctx, opt.Address, list, listErr, term)
	if err != nil {
		return err
	}
	env, err := watchlist.EnvOf(crawlers.Env{Now: time.Now}, src)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(term.out)
	if opt.Select != nil {
		trial, err := page.Try(env, *opt.Select, src.Section, res, tryItems)
		if err != nil {
			return s.placeless(selectFlag, selectFlag+": ", err)
		}
		s.printTrial(out, trial, opt.Select.Item)
	}
	if c.Propose {
		if opt.Select != nil {
			fmt.Fprintln(out)
		}
		if err := s.propose(out, env, res); err != nil {
			return err
		}
	}
	return out.Flush()
}

// triedSource is the page source whose selectors are tried: the one of --select, the one
// that is named, or the one whose address is tried.
func (c *crawlCmd) triedSource(list watchlist.List, listErr error) (config.Source, error) {
	if c.Select != "" || c.Propose && len(c.Sources) == 0 {
		return selectSource(c.Try, c.Select)
	}
	if listErr != nil {
		return config.Source{}, listErr
	}
	names := c.Sources
	if len(names) == 0 {
		names = []string{c.Try}
	}
	chosen, err := pickSources(list.Config, names)
	if err != nil && len(c.Sources) == 0 {
		return config.Source{}, usageError{fmt.Sprintf("no source reads %s: name the one whose selectors are meant, or write --select or --propose", c.Try)}
	}
	if err != nil {
		return config.Source{}, err
	}
	if len(chosen) != 1 || chosen[0].Kind != "page" {
		return config.Source{}, usageError{"--try is for one source with `page:`"}
	}
	return chosen[0], nil
}

// selectSource is a source with these selectors, written in YAML as under `select:`.
func selectSource(address, selectors string) (config.Source, error) {
	if !isWeb(address) {
		address = "https://page.example/"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "contact: a@page.example\nwatch: [{name: page, terms: [page]}]\nsources:\n- page: %q\n", address)
	if selectors != "" {
		b.WriteString("  select:\n")
		for line := range strings.Lines(strings.TrimPrefix(strings.TrimSpace(selectors), "select:")) {
			b.WriteString("    " + strings.TrimRight(line, "\r\n") + "\n")
		}
	}
	cfg, err := config.Parse(selectFlag, []byte(b.String()), func(string) (string, bool) { return "", false }, watchlist.Kinds())
	if err != nil {
		return config.Source{}, err
	}
	return cfg.Sources[0], nil
}

// selectFlag is the file that mistakes of --select stand in.
const selectFlag = "--select"

func isWeb(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// triedPage reads the page: a file as it is, an address as every other one, with the
// manners and under the contact of the watchlist.
func (c *crawlCmd) triedPage(ctx context.Context, address string, list watchlist.List, listErr error, term terminal) (*fetch.Response, error) {
	if isWeb(c.Try) {
		if listErr != nil {
			return nil, fmt.Errorf("an address is read under the contact of the watchlist: %w", listErr)
		}
		client := watchlist.NewFetch(list.Config, version, newLog(term, slog.LevelInfo))
		defer client.Close()
		return client.Do(ctx, fetch.Request{URL: c.Try, Accept: "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"})
	}
	f, err := os.Open(c.Try)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, mostTried+1))
	if err == nil && len(body) > mostTried {
		err = fmt.Errorf("%s: larger than 16 MiB", c.Try)
	}
	if err != nil {
		return nil, err
	}
	return &fetch.Response{URL: address, Status: http.StatusOK, Header: http.Header{}, Body: body, At: time.Now()}, nil
}

func (s speech) printTrial(out io.Writer, trial page.Trial, item string) {
	fmt.Fprintln(out, s.Plural("try.items", trial.Items, "selector", item))
	for n, parts := range trial.First {
		fmt.Fprintf(out, "\n%s\n", s.Text("try.item", "n", n+1))
		for _, p := range parts {
			fmt.Fprintf(out, "  %-7s %s: %s", p.Part, p.Selector, s.Plural("try.elements", p.Elements))
			if p.Found != "" {
				fmt.Fprintf(out, ", %q", text.OneLine(p.Found))
			}
			if p.Read != "" {
				fmt.Fprintf(out, " = %s", s.said(s.tried, p.Read))
			}
			if p.Trouble != "" {
				fmt.Fprintf(out, " ! %s", s.said(s.tried, p.Trouble))
			}
			fmt.Fprintln(out)
		}
	}
}

// propose prints selectors that could be written, with what they find.
func (s speech) propose(out io.Writer, env crawlers.Env, res *fetch.Response) error {
	list, err := page.Propose(env, res)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		fmt.Fprintln(out, s.Text("try.nothing"))
	}
	for _, p := range list {
		fmt.Fprintf(out, "# %s\nselect:\n  item: %s\n", s.Plural("seen.count.post", p.Items), yamlQuoted(p.Select.Item))
		for _, part := range []struct {
			name string
			list []string
		}{{"author", p.Select.Author}, {"time", p.Select.Time}, {"rating", p.Select.Rating}, {"text", p.Select.Text}, {"title", p.Select.Title}, {"link", p.Select.Link}, {"id", p.Select.ID}} {
			if n := p.Parts[part.name]; len(part.list) > 0 && n > 0 {
				fmt.Fprintf(out, "  %s: %s # %s\n", part.name, yamlQuoted(part.list[0]), s.Text("try.in", "n", n))
			}
		}
		if p.OwnIn > 0 { // it closes complaints, so it is not copied unread
			fmt.Fprintf(out, "  # own: %s # %s\n", yamlQuoted(p.Own), s.Text("try.own", "n", p.OwnIn))
		}
		fmt.Fprintln(out)
	}
	return nil
}

// yamlQuoted is a YAML string that nothing in it ends.
func yamlQuoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
