package jsonapi

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
)

// listen opens the stream at cursor and gives every event to take until the
// stream or ctx ends or take returns an error, which is returned. errListening
// says that ctx ended on an open connection.
func (st *stream) listen(ctx context.Context, s StreamFetcher, cursor string, take func(id string, data []byte) error) error {
	address := poll.Values{Text: map[string]string{"cursor": cursor}}.Expand(st.opt.Address)
	release, err := s.Turn(ctx, address)
	if err != nil {
		return err
	}
	defer release()
	header := filled(st.opt.Headers, st.given)
	if st.socket {
		return listenSocket(ctx, s.StreamClient(), address, header, release, take)
	}
	if cursor != "" {
		header.Set("Last-Event-ID", cursor)
	}
	return listenEvents(ctx, s.StreamClient(), address, header, release, take)
}

// listenSocket reads a WebSocket; each message is an event.
func listenSocket(ctx context.Context, client *http.Client, address string, header http.Header, opened func(), take func(string, []byte) error) error {
	defer client.CloseIdleConnections()
	conn, res, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: client, HTTPHeader: header})
	if err != nil {
		if res != nil && res.StatusCode != http.StatusSwitchingProtocols {
			return refusal(address, res)
		}
		return unaddressed(address, err)
	}
	defer func() { _ = conn.CloseNow() }()
	opened()
	conn.SetReadLimit(maxEvent)
	for {
		_, data, err := conn.Read(ctx)
		if err != nil {
			return ended(ctx, address, err)
		}
		if err := take("", data); err != nil {
			_ = conn.Close(websocket.StatusNormalClosure, "")
			return err
		}
	}
}

// listenEvents reads server-sent events.
func listenEvents(ctx context.Context, client *http.Client, address string, header http.Header, opened func(), take func(string, []byte) error) error {
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return unaddressed(address, err)
	}
	req.Header = header
	req.Header.Set("Accept", "text/event-stream")
	res, err := client.Do(req)
	if err != nil {
		return unaddressed(address, err)
	}
	defer res.Body.Close()
	opened()
	if res.StatusCode != http.StatusOK {
		return refusal(address, res)
	}
	kind, _, _ := strings.Cut(strings.ToLower(res.Header.Get("Content-Type")), ";")
	switch kind = strings.TrimSpace(kind); kind {
	case "text/html", "application/json":
		return unaddressed(address, fmt.Errorf("the answer is %s and no stream of events (text/event-stream): check the address", kind))
	}
	return ended(ctx, address, readEvents(res.Body, take))
}

// readEvents takes server-sent events apart. An event the stream ends in is not
// given: the rest of it did not come.
func readEvents(body io.Reader, take func(id string, data []byte) error) error {
	in := eventLines{in: bufio.NewReaderSize(body, 16<<10)}
	var data []byte
	id, some := "", false
	for {
		line, err := in.next()
		if err != nil {
			return err
		}
		if len(line) == 0 {
			if some {
				if err := take(id, data); err != nil {
					return err
				}
			}
			data, some = data[:0], false
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(name) {
		case "data":
			if some {
				data = append(data, '\n')
			}
			data, some = append(data, value...), true
			if len(data) > maxEvent {
				return fetch.ErrTooLarge
			}
		case "id":
			if !bytes.ContainsRune(value, 0) {
				id = string(value)
			}
		}
	}
}

// eventLines are the lines of a body, ended by "\n" or "\r\n". What comes letter by letter is looked at
// once: bufio.Scanner begins anew with each piece.
type eventLines struct {
	in   *bufio.Reader
	line []byte
}

// next is the next line, good until it is asked for another; what has no end at the end of the body is none.
func (l *eventLines) next() ([]byte, error) {
	l.line = l.line[:0]
	for {
		piece, err := l.in.ReadSlice('\n')
		if l.line = append(l.line, piece...); len(l.line) > maxEvent {
			return nil, fetch.ErrTooLarge
		}
		switch {
		case err == nil:
			return bytes.TrimSuffix(l.line[:len(l.line)-1], []byte("\r")), nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// ended says why a stream that was open is not any more.
func ended(ctx context.Context, address string, err error) error {
	switch {
	case errors.Is(err, errEnough):
		return err
	case ctx.Err() != nil:
		return errListening
	}
	return unaddressed(address, err)
}

// unaddressed names the place without its query, which may hold a key.
func unaddressed(address string, err error) error {
	var ue *url.Error
	for errors.As(err, &ue) {
		err = ue.Err
	}
	return fmt.Errorf("%s: %w", fetch.SafeURL(address), err)
}

// refusal is the error of an answer that is no stream.
func refusal(address string, res *http.Response) error {
	where := fetch.SafeURL(address)
	after, _ := fetch.RetryAfter(res.Header, time.Now())
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return &fetch.RetryError{Status: res.StatusCode, URL: where, After: after}
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusUnavailableForLegalReasons:
		return &fetch.BlockedError{Status: res.StatusCode, URL: where}
	}
	return &fetch.StatusError{Status: res.StatusCode, URL: where, RetryAfter: after}
}
