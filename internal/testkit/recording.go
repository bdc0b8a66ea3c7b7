package testkit

// A recording is a folder with a file tape.txt that says what a site answers, and the
// bodies as plain files beside it, byte for byte as a site would send them.
//
//	# A line that starts with # is a comment.
//	GET /viewtopic.php?t=3
//	200
//	Content-Type: text/html; charset=windows-1251
//	body: topic.html
//
//	GET /feed once
//	200
//	ETag: "1"
//	body: feed.xml
//
//	GET /feed
//	304
//
// A block is a request line, a status line, then header lines and directives, and
// ends with an empty line. A header's name has a capital letter; a directive has
// none:
//
//	body: FILE      the body is that file of the folder
//	text: WORDS     the body is the rest of the line; more text lines add lines
//	delay: 200ms    before the answer
//	cut: 100        the connection breaks after so many bytes of the body
//	gzip: yes       the body is sent compressed
//
// Several blocks for one request are served in order and the last one repeats; a
// last block marked "once" does not, and what comes after is an error. A block
// marked "maybe" need not be asked for. The query may come in any order. A path
// that ends in * matches what starts so. A block with an ETag or Last-Modified
// answers 304 by itself to a request that carries them.
//
// {{base}} in bodies and headers becomes the server's base URL, {{host}} its host
// and port. robots.txt is 404 when no block names it, and is never unexpected.
//
// A request that no block answers, and a block that was never asked for, fail the test.

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Entry is one block of a recording.
type Entry struct {
	Method string
	Target string // path and query
	Once   bool
	Maybe  bool
	Status int
	Header [][2]string
	Body   []byte
	Delay  time.Duration
	Cut    int // bytes of the body before the connection breaks; -1: none
	Gzip   bool
	Line   int // in the recording file

	served int
}

// ReadRecording reads dir/tape.txt and the bodies it names.
func ReadRecording(dir string) ([]*Entry, error) {
	path := filepath.Join(dir, "tape.txt")
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return ParseRecording(path, src, func(name string) ([]byte, error) {
		if !filepath.IsLocal(name) {
			return nil, fmt.Errorf("%s is outside the recording's folder", name)
		}
		return os.ReadFile(filepath.Join(dir, name))
	})
}

// ParseRecording reads a recording. Errors name the file and the line.
func ParseRecording(name string, src []byte, read func(name string) ([]byte, error)) ([]*Entry, error) {
	var all []*Entry
	var e *Entry
	state := 0 // 0 a request line is next, 1 a status, 2 headers
	for i, line := range strings.Split(string(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))), "\n") {
		line = strings.TrimRight(line, " \t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		var err error
		switch {
		case line == "" && state == 1:
			err = fmt.Errorf("the status is missing")
		case line == "":
			state = 0
		case state == 0:
			if e, err = requestLine(line); err == nil {
				e.Line = i + 1
				all = append(all, e)
				state = 1
			}
		case state == 1:
			if e.Status, err = strconv.Atoi(line); err == nil && (e.Status < 100 || e.Status > 599) {
				err = fmt.Errorf("%d is no status", e.Status)
			}
			state = 2
		default:
			err = e.addLine(line, read)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
		}
	}
	if state == 1 {
		return nil, fmt.Errorf("%s: the last block has no status", name)
	}
	return all, nil
}

func requestLine(line string) (*Entry, error) {
	f := strings.Fields(line)
	if len(f) < 2 || !strings.HasPrefix(f[1], "/") || strings.ToUpper(f[0]) != f[0] {
		return nil, fmt.Errorf("want a request like GET /path?query, got %q", line)
	}
	e := &Entry{Method: f[0], Target: f[1], Cut: -1}
	for _, flag := range f[2:] {
		switch flag {
		case "once":
			e.Once = true
		case "maybe":
			e.Maybe = true
		default:
			return nil, fmt.Errorf("unknown mark %q: once, maybe", flag)
		}
	}
	return e, nil
}

func (e *Entry) addLine(line string, read func(string) ([]byte, error)) (err error) {
	key, value, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf("want a header or a directive, got %q", line)
	}
	value = strings.TrimSpace(value)
	if strings.ContainsFunc(key, unicode.IsUpper) {
		e.Header = append(e.Header, [2]string{key, value})
		return nil
	}
	switch key {
	case "body":
		e.Body, err = read(value)
	case "text":
		if e.Body != nil {
			e.Body = append(e.Body, '\n')
		}
		e.Body = append(e.Body, value...)
	case "delay":
		e.Delay, err = time.ParseDuration(value)
	case "cut":
		e.Cut, err = strconv.Atoi(value)
	case "gzip":
		e.Gzip = value == "yes"
	default:
		err = fmt.Errorf("unknown directive %q: body, text, delay, cut, gzip (header names have a capital letter)", key)
	}
	return err
}

func (e *Entry) header(name string) string {
	for _, h := range e.Header {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}
