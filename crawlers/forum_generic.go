package crawlers

// generic reads a page no preset knows.
func (d *forumDoc) generic() *forumPage { return &forumPage{} }
