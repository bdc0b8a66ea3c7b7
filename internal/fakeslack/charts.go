package fakeslack

import "encoding/json"

// chart is what a data_visualization block draws.
type chart struct {
	Type     string  `json:"type"`
	Segments []point `json:"segments"`
	Series   []struct {
		Name string  `json:"name"`
		Data []point `json:"data"`
	} `json:"series"`
	Axis struct {
		Categories []string `json:"categories"`
		X          string   `json:"x_label"`
		Y          string   `json:"y_label"`
	} `json:"axis_config"`
}

type point struct {
	Label string  `json:"label"`
	Value float64 `json:"value"`
}

// chart checks a data_visualization block.
func (c *checker) chart(at string, b block) {
	var title string
	if err := json.Unmarshal(b.Title, &title); err != nil {
		c.errorf("%s: title is not a text", at)
	}
	c.length(at+" title", title, 1, 50)
	var ch chart
	if err := json.Unmarshal(b.Chart, &ch); err != nil {
		c.errorf("%s: chart: %v", at, err)
		return
	}
	c.kind(at+" chart", ch.Type, "pie", "bar", "area", "line")
	if ch.Type == "pie" {
		c.count(at+" segments", len(ch.Segments), 1, 6)
		for _, s := range ch.Segments {
			c.length(at+" label", s.Label, 1, 20)
			if s.Value <= 0 {
				c.errorf("%s: segment %q is not above 0", at, s.Label)
			}
		}
		return
	}
	c.count(at+" series", len(ch.Series), 1, 6)
	c.count(at+" categories", len(ch.Axis.Categories), 1, 20)
	c.length(at+" x_label", ch.Axis.X, 0, 50)
	c.length(at+" y_label", ch.Axis.Y, 0, 50)
	known := map[string]bool{}
	for _, label := range ch.Axis.Categories {
		c.length(at+" category", label, 1, 20)
		if known[label] {
			c.errorf("%s: category %q twice", at, label)
		}
		known[label] = true
	}
	names := map[string]bool{}
	for _, s := range ch.Series {
		c.length(at+" series name", s.Name, 1, 20)
		if names[s.Name] {
			c.errorf("%s: series %q twice", at, s.Name)
		}
		names[s.Name] = true
		if len(s.Data) != len(ch.Axis.Categories) {
			c.errorf("%s: series %q has %d points for %d categories", at, s.Name, len(s.Data), len(ch.Axis.Categories))
		}
		for _, p := range s.Data {
			if !known[p.Label] {
				c.errorf("%s: point %q is no category", at, p.Label)
			}
		}
	}
}
