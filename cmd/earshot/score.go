package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

type scoreCmd struct {
	Lang  string `help:"The language of the text: en, ru, uk, bg. Found by itself when left out." enum:",en,ru,uk,bg" default:"" placeholder:"XX"`
	JSON  bool   `help:"Read and write one JSON object per line."`
	Kind  string `help:"What kind of post it is: review, forum, comment, news, social." enum:",review,forum,comment,news,social" default:"" placeholder:"KIND"`
	About string `help:"The brand, as in your watchlist. Left out, it is the account that a post to a network writes to, else the whole text is about it." placeholder:"NAME"`
	Words string `help:"Your own words and weights (sentiment.words of the watchlist)." type:"existingfile" placeholder:"FILE"`

	Weights string `help:"Weights that your staff taught (sentiment.weights of the watchlist)." type:"existingfile" placeholder:"FILE"`

	Text []string `arg:"" optional:"" help:"The text, in quotes; read on stdin when left out."`
}

// scoreIn and scoreOut are the lines of score --json.
type scoreIn struct {
	ID    lineID  `json:"id"`
	Lang  string  `json:"lang"`
	Text  string  `json:"text"`
	Stars float64 `json:"stars"`

	Kind  mention.PostKind `json:"kind"`  // review, forum, comment, news, social; empty when unknown
	About string           `json:"about"` // the brand as a watchlist writes it; empty: see complete
}

type scoreOut struct {
	ID       lineID        `json:"id"`
	Label    mention.Label `json:"label"`
	Score    float64       `json:"score"`
	Lang     string        `json:"lang"`
	Topics   []string      `json:"topics"`
	Why      []mention.Hit `json:"why"`
	Conflict string        `json:"conflict,omitempty"`

	Complaint float64         `json:"complaint"`
	Alert     bool            `json:"alert"`
	Frames    []mention.Frame `json:"frames"`
}

// Run scores the text it was given, or stdin: the whole of it as one text, or a JSON object per line.
func (c *scoreCmd) Run(term terminal) error {
	s := speechOf(term)
	if len(c.Text) == 1 && c.Text[0] == "-" { // stdin, as other programs have it
		c.Text = nil
	}
	if err := c.checkText(s); err != nil {
		return err
	}
	scorer, err := watchlist.NewScorer(c.Words, c.Weights)
	if err != nil {
		return err
	}
	if scorer.Outdated() != "" {
		fmt.Fprintf(term.err, "earshot: %s\n", s.Text("score.outdated", "file", c.Weights))
	}
	if c.JSON {
		s.waits(term, "match.waits", "example", sample("…"))
		return scoreLines(scorer, c.Lang, term.in, term.out)
	}
	in := term.in
	if len(c.Text) > 0 {
		in = strings.NewReader(strings.Join(c.Text, " "))
	} else {
		s.waits(term, "score.waits")
	}
	text, err := io.ReadAll(io.LimitReader(in, maxLine+1))
	switch {
	case err != nil:
		return fmt.Errorf("read stdin: %w", err)
	case len(text) > maxLine:
		return usageError{fmt.Sprintf("the text is longer than %d MiB", maxLine>>20)}
	case !inUTF8(text):
		return errNotUTF8
	}
	body := strings.TrimRight(string(bytes.TrimPrefix(text, byteOrderMark)), "\n")
	if strings.TrimSpace(body) == "" {
		return usageError{s.Text("score.empty", "write", `earshot score "…"`)}
	}
	post := sentiment.Input{Text: body, Lang: c.Lang, Kind: mention.PostKind(c.Kind)}
	if err := complete(&post, stream.NewPlaces(), c.About); err != nil {
		return err
	}
	score := scorer.Score(post)
	if err := s.explainScore(term.out, body, score, term.colour(term.out)); err != nil {
		return err
	}
	out := bufio.NewWriter(term.out)
	s.explainVerdict(out, "", scorer, watchlist.NewRules(&config.Config{}, scorer), post, score)
	return out.Flush()
}

// checkText refuses a text that is none: the name of a file would be judged in its place.
func (c *scoreCmd) checkText(s speech) error {
	switch {
	case len(c.Text) == 0:
		return nil
	case c.JSON:
		return usageError{s.Text("score.no_text", "flag", "--json")}
	case !slices.ContainsFunc(c.Text, func(word string) bool { return !isFile(word) }): // *.txt, too
		name := c.Text[0]
		if strings.ContainsAny(name, " ()&;'") {
			name = `"` + name + `"`
		}
		return usageError{s.Text("score.file", "file", c.Text[0], "write", "earshot score < "+name)}
	}
	return nil
}

// isFile reports whether a file stands there: a folder that is named like a word is none.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

func scoreLines(scorer *sentiment.Scorer, lang string, in io.Reader, out io.Writer) error {
	w := bufio.NewWriter(out)
	enc := newEncoder(w)
	places := stream.NewPlaces()
	err := eachLine(in, func(line []byte) error {
		var req scoreIn
		if err := json.Unmarshal(line, &req); err != nil {
			return notJSON(line, err, "; without --json plain text is read")
		}
		if req.Text == "" && !hasText(line) {
			return noText()
		}
		if err := knownKind(req.Kind); err != nil {
			return err
		}
		if lang != "" {
			req.Lang = lang
		}
		text := sentiment.Input{Text: req.Text, Lang: req.Lang, Stars: req.Stars, Kind: req.Kind}
		if err := complete(&text, places, req.About); err != nil {
			return err
		}
		s := scorer.Score(text)
		return enc.Encode(scoreOut{
			ID: req.ID, Label: s.Label, Score: s.Value, Lang: s.Lang, Topics: orEmpty(s.Topics), Why: orEmpty(s.Why), Conflict: s.Conflict,
			Complaint: s.Complaint, Alert: s.Complaint >= scorer.AlertAt(text.Kind), Frames: orEmpty(s.Frames),
		})
	})
	if flushErr := w.Flush(); err == nil && flushErr != nil {
		return fmt.Errorf("write: %w", flushErr)
	}
	return err
}

// complete fills in what nobody said of a text: where it names the brand, or else the account it writes to, and that
// it stands in a network, for only there people write to accounts.
func complete(in *sentiment.Input, places *stream.Places, brand string) (err error) {
	if brand != "" {
		in.Spans, err = places.Find(brand, in.Text)
		return err
	}
	in.Spans = stream.Account(*in)
	if in.Kind == "" && len(in.Spans) > 0 {
		in.Kind = mention.Social
	}
	return nil
}
