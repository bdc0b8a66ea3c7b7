package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// replay prints what the watchlist would have caught or lost among the posts kept in
// a database, beside the mentions recorded in it. It reads only, also next to a
// running daemon.
func (s speech) replay(ctx context.Context, next *match.Set, database string, term terminal) error {
	if !fileExists(database) {
		return usageError{s.Text("match.no_database", "file", database)}
	}
	db, err := openStore(ctx, store.Options{Database: "sqlite:" + database, ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	recorded, err := recordedMentions(ctx, db)
	if err != nil {
		return err
	}
	seen := 0
	going := s.counting("match.going", newGoing(term.err, time.Now))
	rows, err := match.Replay(func(p mention.Post) []match.Hit { return recorded[p.Key()] }, next, keptPosts(ctx, db, &seen, going))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(term.out)
	fmt.Fprintln(out, s.Plural("match.kept", seen, "count", strconv.Itoa(seen), "file", database))
	for _, row := range rows {
		fmt.Fprintf(out, "\n%s\n", s.Text("match.replayed", "watch", text.OneLine(row.Watch), "caught", strconv.Itoa(row.Caught), "lost", strconv.Itoa(row.Lost), "kept", strconv.Itoa(row.Kept)))
		printSamples(out, s.Lang, "+", row.CaughtSamples)
		printSamples(out, s.Lang, "-", row.LostSamples)
	}
	return out.Flush()
}

func printSamples(out io.Writer, l i18n.Lang, sign string, samples []match.ReplaySample) {
	for _, s := range samples {
		word := ""
		if len(s.Spans) > 0 {
			word = " " + l.Quote(text.OneLine(s.Spans[0].Text))
		}
		fmt.Fprintf(out, "  %s%s  %s  %s\n", sign, word, text.Cut(text.Headed(s.Post.Title, s.Post.Text), 100), text.OneLine(s.Post.URL))
	}
}

// recordedMentions are the watches that were named in each post then. A post that
// is there only because our own author wrote it names nothing.
func recordedMentions(ctx context.Context, db *store.Store) (map[mention.PostKey][]match.Hit, error) {
	recorded := map[mention.PostKey][]match.Hit{}
	for page, err := range mention.Pages(ctx, db.List, mention.Query{Limit: 1000}) {
		if err != nil {
			return nil, err
		}
		for _, e := range page.Entries {
			if len(e.Mention.Spans) > 0 {
				key := e.Mention.Post.Key()
				recorded[key] = append(recorded[key], match.Hit{Watch: e.Mention.Watch, Spans: e.Mention.Spans})
			}
		}
	}
	return recorded, nil
}

// errEnough stops the reading of posts when nobody asks for more.
var errEnough = errors.New("enough")

// keptPosts yields every post whose words are kept, and counts them; going is told how many there were.
func keptPosts(ctx context.Context, db *store.Store, seen *int, going func(int)) iter.Seq2[mention.Post, error] {
	return func(yield func(mention.Post, error) bool) {
		err := db.Posts(ctx, time.Time{}, func(p mention.Post) error {
			*seen++
			going(*seen)
			if !yield(p, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(mention.Post{}, err)
		}
	}
}
