package jsonapi

import (
	"cmp"
	"maps"
	"slices"
)

// Rules of this file: a list program takes an answer whole, so that one item of another form than the documented
// one, an empty list where an object should be, would take all items behind it along. Where a program fails, the
// items that it fails on are found by giving it each one alone, and it is run again without them. An answer of
// which no item can be read has another form: nothing is left out of it, the source says that it fails.

const (
	// maxOddItems bounds the lists that are tried item by item, maxOddLists how many are.
	maxOddItems, maxOddLists = 1000, 8
	// maxOddDepth is how deep in an answer a list is looked for.
	maxOddDepth = 4
)

// place is a list and where it stands in an answer: in an object, or it is the answer.
type place struct {
	object map[string]any
	key    string
	list   []any
}

// holds puts another list in this place of an answer.
func (p place) holds(list []any, body any) any {
	if p.object == nil {
		return list
	}
	p.object[p.key] = list
	return body
}

// placesOf are the lists of more than one item in an answer, the longest ones first.
func placesOf(body any) []place {
	var all []place
	var look func(at place, v any, depth int)
	look = func(at place, v any, depth int) {
		switch v := v.(type) {
		case []any:
			if at.list = v; len(v) > 1 && len(v) <= maxOddItems {
				all = append(all, at)
			}
		case map[string]any:
			if depth == maxOddDepth {
				return
			}
			for _, key := range slices.Sorted(maps.Keys(v)) {
				look(place{object: v, key: key}, v[key], depth+1)
			}
		}
	}
	look(place{}, body, 0)
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(len(b.list), len(a.list)) })
	return all[:min(len(all), maxOddLists)]
}

// withoutOdd are the items of an answer without those that the list program fails on, and how many these are; 0 where
// that is no help.
func (r *jsonRun) withoutOdd(body any) (items []any, odd int) {
	for _, at := range placesOf(body) {
		var kept []any
		for _, item := range at.list {
			if _, err := r.list(at.holds([]any{item}, body)); err == nil {
				kept = append(kept, item)
			}
		}
		if len(kept) > 0 && len(kept) < len(at.list) {
			if items, err := r.list(at.holds(kept, body)); err == nil {
				return items, len(at.list) - len(kept)
			}
		}
		at.holds(at.list, body)
	}
	return nil, 0
}

// list is what the list program makes of an answer, one item more than may be at most, and the error that it ends with.
func (r *jsonRun) list(body any) (items []any, err error) {
	iter := r.program.list.RunWithContext(r.ctx, body, r.vars...)
	for len(items) <= maxItems {
		v, ok := iter.Next()
		if !ok {
			break
		}
		if err, isErr := v.(error); isErr {
			return items, err
		}
		items = append(items, v)
	}
	return items, nil
}
