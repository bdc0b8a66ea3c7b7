package plan

import "github.com/earshot/earshot/mention"

// Simhash lets tests see what is stored.
func Simhash(p mention.Post) uint64 { return postSimhash(p) }
