package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

type crawlCmd struct {
	watchlistFlag
	JSON    bool     `help:"Print one JSON object per post."`
	Verbose bool     `short:"v" help:"Say more on stderr."`
	Try     string   `placeholder:"FILE|ADDRESS" help:"Show what each selector of a page source finds there, and what cannot be read."`
	Select  string   `placeholder:"YAML" help:"With --try: selectors, instead of a source's."`
	Propose bool     `help:"With --try: propose selectors."`
	Sources []string `arg:"" optional:"" name:"source" help:"Names or addresses of sources; all when left out."`
}

// Run polls the chosen sources at the same time (each host still sees one
// request at once) and prints in the order of the watchlist.
func (c *crawlCmd) Run(ctx context.Context, term terminal) error {
	if c.Try != "" {
		return c.try(ctx, term)
	}
	if c.Select != "" || c.Propose {
		return usageError{"--select and --propose go with --try FILE or ADDRESS"}
	}
	list, err := loadForReading(c.Config, term)
	if err != nil {
		return err
	}
	s := speechOf(term)
	cfg := list.Config
	chosen, err := pickSources(cfg, c.Sources)
	if err != nil {
		return err
	}
	failed := false
	out := bufio.NewWriter(term.out)
	for p := range pollOnce(ctx, cfg, chosen, term) {
		s.printPosts(out, p.batch.Posts, c.JSON)
		if err := out.Flush(); err != nil {
			return fmt.Errorf("write posts: %w", err)
		}
		if p.err != nil {
			failed = true
			fmt.Fprintf(term.err, "%s: %s\n", p.src.Name, text.OneLine(s.unread(p.src.Name, p.err)))
		}
		for _, note := range p.told(s, c.Verbose) {
			fmt.Fprintf(term.err, "%s: %s\n", p.src.Name, note)
		}
	}
	if err := ctx.Err(); err != nil || !failed {
		return err
	}
	return errSaid
}

// polled is one source after one poll.
type polled struct {
	src   config.Source
	batch crawlers.Batch
	err   error
	delay time.Duration // that robots.txt asks for between requests
}

// told is what a person hears about the poll besides its error. No post vanishes in
// silence: a poll without posts says why, and what could not be read is named.
func (p polled) told(s speech, all bool) []string {
	sees := p.batch.Observed
	switch {
	case all, p.err == nil && len(p.batch.Posts) == 0 && len(sees.Notes) > 0:
		return s.places(sees.Notes)
	case p.err == nil && len(p.batch.Posts) == 0 && sees.Items == 0:
		return []string{p.emptyAnswer(s)}
	}
	return s.places(sees.Unread)
}

func (p polled) emptyAnswer(s speech) string {
	return s.Text("crawl.nothing", "n", (p.batch.Observed.Bytes+1023)/1024)
}

// pollOnce polls the sources at the same time and yields them in their order, until ctx ends:
// what was cut short says nothing of a source.
func pollOnce(ctx context.Context, cfg *config.Config, sources []config.Source, term terminal) func(yield func(polled) bool) {
	return func(yield func(polled) bool) {
		whole := ctx
		ctx, cancel := context.WithCancel(ctx)
		client := watchlist.NewFetch(cfg, version, newLog(term, slog.LevelInfo))
		defer client.Close()
		results := make([]chan polled, len(sources))
		var wait sync.WaitGroup
		defer wait.Wait()
		defer cancel()
		for i, src := range sources {
			results[i] = make(chan polled, 1)
			wait.Go(func() { results[i] <- pollSource(ctx, client, src, term) })
		}
		for _, r := range results {
			if p := <-r; whole.Err() != nil || !yield(p) {
				return
			}
		}
	}
}

func pollSource(ctx context.Context, client crawlers.Fetcher, src config.Source, term terminal) polled {
	crawler, err := watchlist.NewCrawler(crawlers.Env{Fetch: client, Log: newLog(term, slog.LevelInfo), Now: time.Now}, src)
	if err != nil {
		return polled{src: src, err: err}
	}
	ctx = fetch.WithHostBudget(ctx, fetch.PollHosts)
	batch, err := crawler.Poll(ctx, "")
	return polled{src: src, batch: batch, err: err, delay: fetch.CrawlDelay(ctx)}
}

func (s speech) printPosts(out io.Writer, posts []mention.Post, asJSON bool) {
	enc := newEncoder(out)
	for _, p := range posts {
		if p.Deleted {
			continue // a stream says that it is gone: there is nothing to print
		}
		if asJSON {
			_ = enc.Encode(push.Of(p)) // out is a bufio.Writer: its error comes with Flush
			continue
		}
		head := []string{p.Source}
		if p.Author != "" {
			head = append(head, p.Author)
		}
		if p.Rating != nil {
			head = append(head, alerts.Points(s.Lang, p.Rating.Value)+"/"+alerts.Points(s.Lang, p.Rating.Best))
		}
		if at := s.published(p); at != "" {
			head = append(head, at)
		}
		fmt.Fprintf(out, "%s\n", text.OneLine(strings.Join(head, " · ")))
		if p.Title != "" {
			fmt.Fprintf(out, "  %s\n", text.OneLine(p.Title))
		}
		fmt.Fprintf(out, "  %s\n  %s\n\n", text.Line(p.Text, 300), text.OneLine(p.URL))
	}
}

// published is when a post was published: the day alone where the site gives no more.
func (s speech) published(p mention.Post) string {
	switch {
	case p.Published.IsZero():
		return ""
	case p.DateOnly:
		return s.Date(p.Day())
	}
	return s.moment(p.Published)
}

// moment is a time as people read it; empty when there is none.
func (s speech) moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return s.Time("time.date_time_zone", at.UTC())
}

// sourcesOn are the sources that are polled now.
func sourcesOn(cfg *config.Config, now time.Time) []config.Source {
	return slices.DeleteFunc(slices.Clone(cfg.Sources), func(s config.Source) bool { return s.Off(now) })
}

// pickSources returns the sources with these names, or addresses as written; all
// that are not switched off when no name is given.
func pickSources(cfg *config.Config, names []string) ([]config.Source, error) {
	if len(names) == 0 {
		return sourcesOn(cfg, time.Now()), nil
	}
	var list []config.Source
	for _, name := range names {
		found := false
		for _, src := range cfg.Sources {
			if src.Name == name || src.Address == name {
				list, found = append(list, src), true
			}
		}
		if !found {
			return nil, usageError{fmt.Sprintf("no source %q in %s", name, cfg.Path) + didYouMean(meantSource(cfg, name))}
		}
	}
	return list, nil
}

// meantSource is the name of the source that was probably meant: by a slip of the pen, or by an
// address without what browsers leave out; "" when that cannot be told.
func meantSource(cfg *config.Config, name string) string {
	var names []string
	for _, src := range cfg.Sources {
		if mention.SameURL(bareAddress(src.Address), bareAddress(name)) {
			return src.Name
		}
		names = append(names, src.Name)
	}
	return text.Nearest(name, names)
}

// bareAddress is an address with its scheme and without the slash at its end, for comparison.
func bareAddress(s string) string {
	s = strings.TrimRight(s, "/")
	if !strings.Contains(s, "://") {
		return "https://" + s
	}
	return s
}
