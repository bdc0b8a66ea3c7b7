package schemaorg

import (
	"strconv"
	"strings"

	"github.com/earshot/earshot/mention"
)

// defaultBest is the top of the scale where a site does not say: schema.org's
// own default.
const defaultBest = 5

// ParseRating reads "4", "4,5", "4/5", "4 out of 5", "80%" and "★★★☆☆". best is what
// the site says beside it, or empty. It returns nil for what is no rating. A zero
// is kept as the site writes it, though it mostly means "not rated".
func ParseRating(value, best string) *mention.Rating {
	if n := strings.Count(value, "★"); n > 0 {
		return &mention.Rating{Value: float64(n), Best: max(defaultBest, float64(n+strings.Count(value, "☆")))}
	}
	nums := numbers(value)
	if len(nums) == 0 {
		return nil
	}
	r := mention.Rating{Value: nums[0], Best: defaultBest}
	said := false
	if b := topOf(best); b > 0 {
		r.Best, said = b, true
	}
	switch {
	case strings.Contains(value, "%"):
		r.Best, said = 100, true
	case !said && len(nums) > 1 && nums[1] >= nums[0]:
		r.Best, said = nums[1], true
	}
	if !said && r.Value > r.Best { // nobody gives 8 of 5
		for _, scale := range []float64{10, 20, 100} {
			if r.Value <= scale {
				r.Best = scale
				break
			}
		}
	}
	if r.Value < 0 || r.Value > r.Best {
		return nil
	}
	return &r
}

// topOf is the top of the scale as a site says it; 0 where it does not.
func topOf(best string) float64 {
	if b := numbers(best); len(b) > 0 {
		return b[0]
	}
	return 0
}

// numbers finds the decimal numbers in s; the comma is a decimal point.
func numbers(s string) []float64 {
	var list []float64
	for i := 0; i < len(s) && len(list) < 4; {
		c := s[i]
		if c < '0' || c > '9' {
			i++
			continue
		}
		start := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i+1 < len(s) && (s[i] == '.' || s[i] == ',') && s[i+1] >= '0' && s[i+1] <= '9' {
			i++
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				i++
			}
		}
		if i-start > 12 {
			continue
		}
		n, err := strconv.ParseFloat(strings.Replace(s[start:i], ",", ".", 1), 64)
		if err != nil {
			continue
		}
		if start > 0 && s[start-1] == '-' && (start == 1 || s[start-2] == ' ') {
			n = -n
		}
		list = append(list, n)
	}
	return list
}
