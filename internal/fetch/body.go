package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// readBody reads and decompresses a body of at most limit bytes, counted before
// and after each decompression. On ErrTooLarge the first limit bytes are returned too.
func readBody(src *watched, res *http.Response, limit int64) ([]byte, error) {
	encoded := &bounded{r: src, limit: limit, left: limit}
	plain, err := decompress(encoded, res.Header.Values("Content-Encoding"), limit)
	if err != nil {
		return nil, err
	}
	buf := make([]byte, 0, startSize(res, limit))
	for {
		if len(buf) == cap(buf) {
			if cap(buf) >= bigBody {
				if err := src.large(); err != nil {
					return buf, err
				}
			}
			buf = slices.Grow(buf, min(len(buf), bigBody/2)) // double while small, then gently
		}
		n, err := plain.Read(buf[len(buf):min(cap(buf), int(limit)+1)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > limit {
			return buf[:limit], tooLarge(limit)
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}

// startSize trusts a Content-Length only as far as it costs nothing.
func startSize(res *http.Response, limit int64) int64 {
	size := int64(16 << 10)
	if res.ContentLength > 0 {
		size = res.ContentLength + 1
	}
	return min(size, limit+1, 512<<10)
}

func tooLarge(limit int64) error { return fmt.Errorf("%w (%d bytes)", ErrTooLarge, limit) }

// bounded refuses a stream of more than limit bytes.
type bounded struct {
	r           io.Reader
	limit, left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.left = 0
		return n, tooLarge(b.limit)
	}
	return n, err
}

// maxCodings is how many encodings may lie over each other.
const maxCodings = 2

// notAsked are the codings that we cannot undo.
var notAsked = []string{"br", "zstd", "compress", "x-compress", "bzip2", "x-bzip2", "xz", "lzma", "exi", "sdch", "dcb", "dcz", "aes128gcm", "pack200-gzip"}

// decompress undoes Content-Encoding. Servers that name an encoding and send
// plain bytes, or send gzip and name none, are believed by the bytes. A charset
// or a media type in its place says nothing, as in browsers.
func decompress(r io.Reader, names []string, limit int64) (io.Reader, error) {
	var codings []string
	for _, name := range strings.Split(strings.Join(names, ","), ",") {
		name, _, _ = strings.Cut(name, ";")
		switch name = strings.ToLower(strings.TrimSpace(name)); {
		case name == "gzip", name == "x-gzip", name == "deflate", name == "zlib":
			codings = append(codings, name)
		case slices.Contains(notAsked, name):
			return nil, fmt.Errorf("%w: encoding %q was not asked for", ErrEncoding, name)
		}
	}
	if len(codings) > maxCodings {
		return nil, fmt.Errorf("%w: %d encodings over each other", ErrEncoding, len(codings))
	}
	for len(codings) < maxCodings { // what is packed without a word, or once more than is said
		codings = append([]string{"gzip"}, codings...)
	}
	for i := len(codings) - 1; i >= 0; i-- {
		next, err := inflate(r, codings[i])
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return nil, err
		}
		// What is packed in packed parts of nothing makes no body, however much of it there is.
		r = &bounded{r: next, limit: limit, left: limit}
	}
	return r, nil
}

func inflate(r io.Reader, coding string) (io.Reader, error) {
	br := bufio.NewReader(r)
	head, err := br.Peek(2)
	if len(head) == 0 {
		return nil, err
	}
	packed := len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b
	if coding == "deflate" || coding == "zlib" {
		if len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
			z, err := zlib.NewReader(br)
			return decoded{z}, wrapEncoding(err)
		}
		if !packed && !isPlain(br) {
			return decoded{flate.NewReader(br)}, nil
		}
	}
	if !packed {
		return br, nil
	}
	z, err := gzip.NewReader(br)
	if err != nil {
		return nil, wrapEncoding(err)
	}
	z.Multistream(false)
	return decoded{members{z, br}}, nil
}

// isPlain reports bytes that are text and no deflate, which begins with nothing that tells it, but looks
// like noise: so many bytes without a control character among them are words.
func isPlain(br *bufio.Reader) bool {
	const telling = 128
	head, _ := br.Peek(512) // as much as there is
	if bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\f\r", r) }) {
		return false
	}
	if len(head) >= telling {
		return true
	}
	_, err := io.Copy(io.Discard, flate.NewReader(bytes.NewReader(head)))
	return err != nil && !errors.Is(err, io.ErrUnexpectedEOF)
}

// members reads the parts of a packed body one after the other. What follows the last is
// left, as browsers do: blanks, zeros or a remark that some software puts there.
type members struct {
	z   *gzip.Reader
	src *bufio.Reader
}

func (m members) Read(p []byte) (int, error) {
	for {
		n, err := m.z.Read(p)
		if n > 0 || err != io.EOF {
			if err == io.EOF {
				err = nil
			}
			return n, err
		}
		head, err := m.src.Peek(2)
		switch {
		case len(head) < 2 && err != nil && err != io.EOF:
			return 0, err // the connection broke
		case len(head) < 2 || head[0] != 0x1f || head[1] != 0x8b:
			return 0, io.EOF
		}
		if err := m.z.Reset(m.src); err != nil {
			return 0, err
		}
		m.z.Multistream(false)
	}
}

// decoded gives the errors of a decompressor their name.
type decoded struct{ r io.Reader }

func (d decoded) Read(p []byte) (int, error) {
	n, err := d.r.Read(p)
	return n, wrapEncoding(err)
}

// wrapEncoding names what a decompressor itself complains about; errors of the
// connection pass as they are.
func wrapEncoding(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case err == nil, err == io.EOF:
		return err
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrHeader),
		errors.Is(err, zlib.ErrChecksum), errors.Is(err, zlib.ErrDictionary), errors.As(err, &corrupt):
		return fmt.Errorf("%w: %v", ErrEncoding, err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends too early: %w", ErrEncoding, err)
	}
	return err
}
