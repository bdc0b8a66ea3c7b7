package config

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// document is one file of a watchlist as text and as tree.
//
// The body is behind a second pointer for the same reason as in Secret: no verb
// of fmt may reach the text of the file.
type document struct{ *body }

type body struct {
	*whole
	name    string // as in positions
	dir     string // what relative paths are relative to
	lines   []string
	root    ast.Node // nil when the file holds nothing
	aliases map[*ast.AliasNode]ast.Node

	long sync.Map // of lines by number as []rune: a file may be one line of a megabyte
}

// whole is what the files of one watchlist share. What changes after they were parsed is
// guarded, since sections are decoded later and maybe at the same time.
type whole struct {
	documents []*document // in the order they are read
	env       func(string) (string, bool)
	lenient   bool                // secrets that are not there are left empty
	positions map[string]position // of every path, once decoded

	noDatabase []Error // why the address of the database is not known, where lenient

	hidden Redactor // knows the values that must not be shown

	mu          sync.Mutex
	files       inputs       // other files that were read
	pastedAt    []Pos        // where secrets themselves stand
	secretFiles []secretFile // that ${file:} names
}

// notePasted remembers, once, where a secret itself stands.
func (w *whole) notePasted(at Pos) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.Contains(w.pastedAt, at) {
		w.pastedAt = append(w.pastedAt, at)
	}
}

// noteSecretFile remembers a file that ${file:} names, and the first place that does.
func (w *whole) noteSecretFile(f secretFile) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !slices.ContainsFunc(w.secretFiles, func(o secretFile) bool { return o.path == f.path }) {
		w.secretFiles = append(w.secretFiles, f)
	}
}

// of returns the document that a place is in.
func (d *document) of(p Pos) *document {
	for _, other := range d.documents {
		if other.name == p.File {
			return other
		}
	}
	return d
}

// toward says where another place is, for a message that stands at p.
func (p Pos) toward(other Pos) string {
	if p.File == other.File {
		return fmt.Sprintf("line %d", other.Line)
	}
	return fmt.Sprintf("%s, line %d", other.File, other.Line)
}

// position is a place and how many characters a caret there is wide.
type position struct {
	Pos
	width int
}

// newDocument parses src, one more file of a watchlist. A mistake here is the only kind
// that hides others.
func (w *whole) newDocument(name string, src []byte) error {
	src = bytes.TrimPrefix(src, []byte("\uFEFF"))
	text := strings.ReplaceAll(string(src), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	d := &document{&body{whole: w, name: name, dir: filepath.Dir(name), lines: strings.Split(text, "\n")}}
	w.documents = append(w.documents, d)
	if err := d.checkText(text); err != nil {
		return err
	}
	return d.parse(plainBlanks(d.lines))
}

// parse builds the tree. The parser is foreign code over foreign bytes: a panic
// in it is a mistake of the file as far as the user is concerned.
func (d *document) parse(text string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = d.problem(d.at(1, 0), "", "this cannot be read as YAML")
		}
	}()
	tokens := lexer.Tokenize(text)
	if err := d.checkShape(tokens); err != nil {
		return err
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return d.syntax(err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.DirectiveType && doc.Body.Type() != ast.CommentType {
			bodies = append(bodies, doc.Body)
		}
	}
	if len(bodies) > 1 {
		second := d.positionOf(bodies[1])
		hint := "delete the line ---"
		for n := second.Line - 1; n > 0 && !strings.HasPrefix(d.line(n), "---"); n-- {
			if strings.HasPrefix(d.line(n), "...") {
				hint = "delete the line ..."
				break
			}
		}
		return d.problem(second, hint, "a second document in one file")
	}
	if len(bodies) == 1 {
		d.root = bodies[0]
	}
	return d.bindAliases()
}

// bindAliases finds for each alias the value that its name has at that place.
func (d *document) bindAliases() error {
	if d.root == nil {
		return nil
	}
	d.aliases = map[*ast.AliasNode]ast.Node{}
	b := &binder{doc: d, anchors: map[string]ast.Node{}}
	ast.Walk(b, d.root)
	if len(b.problems) > 0 {
		return &Errors{List: b.problems}
	}
	return nil
}

// used reports whether an alias stands for this value.
func (d *document) used(n ast.Node) bool {
	for _, target := range d.aliases {
		if target == n {
			return true
		}
	}
	return false
}

type binder struct {
	doc      *document
	anchors  map[string]ast.Node
	problems []Error
}

