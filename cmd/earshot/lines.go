package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// exampleLength bounds how much of somebody's line is shown back, in runes.
const exampleLength = 60

// notJSON says for people what is wrong with a line that a command wanted to read as a
// JSON object with id and text, and shows one. plain is what to do with plain text.
func notJSON(line []byte, err error, plain string) error {
	line = bytes.TrimSpace(line)
	var wrongType *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return usageError{fmt.Sprintf("%q is %s here, where %s is wanted", wrongType.Field, typeWord(wrongType.Value), typeWord(wrongType.Type.Kind().String()))}
	case line[0] == '[':
		return usageError{"this is a list: write its objects one a line, without the brackets and commas around them"}
	case line[0] == '{' && errors.As(err, &syntax):
		return usageError{fmt.Sprintf("this JSON object has a mistake at its character %d, or is cut off there: it must stand on one line, such as %s", max(1, syntax.Offset), sample("…"))}
	}
	said := strings.Trim(string(line), `"`)
	return usageError{fmt.Sprintf("this is plain text, and a JSON object a line is read here, such as %s%s", sample(text.Line(said, exampleLength)), plain)}
}

// errNotUTF8 is of what another program wrote in an encoding of its own: read as it stands it
// would hold no word that anybody knows, and be told to be nothing.
var errNotUTF8 = usageError{"this is not UTF-8, so its letters cannot be read: save the file as UTF-8"}

// inUTF8 says whether a text is that. UTF-16 without its mark has zeros, at every space at least; the
// rest of it may look like UTF-8.
func inUTF8(s []byte) bool { return utf8.Valid(s) && bytes.IndexByte(s, 0) < 0 }

// hasText says whether an object has a text, if only an empty one.
func hasText(line []byte) bool {
	var has struct{ Text json.RawMessage }
	return json.Unmarshal(line, &has) == nil && has.Text != nil
}

// noText is of an object that calls its text otherwise.
func noText() error {
	return usageError{`there is no "text" here: write the object like ` + sample("…")}
}

// knownKind says when a post is of no kind that earshot knows.
func knownKind(kind mention.PostKind) error {
	if kind == "" || slices.Contains(mention.PostKinds, kind) {
		return nil
	}
	var known []string
	for _, k := range mention.PostKinds {
		known = append(known, string(k))
	}
	return usageError{fmt.Sprintf("%q is no kind of post: one of %s", string(kind), strings.Join(known, ", "))}
}

// lineID is what a line calls itself, as it is written there: numbers of posts are longer than a float64 tells apart.
type lineID struct{ json.RawMessage }

// String is an id for people: a text without its quotation marks, "-" where there is none.
func (id lineID) String() string {
	var said string
	switch raw := string(id.RawMessage); {
	case raw == "" || raw == "null":
		return "-"
	case json.Unmarshal(id.RawMessage, &said) == nil:
		return text.OneLine(said)
	default:
		return raw
	}
}

// sample is a line with this text as it should be.
func sample(words string) string {
	var b bytes.Buffer
	_ = newEncoder(&b).Encode(struct { // plain texts cannot fail
		ID   int    `json:"id"`
		Text string `json:"text"`
	}{1, words})
	return strings.TrimSpace(b.String())
}

// typeWord names a type of JSON or Go.
func typeWord(word string) string {
	switch {
	case word == "string":
		return "a text"
	case strings.HasPrefix(word, "number"), strings.HasPrefix(word, "float"), strings.HasPrefix(word, "int"):
		return "a number"
	case word == "bool":
		return "true or false"
	case word == "array", word == "slice":
		return "a list"
	}
	return "an object"
}

// newEncoder writes JSON for programs, and for people to copy: an object a line, with signs as they are.
func newEncoder(out io.Writer) *json.Encoder {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc
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

// waits says to whoever sits at a terminal what a command waits for: silence there looks like work.
func (s speech) waits(term terminal, key string, pairs ...any) {
	if isTerminal(term.in) {
		fmt.Fprintln(term.err, s.Text(key, append(pairs, "end", endOfInput)...))
	}
}

// endOfInput is what ends what is typed.
var endOfInput = map[bool]string{false: "Ctrl-D", true: "Ctrl-Z, Enter"}[runtime.GOOS == "windows"]

// orEmpty makes an absent list an empty one: readers of the JSON expect [].
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// ask asks whoever types, and returns the line; the last one may have no end.
func ask(in *bufio.Reader, out io.Writer, question string) (string, error) {
	fmt.Fprintf(out, "%s\n> ", question)
	line, err := in.ReadString('\n')
	if line = strings.TrimSpace(line); line != "" && errors.Is(err, io.EOF) {
		err = nil
	}
	return line, err
}
