package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

type scoreCmd struct {
	Lang  string `help:"The language of the text: en, ru, uk, bg. Found by itself when left out." enum:",en,ru,uk,bg" default:""`
	JSON  bool   `help:"Read and write one JSON object per line."`
	Kind  string `help:"What kind of post it is: review, forum, comment, news, social." enum:",review,forum,comment,news,social" default:""`
	About string `help:"The brand, as in your watchlist. The whole text is about it when left out." placeholder:"NAME"`
	Words string `help:"Your own words and weights (sentiment.words of the watchlist)." type:"existingfile" placeholder:"FILE"`

	Weights string `help:"Weights that your staff taught (sentiment.weights of the watchlist)." type:"existingfile" placeholder:"FILE"`
}

// scoreIn and scoreOut are the lines of score --json.
type scoreIn struct {
	ID    lineID  `json:"id"`
	Lang  string  `json:"lang"`
	Text  string  `json:"text"`
	Stars float64 `json:"stars"`

	Kind  mention.PostKind `json:"kind"`  // review, forum, comment, news, social; empty when unknown
	About string           `json:"about"` // the brand as a watchlist writes it; empty takes the text to be about it
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

// Run scores stdin: the whole of it as one text, or a JSON object per line.
func (c *scoreCmd) Run(term terminal) error {
	scorer, err := daemon.NewScorer(c.Words, c.Weights)
	if err != nil {
		return err
	}
	s := speechOf(term)
	if scorer.Outdated() != "" {
		fmt.Fprintf(term.err, "earshot: %s\n", s.Text("score.outdated", "file", c.Weights))
	}
	if c.JSON {
		return scoreLines(scorer, c.Lang, term.in, term.out)
	}
	text, err := io.ReadAll(io.LimitReader(term.in, maxLine+1))
	switch {
	case err != nil:
		return fmt.Errorf("read stdin: %w", err)
	case len(text) > maxLine:
		return usageError{fmt.Sprintf("the text is longer than %d MiB", maxLine>>20)}
	case !inUTF8(text):
		return errNotUTF8
	}
	body := strings.TrimRight(string(bytes.TrimPrefix(text, byteOrderMark)), "\n")
	in := sentiment.Input{Text: body, Lang: c.Lang, Kind: mention.PostKind(c.Kind)}
	if c.About != "" {
		if in.Spans, err = stream.NewPlaces().Find(c.About, body); err != nil {
			return err
		}
	}
	score := scorer.Score(in)
	if err := s.explainScore(term.out, body, score, term.colour(term.out)); err != nil {
		return err
	}
	out := bufio.NewWriter(term.out)
	s.explainVerdict(out, "", scorer, daemon.NewRules(&config.Config{}, scorer), in, score)
	return out.Flush()
}

// maxLine bounds one line of JSON input, and a plain text: the largest post a
// page within the fetch limits can hold.
const maxLine = 16 << 20

// byteOrderMark stands before a text that some editors and PowerShell write.
var byteOrderMark = []byte("\ufeff")

// eachLine calls do for every non-empty line of r. A line that is no JSON object
// is the caller's error, with its number.
func eachLine(r io.Reader, do func(line []byte) error) error {
	lines := bufio.NewReaderSize(r, 64<<10)
	for n := 1; ; n++ {
		line, err := readLine(lines)
		if n == 1 {
			line = bytes.TrimPrefix(line, byteOrderMark)
		}
		if !inUTF8(line) {
			return fmt.Errorf("stdin:%d: %w", n, errNotUTF8)
		}
		if len(strings.TrimSpace(string(line))) > 0 {
			if err := do(line); err != nil {
				return fmt.Errorf("stdin:%d: %w", n, err)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("stdin:%d: %w", n, err)
		}
	}
}

func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if err != bufio.ErrBufferFull {
			return line, err
		}
		if len(line) > maxLine {
			return nil, fmt.Errorf("line is longer than %d MiB", maxLine>>20)
		}
	}
}