// Visit implements ast.Visitor.
func (b *binder) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.TagNode:
		if tag := n.GetToken(); !strings.HasPrefix(tag.Value, "!!") { // ours has no meaning, and a name may begin so: !FEST
			hint := "put it in quotes"
			if strings.HasPrefix(tag.Value, "!include") || strings.HasPrefix(tag.Value, "!import") {
				hint = severalFiles
			}
			b.problems = append(b.problems, b.doc.problem(b.doc.positionOfToken(tag), hint, "a text cannot begin with %s here", "!"))
		}
	case *ast.AnchorNode:
		if n.Name != nil {
			b.anchors[n.Name.String()] = n.Value
		}
	case *ast.AliasNode:
		name := n.Value.String()
		if target, ok := b.anchors[name]; ok {
			b.doc.aliases[n] = target
		} else {
			m := b.doc.positionOf(n)
			m.width = utf8.RuneCountInString(name) + 1
			b.problems = append(b.problems, b.doc.problem(m, `a text that begins with * needs quotes`, "there is no &%s before this *%s", name, name))
		}
	}
	return b
}

// pos returns a place that exists in the file.
func (d *document) pos(line, column int) Pos {
	line = min(max(line, 1), len(d.lines))
	column = min(max(column, 1), len(d.runes(line))+1)
	return Pos{File: d.name, Line: line, Column: column}
}

// at is the character that begins at a byte of a line.
func (d *document) at(line, offset int) position {
	return position{Pos: d.pos(line, utf8.RuneCountInString(d.line(line)[:offset])+1), width: 1}
}

// runes returns the characters of a line.
func (d *document) runes(n int) []rune {
	line := d.line(n)
	if len(line) < 1000 {
		return []rune(line)
	}
	if known, ok := d.long.Load(n); ok {
		return known.([]rune)
	}
	r := []rune(line)
	d.long.Store(n, r)
	return r
}

func (d *document) line(n int) string {
	if n < 1 || n > len(d.lines) {
		return ""
	}
	return d.lines[n-1]
}

// positionOfToken returns the place of one token of the file.
func (d *document) positionOfToken(t *token.Token) position {
	if t == nil || t.Position == nil {
		return d.at(1, 0)
	}
	m := position{Pos: d.pos(t.Position.Line, t.Position.Column)}
	line := d.runes(m.Line)
	switch t.Type {
	case token.ImplicitNullType:
		m.width = 1
	case token.DoubleQuoteType, token.SingleQuoteType:
		m.width = quotedWidth(line[m.Column-1:])
	default:
		m.width = utf8.RuneCountInString(t.Value)
	}
	m.width = max(1, min(m.width, len(line)-m.Column+1))
	return m
}

// quotedWidth counts the characters of a quoted text with its quotes.
func quotedWidth(line []rune) int {
	if len(line) == 0 {
		return 1
	}
	for i := 1; i < len(line); i++ {
		if line[0] == '"' && line[i] == '\\' {
			i++
		} else if line[i] == line[0] {
			if line[0] == '\'' && i+1 < len(line) && line[i+1] == '\'' {
				i++
				continue
			}
			return i + 1
		}
	}
	return len(line)
}

// positionOf returns where a value begins.
func (d *document) positionOf(n ast.Node) position {
	switch n := n.(type) {
	case nil:
		return d.at(1, 0)
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return d.positionOf(n.Values[0])
		}
	case *ast.MappingValueNode:
		if n.Key != nil {
			return d.positionOf(n.Key)
		}
	case *ast.MappingKeyNode:
		if n.Value != nil {
			return d.positionOf(n.Value)
		}
	}
	return d.positionOfToken(n.GetToken())
}

// within narrows m to the first place of part in what stands at m; it returns m
// when the part is not written there literally.
func (d *document) within(m position, part string) position {
	line := d.runes(m.Line)
	if m.Column-1 > len(line) || part == "" {
		return m
	}
	rest := string(line[m.Column-1:])
	if at := strings.Index(rest, part); at >= 0 {
		return position{Pos: d.pos(m.Line, m.Column+utf8.RuneCountInString(rest[:at])), width: utf8.RuneCountInString(part)}
	}
	return m
}

func (d *document) problem(m position, hint, format string, args ...any) Error {
	return Error{Pos: m.Pos, Msg: fmt.Sprintf(format, args...), Hint: hint, doc: d, width: m.width}
}

// hide keeps a value out of every message and excerpt from now on.
func (d *document) hide(value string) { d.hidden.hide(value) }

// read returns another file, bounded, and remembers it for Follow.
func (d *document) read(path string, limit int64) ([]byte, error) {
	data, err := readBounded(path, limit)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.files.note(path, data, err)
	return data, err
}

// abs resolves a path that the watchlist writes.
func (d *document) abs(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(d.dir, path)
}