func scoreLines(scorer *sentiment.Scorer, lang string, in io.Reader, out io.Writer) error {
	w := bufio.NewWriter(out)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
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
		if req.About != "" {
			spans, err := places.Find(req.About, req.Text)
			if err != nil {
				return err
			}
			text.Spans = spans
		}
		s := scorer.Score(text)
		return enc.Encode(scoreOut{
			ID: req.ID, Label: s.Label, Score: s.Value, Lang: s.Lang, Topics: orEmpty(s.Topics), Why: orEmpty(s.Why), Conflict: s.Conflict,
			Complaint: s.Complaint, Alert: s.Complaint >= scorer.AlertAt(req.Kind), Frames: orEmpty(s.Frames),
		})
	})
	if flushErr := w.Flush(); err == nil && flushErr != nil {
		return fmt.Errorf("write: %w", flushErr)
	}
	return err
}

// orEmpty makes an absent list an empty one: readers of the JSON expect [].
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// explainScore prints the text with the decisive words marked under it, the
// reasons with their weights, and the verdict.
func (l speech) explainScore(w io.Writer, body string, s mention.Score, colour bool) error {
	out := bufio.NewWriter(w)
	printMarked(out, body, s.Why)
	for _, h := range s.Why {
		fmt.Fprintf(out, "  %s\n", l.hit(h))
	}
	if len(s.Why) == 0 {
		fmt.Fprintln(out, "  "+l.Text("score.nothing"))
	}
	start, end := "", ""
	if colour {
		start, end = map[mention.Label]string{mention.Negative: "\x1b[31m", mention.Neutral: "\x1b[2m", mention.Positive: "\x1b[32m"}[s.Label], "\x1b[0m"
	}
	fmt.Fprintf(out, "%s%s %+.2f%s  %s", start, l.label(s.Label), s.Value, end, l.Text("score.language", "lang", s.Lang))
	if len(s.Topics) > 0 {
		fmt.Fprintf(out, "  %s", l.Text("score.topics", "topics", strings.Join(alerts.Topics(l.Lang, s), ", ")))
	}
	fmt.Fprintln(out)
	if s.Conflict != "" {
		fmt.Fprintln(out, "  "+l.Word("conflict", s.Conflict))
	}
	return out.Flush()
}

// hit says what a piece of evidence weighs and what it is.
func (l speech) hit(h mention.Hit) string {
	topic := ""
	if h.Topic != "" {
		topic = "  [" + l.Word("topic", h.Topic) + "]"
	}
	return fmt.Sprintf("%+.2f  %s: %s%s", h.Weight, l.Word("why", h.Rule), l.Quote(text.OneLine(h.Text)), topic)
}

// label is how people call a label.
func (l speech) label(stored mention.Label) string {
	return map[mention.Label]string{mention.Negative: l.Text("score.label.neg"), mention.Neutral: l.Text("score.label.neu"), mention.Positive: l.Text("score.label.pos")}[stored]
}

// printMarked prints the lines of text, each with ~ under the decisive words.
func printMarked(out io.Writer, text string, why []mention.Hit) {
	start := 0
	for _, line := range strings.SplitAfter(text, "\n") {
		end := start + len(line)
		shown := strings.TrimRight(line, "\r\n")
		if shown != "" {
			fmt.Fprintln(out, shown)
			if marks := underline(shown, start, why); marks != "" {
				fmt.Fprintln(out, marks)
			}
		}
		start = end
	}
}

func underline(line string, at int, why []mention.Hit) string {
	marks := make([]byte, 0, len(line))
	for i := range line {
		mark := byte(' ')
		for _, h := range why {
			if at+i >= h.Start && at+i < h.End {
				mark = '~'
			}
		}
		marks = append(marks, mark)
	}
	return strings.TrimRight(string(marks), " ")
}
